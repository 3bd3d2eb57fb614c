import { aDeployment } from './testing/fixtures.ts';
import { labOf } from './rendered-lab.ts';
import { requirementsOf } from './resource-requirements.ts';
import { limitsOf, quotaOf, quotaProblem } from './quota.ts';

const MI = 2 ** 20;
const need = requirementsOf([
  aDeployment('dice'),
  aDeployment('guide', { resources: { requests: { cpu: '0.3' }, limits: { memory: '1Gi' } } }),
]);

test('sums the requests and limits of all pods', () => {
  // A limit without a request is also the request.
  expect(need.requests).toEqual({ cpu: 400, memory: 1124 * MI });
  expect(need.limits).toEqual({ memory: 1224 * MI });
  expect(need.pods.map(({ name, requests }) => [name, requests['cpu']])).toEqual([
    ['lab-dice', 100],
    ['lab-guide', 300],
  ]);
  expect(need.largest).toEqual({ requests: { cpu: 300, memory: 1024 * MI }, limits: { memory: 1024 * MI } });
});

test('uses the defaults of the LimitRange for a container without requests', () => {
  const { requests, limits } = requirementsOf([aDeployment('dice', { resources: {} })]);
  expect({ requests, limits }).toEqual({ requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 256 * MI } });
});

test('derives a LimitRange that accepts every container of the lab', () => {
  expect(limitsOf(need)).toEqual([
    {
      type: 'Container',
      default: { memory: '256Mi' },
      defaultRequest: { cpu: '25m', memory: '64Mi' },
      max: { memory: '1Gi' },
    },
  ]);
  expect(
    limitsOf(requirementsOf([aDeployment('dice', { resources: { requests: { memory: '700Mi' } } })])),
  ).toMatchObject([{ default: { memory: '700Mi' }, max: { memory: '700Mi' } }]);
});

test("derives a quota for the lab, twice its largest pod, three attendee pods and the isolation test's pod", () => {
  expect(quotaOf(need)).toEqual({
    'requests.cpu': `${400 + 2 * 300 + 3 * 25 + 25}m`,
    'requests.memory': `${1124 + 2 * 1024 + 3 * 64 + 64}Mi`,
    'limits.memory': `${1224 + 2 * 1024 + 3 * 256 + 128}Mi`,
    pods: String(2 * 2 + 3 + 1),
    configmaps: '10',
    secrets: '10',
    services: '10',
    persistentvolumeclaims: '0',
    'services.nodeports': '0',
    'services.loadbalancers': '0',
  });
});

test("takes the Workshop's quota and writes it in the API server's form", () => {
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
])('allows a front door of type %s %s node ports and %s load balancers', (type, nodePorts, balancers) => {
  expect(quotaOf(need, {}, type)).toMatchObject({
    'services.nodeports': nodePorts,
    'services.loadbalancers': balancers,
  });
});

test('explains how large a quota must be that is too small', () => {
  expect(quotaProblem(need, { cpu: '500m', pods: 2, memory: '4Gi' })).toBe(
    'Expected a quota that the lab fits, with room for one more pod during updates; found cpu 500m where ' +
      '700m is needed, pods 2 where 3 is needed. In the Workshop, set spec.quota to cpu: 700m, pods: 3 or ' +
      'more, or leave it out to have it derived.',
  );
});

test('accepts a quota that the lab just fits, and a derived one', () => {
  expect(quotaProblem(need, { cpu: '700m', memory: `${1224 + 1024}Mi`, pods: 3 })).toBeUndefined();
  expect(quotaProblem(need)).toBeUndefined();
});

test('derives a quota in which all pods of the real lab can be replaced at once', () => {
  const real = labOf().requirements;
  expect(real.pods.length).toBeGreaterThanOrEqual(8);
  const hard = quotaOf(real);
  const mi = (text = ''): number => Number(text.replace('Mi', ''));
  expect(mi(hard['limits.memory']) * MI).toBeGreaterThanOrEqual(2 * (real.limits['memory'] ?? 0));
  expect(mi(hard['requests.memory']) * MI).toBeGreaterThanOrEqual(2 * (real.requests['memory'] ?? 0));
  expect(Number(hard.pods)).toBeGreaterThanOrEqual(2 * real.pods.length);
});
