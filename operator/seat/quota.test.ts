import { aDeployment } from './testing/fixtures.ts';
import { labOf } from './rendered-lab.ts';
import { requirementsOf } from './resource-requirements.ts';
import { limitsOf, quotaOf, quotaProblem } from './quota.ts';

const MI = 2 ** 20;
const need = requirementsOf([
  aDeployment('dice'),
  aDeployment('guide', { resources: { requests: { cpu: '0.3' }, limits: { memory: '1Gi' } } }),
]);

test('sums the requests and limits of all pods of a lab', () => {
  // A container with a limit but no request gets the limit as its request.
  expect(need.requests).toEqual({ cpu: 400, memory: 1124 * MI });
  expect(need.limits).toEqual({ memory: 1224 * MI });
  expect(need.pods.map(({ name, requests }) => [name, requests['cpu']])).toEqual([
    ['lab-dice', 100],
    ['lab-guide', 300],
  ]);
  expect(need.largest).toEqual({ requests: { cpu: 300, memory: 1024 * MI }, limits: { memory: 1024 * MI } });
});

test("assumes the LimitRange's defaults for a container without requests", () => {
  const { requests, limits } = requirementsOf([aDeployment('dice', { resources: {} })]);
  expect({ requests, limits }).toEqual({ requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 256 * MI } });
});

test('computes a LimitRange that accepts every container of the lab', () => {
  expect(limitsOf(need)).toEqual([
    {
      type: 'Container',
      default: { memory: '256Mi', 'ephemeral-storage': '128Mi' },
      defaultRequest: { cpu: '25m', memory: '64Mi', 'ephemeral-storage': '0' },
      max: { memory: '1Gi', 'ephemeral-storage': '512Mi' },
    },
  ]);
  expect(
    limitsOf(requirementsOf([aDeployment('dice', { resources: { requests: { memory: '700Mi' } } })])),
  ).toMatchObject([{ default: { memory: '700Mi' }, max: { memory: '700Mi' } }]);
});

test("computes a quota for the lab, twice its largest pod, three attendee pods and the isolation test's pod", () => {
  expect(quotaOf(need)).toEqual({
    'requests.cpu': `${400 + 2 * 300 + 3 * 25 + 25}m`,
    'requests.memory': `${1124 + 2 * 1024 + 3 * 64 + 64}Mi`,
    'limits.memory': `${1224 + 2 * 1024 + 3 * 256 + 128}Mi`,
    'limits.ephemeral-storage': '1Gi', // 8 pods with the LimitRange's default of 128Mi
    pods: String(2 * 2 + 3 + 1),
    configmaps: '10',
    secrets: '10',
    services: '10',
    persistentvolumeclaims: '0',
    'services.nodeports': '0',
    'services.loadbalancers': '0',
  });
});

test('gives a lab that asks for more disk the room for it', () => {
  const resources = { limits: { memory: '1Gi', 'ephemeral-storage': '1Gi' } };
  const large = requirementsOf([aDeployment('dice', { resources })]);
  expect(quotaOf(large)['limits.ephemeral-storage']).toBe(`${6 * 128 + 3 * 1024}Mi`);
  expect(limitsOf(large)).toMatchObject([{ max: { 'ephemeral-storage': '1Gi' } }]);
});

test("uses the quota from the Workshop's spec, in the format of the API server", () => {
  expect(quotaOf(need, { cpu: '2000m', memory: '2048Mi', pods: 7 })).toMatchObject({
    'requests.cpu': '2',
    'requests.memory': '2Gi',
    'limits.memory': '2Gi',
    pods: '7',
  });
});

test.each([
  ['NodePort', '1', '0'],
  ['LoadBalancer', '1', '1'],
])(
  "computes a quota for a guide's Service of type %s: %s node ports and %s load balancers",
  (type, nodePorts, balancers) => {
    expect(quotaOf(need, {}, type)).toMatchObject({
      'services.nodeports': nodePorts,
      'services.loadbalancers': balancers,
    });
  },
);

test("reports how large a quota must be if the Workshop's quota is too small", () => {
  expect(quotaProblem(need, { cpu: '500m', pods: 2, memory: '4Gi' })).toBe(
    'The quota is too small for the lab and one more pod during updates: ' +
      'found cpu 500m, expected at least 700m; found pods 2, expected at least 3. ' +
      'In the Workshop, set spec.quota to cpu: 700m, pods: 3 or more. ' +
      'Or remove spec.quota, so that the operator computes it.',
  );
});

test('accepts the smallest quota that the lab fits into, and accepts a quota that the operator computes', () => {
  expect(quotaProblem(need, { cpu: '700m', memory: `${1224 + 1024}Mi`, pods: 3 })).toBeUndefined();
  expect(quotaProblem(need)).toBeUndefined();
});

test('computes a quota with which Kubernetes can replace all pods of the real lab at the same time', () => {
  const real = labOf().requirements;
  expect(real.pods.length).toBeGreaterThanOrEqual(8);
  const hard = quotaOf(real);
  const mi = (text = ''): number => Number(text.replace('Mi', ''));
  expect(mi(hard['limits.memory']) * MI).toBeGreaterThanOrEqual(2 * (real.limits['memory'] ?? 0));
  expect(mi(hard['requests.memory']) * MI).toBeGreaterThanOrEqual(2 * (real.requests['memory'] ?? 0));
  expect(Number(hard.pods)).toBeGreaterThanOrEqual(2 * real.pods.length);
});
