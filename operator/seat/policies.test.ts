import { chartValues } from '../../cdk8s/operator/values.ts';
import { completeValues } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import { networkProblem, policiesOf } from './policies.ts';
import type { Network } from './policies.ts';
import { aSeat } from './testing/fixtures.ts';
import { aSeatHarness } from './testing/seat-harness.ts';

const network: Network = {
  ...chartValues.default.operator.network,
  apiServers: { addresses: ['10.0.0.2', '10.0.0.1', 'fd00::1'], port: 6443 },
  podCidrs: ['10.244.1.0/24', '10.244.0.0/24'],
};
const ENDPOINT = { nodeAddress: undefined, server: 'https://kube.example.com:6443' };
const policies = (values: SomeValues = {}, cluster = network) => policiesOf(completeValues(values), cluster);

test('allows traffic only within the namespace, to DNS and to the API server', () => {
  const all = policies();
  expect(Object.keys(all)).toEqual(['default-deny', 'within-namespace', 'dns', 'api-server']);
  expect(all['default-deny']).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] });
  expect(all['within-namespace']).toMatchObject({
    ingress: [{ from: [{ podSelector: {} }] }],
    egress: [{ to: [{ podSelector: {} }] }],
  });
});

test("allows DNS only to kube-system and to the node's DNS cache, and only on ports of DNS", () => {
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
          { protocol: 'UDP', port: 5353 },
          { protocol: 'TCP', port: 5353 },
        ],
      },
    ],
  });
});

test("lets only the Collector and the guide reach the API server, and only on the API server's port", () => {
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

test("allows no traffic to the API server while the API server's address is unknown", () => {
  expect(policies({}, { ...network, apiServers: { addresses: [], port: 443 } })['api-server']?.egress).toEqual([]);
});

test.each(['NodePort', 'LoadBalancer'] as const)(
  "allows everybody except pods to reach a guide's Service of type %s",
  (type) => {
    expect(policies({ guide: { service: { type } } })['guide-from-outside']).toMatchObject({
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.0.0/24', '10.244.1.0/24'] } }],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    });
  },
);

test("lets the Collector reach an outside backend, but no other namespace's pod and no cloud metadata server", () => {
  expect(
    policies({ collector: { exporters: { 'otlp_grpc/second': { endpoint: 'otel.example.com:4317' } } } })[
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
    "keeps the Collector's traffic in the namespace if only settings of built-in exporters change",
    { collector: { exporters: { debug: { verbosity: 'detailed' }, 'otlp_http/jaeger': { timeout: '1s' } } } },
    false,
  ],
  ...['otlphttp/jaeger', 'otlp_http/guide', 'otlp_http/prometheus'].map((name): [string, SomeValues, boolean] => [
    `keeps the Collector's traffic in the namespace if settings of ${name} change`,
    { collector: { exporters: { [name]: { timeout: '1s' } } } },
    false,
  ]),
  [
    'lets the Collector send outside if a built-in exporter has another endpoint',
    { collector: { exporters: { 'otlp_http/jaeger': { endpoint: 'https://jaeger.example.com' } } } },
    true,
  ],
])('%s', (_title, values, isOpen) => {
  expect('collector-to-outside' in policies(values)).toBe(isOpen);
});

test('allows traffic from outside over IPv4 and IPv6 if pods have both kinds of addresses, but none from pods', () => {
  const both = policies(
    { guide: { service: { type: 'NodePort' } } },
    { ...network, podCidrs: ['10.244.0.0/24', 'fd00:10::/64'] },
  );
  expect(both['guide-from-outside']?.ingress?.[0]?.from).toEqual([
    { ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.0.0/24'] } },
    { ipBlock: { cidr: '::/0', except: ['fd00:10::/64'] } },
  ]);
});

test('lets the namespaces and the addresses that the values name reach the guide, and nothing else of the lab', () => {
  const named = { ...network, ingressNamespaces: ['ingress-nginx'], ingressCidrs: ['192.0.2.0/24'] };
  expect(policies({}, named)['guide-from-ingress']).toEqual({
    podSelector: expect.objectContaining({
      matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['guide'] }],
    }) as unknown,
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } },
          { ipBlock: { cidr: '192.0.2.0/24' } },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ],
  });
  expect(policies()['guide-from-ingress']).toBeUndefined();
});

test('allows DNS to the namespaces and the addresses that the values name, and to nothing if they name none', () => {
  const elsewhere = { ...network, dnsNamespaces: ['openshift-dns'], dnsCidrs: ['169.254.169.254/32'] };
  expect(policies({}, elsewhere)['dns']?.egress?.[0]?.to).toEqual([
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } } },
    { ipBlock: { cidr: '169.254.169.254/32' } },
  ]);
  // A rule with an empty list of peers allows all addresses.
  expect(policies({}, { ...network, dnsNamespaces: [], dnsCidrs: [] })['dns']?.egress).toEqual([]);
});

describe('without the IP ranges of all pods', () => {
  const unknown: Network = { ...network, podCidrs: [] };
  const outside: [string, SomeValues, string][] = [
    ['a guide on node ports', { guide: { service: { type: 'NodePort' } } }, 'lab.guide.service.type is NodePort'],
    ['a guide behind a load balancer', { guide: { service: { type: 'LoadBalancer' } } }, 'is LoadBalancer'],
    [
      'a second backend',
      { collector: { exporters: { 'otlp_grpc/second': { endpoint: 'x:1' } } } },
      'lab.collector.exporters',
    ],
  ];

  test.each(outside)('refuses the seat with %s, and says what to set', async (_title, lab, found) => {
    const harness = aSeatHarness(aSeat({ spec: { lab } }), { clusterInfo: () => ({ ...unknown, ...ENDPOINT }) });
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'PodRangesUnknown',
      message: expect.stringMatching(new RegExp(`${found}.*Set operator.network.podCidrs`)) as unknown,
    });
    expect(harness.get('NetworkPolicy', 'guide-from-outside')).toBeUndefined();
  });

  test.each(outside)('writes no policy for %s', (_title, lab) => {
    expect(() => policies(lab, unknown)).toThrow('Expected the IP ranges of all pods, found none');
  });

  test('accepts a lab that needs no policy for other addresses', () => {
    expect(networkProblem(completeValues({}), unknown)).toBeUndefined();
    expect(Object.keys(policies({}, unknown))).toEqual(Object.keys(policies()));
  });
});
