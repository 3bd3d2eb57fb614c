// Tests that seats can't reach each other on a cluster that enforces NetworkPolicies, and that the operator's own
// isolation test reports this.
import { signalComponent } from '../../cluster/devcluster/index.ts';
import { apply, kubectl, testCluster } from '../support/cluster/cluster.ts';
import {
  applyWorkshop,
  conditionText,
  patchWorkshop,
  quietSpec,
  useWorkshop,
  workshopBecomes,
} from '../support/cluster/workshop.ts';
import { eventually } from '../../support/waiting.ts';
import { ENDPOINTS, endpointsOf, tryEndpoints, OPEN, SHUT } from '../support/cluster/seat-endpoints.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';

const {
  seats: [own, other],
  workshop,
} = useWorkshop();

const OUTSIDE = 'class-outside';
/**
 * The pods of a seat from which the tests send requests: the guide, the attendee's own code, and a pod that the
 * attendee created.
 */
const INSIDERS = ['deployment/lab-guide', 'deployment/lab-dice', 'knocker'] as const;

let fromOwn: string[];
let fromOutside: string[];
let fromInside: Record<string, string[]>;

beforeAll(async () => {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OUTSIDE } });
  await Promise.all(
    [own, OUTSIDE].map(async (namespace) => {
      await apply({ ...restrictedPod('knocker'), metadata: { name: 'knocker', namespace } });
      await kubectl('wait', 'pod/knocker', '--namespace', namespace, '--for=condition=Ready', '--timeout=60s');
    }),
  );
  const [ofOwn, ofOther] = await Promise.all([endpointsOf(own), endpointsOf(other)]);
  const inside = INSIDERS.map(async (pod) => [pod, await tryEndpoints(own, pod, ofOther)] as const);
  [fromOwn, fromOutside] = await Promise.all([
    tryEndpoints(own, 'deployment/lab-guide', ofOwn),
    tryEndpoints(OUTSIDE, 'knocker', ofOther),
  ]);
  fromInside = Object.fromEntries(await Promise.all(inside));
}, 90_000);

afterAll(async () => {
  await kubectl('delete', 'pod', 'knocker', '--namespace', own, '--ignore-not-found', '--wait=false');
  await kubectl('delete', 'namespace', OUTSIDE, '--wait=false');
});

const not = (pattern: RegExp, answers: readonly string[]): string[] =>
  answers.filter((answer) => !pattern.test(answer));

test("reports in a condition that the operator's isolation test found the seats isolated", async () => {
  const found = await workshopBecomes(workshop, 'NetworkIsolation', /^True Enforced: /);
  expect(conditionText(found, 'NetworkIsolation')).toMatch(/^True Enforced: /);
});

test("lets a seat's guide reach all components of its own lab", () => {
  expect(not(OPEN, fromOwn)).toEqual([]);
});

test.each(INSIDERS)('keeps %s of one seat from reaching another seat or its Collector', (pod) => {
  expect(fromInside[pod]).toHaveLength(ENDPOINTS);
  expect(not(SHUT, fromInside[pod] ?? [])).toEqual([]);
});

test('keeps a pod outside the Workshop from reaching a seat', () => {
  expect(fromOutside).toHaveLength(ENDPOINTS);
  expect(not(SHUT, fromOutside)).toEqual([]);
});

describe('a Workshop on a cluster that does not enforce NetworkPolicies', () => {
  const open = 'class-open';
  const cluster = testCluster().name;

  beforeAll(async () => {
    signalComponent(cluster, 'kube-router', 'SIGSTOP');
    await applyWorkshop(open, { ...quietSpec, attendees: [{ name: 'ada' }, { name: 'grace' }] });
  }, 30_000);
  afterAll(async () => {
    signalComponent(cluster, 'kube-router', 'SIGCONT');
    await kubectl('delete', 'workshop', open, '--wait=false');
  }, 30_000);

  test('reports that the seats are not isolated, and what the isolation test has reached', async () => {
    const found = await workshopBecomes(open, 'NetworkIsolation', /^False Unenforced: /, 120_000);
    expect(conditionText(found, 'NetworkIsolation')).toMatch(/reached .* of seat class-open-/);
    expect(
      not(OPEN, await tryEndpoints(`${open}-ada`, 'deployment/lab-guide', await endpointsOf(`${open}-grace`))),
    ).toEqual([]);
  }, 150_000);

  test('reports that the seats are isolated once NetworkPolicies are enforced again', async () => {
    signalComponent(cluster, 'kube-router', 'SIGCONT');
    await patchWorkshop(open, { lab: { guide: { env: { AGAIN: 'yes' } } } });
    await workshopBecomes(open, 'NetworkIsolation', /^True Enforced: /, 90_000);
  }, 120_000);
});

test("removes the pods of the operator's isolation test", async () => {
  const probes = (): Promise<string> =>
    kubectl(
      'get',
      'pods',
      '--all-namespaces',
      '--selector=app.kubernetes.io/component=isolation-probe',
      '--output=name',
    );
  await eventually(async () => expect(await probes()).toBe(''), { within: 60_000, every: 1000 });
});
