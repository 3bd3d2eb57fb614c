import { chartValues } from '../cdk8s/operator/values.ts';
import { linkLocalServers, readSettings } from './settings.ts';

const complete = { POD_NAME: 'op-1', POD_NAMESPACE: 'default', OPERATOR_ACCOUNT: 'intro-otel-operator' };

test('uses defaults for port and workers if only the other variables are set', () => {
  expect(readSettings(complete)).toEqual({
    identity: 'op-1',
    namespace: 'default',
    account: 'intro-otel-operator',
    portal: undefined,
    board: undefined,
    port: 8082,
    workers: 16,
    network: chartValues.default.operator.network,
    images: {},
  });
});

test('keeps those images of the chart that are not the defaults', () => {
  const { image, jaeger } = chartValues.default;
  const given = { image: { ...image, registry: 'registry.example/class' }, jaeger: { image: jaeger.image } };
  expect(readSettings({ ...complete, IMAGES: JSON.stringify(given) }).images).toEqual({
    image: { registry: 'registry.example/class' },
  });
});

test('knows the portal by its name, and no portal by an empty name', () => {
  const portals = ['intro-otel-portal', ''].map((PORTAL) => readSettings({ ...complete, PORTAL }).portal);
  expect(portals).toEqual(['intro-otel-portal', undefined]);
  expect(() => readSettings({ ...complete, PORTAL: '../other' })).toThrow(/PORTAL: expected .* found "\.\.\/other"/);
});

test('throws an error that names every invalid variable with its expected and found value', () => {
  const wrong = { ...complete, POD_NAME: undefined, PORT: '80a', WORKERS: '0', NETWORK: 'x' };
  const problems = [
    'NETWORK: expected JSON, found: Unexpected token .*',
    'POD_NAME: expected .* found nothing',
    'PORT: expected a whole number from 0 to 65535, found "80a"',
    'WORKERS: .*"0"',
  ];
  expect(() => readSettings(wrong)).toThrow(new RegExp(problems.join('\n.*')));
});

test("adds the link-local name servers of the operator's own pod to the DNS servers in the values", () => {
  const conf = 'search a.svc\nnameserver 169.254.25.10\nnameserver 10.96.0.10\n# nameserver 169.254.1.1\n';
  const env = { ...complete, NETWORK: '{"dnsCidrs":["10.0.0.2/32"],"podCidrs":["10.1.0.0/16"]}' };
  expect(readSettings(env, conf).network).toEqual({
    podCidrs: ['10.1.0.0/16'],
    ingressNamespaces: [],
    ingressCidrs: [],
    dnsNamespaces: ['kube-system'],
    dnsCidrs: ['10.0.0.2/32', '169.254.25.10/32'],
  });
  expect(linkLocalServers('nameserver 169.254.169.254')).toEqual(['169.254.169.254/32']);
});
