import { completeValues } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import { policiesOf } from './policies.ts';

const network = {
  apiServers: { addresses: ['10.0.0.2', '10.0.0.1', 'fd00::1'], port: 6443 },
  podCidrs: ['10.244.1.0/24', '10.244.0.0/24'],
};
const policies = (values: SomeValues = {}, of = network) => policiesOf(completeValues(values), of);

test('by default everything is refused but the namespace itself, DNS, and the API server to those who ask it', () => {
  const all = policies();
  expect(Object.keys(all)).toEqual(['default-deny', 'within-namespace', 'dns', 'api-server']);
  expect(all['default-deny']).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] });
  expect(all['within-namespace']).toMatchObject({
    ingress: [{ from: [{ podSelector: {} }] }],
    egress: [{ to: [{ podSelector: {} }] }],
  });
});

test("DNS is asked in kube-system or of the node's own cache, on port 53 only", () => {
  expect(policies()['dns']).toEqual({
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
          { ipBlock: { cidr: '169.254.20.10/32' } },
        ],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ],
  });
});

test('only the Collector and the guide reach the API server, and of it no other port', () => {
  expect(policies()['api-server']).toEqual({
    podSelector: {
      matchLabels: { 'app.kubernetes.io/instance': 'lab' },
      matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['collector', 'guide'] }],
    },
    policyTypes: ['Egress'],
    egress: [
      {
        to: ['10.0.0.1/32', '10.0.0.2/32', 'fd00::1/128'].map((cidr) => ({ ipBlock: { cidr } })),
        ports: [{ protocol: 'TCP', port: 6443 }],
      },
    ],
  });
});

test("while it isn't known where the API server is, nobody reaches it", () => {
  expect(policies({}, { ...network, apiServers: { addresses: [], port: 443 } })['api-server']?.egress).toEqual([]);
});

test.each(['NodePort', 'LoadBalancer'] as const)('a front door of type %s is open to all but pods', (type) => {
  expect(policies({ guide: { service: { type } } })['guide-from-outside']).toMatchObject({
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.0.0/24', '10.244.1.0/24'] } }],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ],
  });
});

test('a second backend opens a way out for the Collector, to no pod and no metadata server', () => {
  expect(
    policies({ collector: { exporters: { 'otlp/second': { endpoint: 'otel.example.com:4317' } } } })[
      'collector-to-outside'
    ],
  ).toMatchObject({
    podSelector: { matchExpressions: [{ values: ['collector'] }] },
    policyTypes: ['Egress'],
    egress: [
      { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.0.0/24', '10.244.1.0/24', '169.254.0.0/16'] } }] },
    ],
  });
});

test.each<[string, SomeValues, boolean]>([
  [
    'other settings of the built-in exporters open none',
    { collector: { exporters: { debug: { verbosity: 'detailed' }, 'otlphttp/jaeger': { timeout: '1s' } } } },
    false,
  ],
  [
    'a built-in exporter pointed elsewhere opens one',
    { collector: { exporters: { 'otlphttp/jaeger': { endpoint: 'https://jaeger.example.com' } } } },
    true,
  ],
])('%s', (_what, values, open) => {
  expect('collector-to-outside' in policies(values)).toBe(open);
});

test('where pods have addresses of IPv6 as well, both kinds are open and both except pods', () => {
  const both = policies(
    { guide: { service: { type: 'NodePort' } } },
    { ...network, podCidrs: ['10.244.0.0/24', 'fd00:10::/64'] },
  );
  expect(both['guide-from-outside']?.ingress?.[0]?.from).toEqual([
    { ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.0.0/24'] } },
    { ipBlock: { cidr: '::/0', except: ['fd00:10::/64'] } },
  ]);
});
