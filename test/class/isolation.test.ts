// On a cluster that enforces NetworkPolicies seats can't reach each other; the operator has found that out, and here it is tried.
import { signalComponent } from '../../cluster/throwaway/index.ts';
import { apply, kubectl, testCluster } from '../support/cluster.ts';
import { applyWorkshop, conditionText, patchWorkshop, quietSpec, useClass, workshopBecomes } from '../support/class.ts';
import { doorsOf, knock, OPEN, SHUT } from '../support/reach.ts';
import type { Door } from '../support/reach.ts';
import { restrictedPod } from '../support/restricted-pod.ts';

const { seats: [own, other], workshop } = useClass();

const OUTSIDE = 'class-outside';
let ofOwn: Door[];
let ofOther: Door[];

beforeAll(async () => {
  [ofOwn, ofOther] = await Promise.all([doorsOf(own), doorsOf(other)]);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OUTSIDE } });
  await Promise.all([own, OUTSIDE].map(async (namespace) => {
    await apply({ ...restrictedPod('knocker'), metadata: { name: 'knocker', namespace } });
    await kubectl('wait', 'pod/knocker', '--namespace', namespace, '--for=condition=Ready', '--timeout=60s');
  }));
}, 90_000);

afterAll(async () => {
  await kubectl('delete', 'pod', 'knocker', '--namespace', own, '--ignore-not-found', '--wait=false');
  await kubectl('delete', 'namespace', OUTSIDE, '--wait=false');
});

const not = (pattern: RegExp, answers: readonly string[]): string[] => answers.filter((answer) => !pattern.test(answer));

test('the operator says that the seats are kept apart, having tried', async () => {
  const found = await workshopBecomes(workshop, 'NetworkIsolation', /^True Enforced: /);
  expect(conditionText(found, 'NetworkIsolation')).toMatch(/^True Enforced: /);
});

test('the front door of a seat reaches all parts of its own lab', async () => {
  expect(not(OPEN, await knock(own, 'deployment/lab-guide', ofOwn))).toEqual([]);
});

test.each(['deployment/lab-guide', 'deployment/lab-dice', 'knocker'])('%s of one seat reaches nothing of another, nor sends to its Collector', async (pod) => {
  expect(ofOther).toHaveLength(8);
  expect(not(SHUT, await knock(own, pod, ofOther))).toEqual([]);
});

test('a pod outside of the class reaches nothing of a seat', async () => {
  expect(not(SHUT, await knock(OUTSIDE, 'knocker', ofOther))).toEqual([]);
});

describe('while nothing enforces NetworkPolicies', () => {
  const open = 'class-open';
  const cluster = testCluster().name;

  beforeAll(async () => {
    signalComponent(cluster, 'kube-router', 'SIGSTOP');
    await applyWorkshop(open, { ...quietSpec, attendees: [{ name: 'ada' }, { name: 'grace' }] });
  }, 30_000);
  afterAll(async () => {
    signalComponent(cluster, 'kube-router', 'SIGCONT');
    await kubectl('delete', 'workshop', open, '--timeout=60s');
  }, 90_000);

  test('the operator says so of a class that is made then, and what it has reached', async () => {
    const found = await workshopBecomes(open, 'NetworkIsolation', /^False Unenforced: /, 120_000);
    expect(conditionText(found, 'NetworkIsolation')).toMatch(/reached .* of seat class-open-/);
    expect(not(OPEN, await knock(`${open}-ada`, 'deployment/lab-guide', await doorsOf(`${open}-grace`)))).toEqual([]);
  }, 150_000);

  test('and says that they are kept apart once something does', async () => {
    signalComponent(cluster, 'kube-router', 'SIGCONT');
    await patchWorkshop(open, { lab: { guide: { env: { AGAIN: 'yes' } } } });
    await workshopBecomes(open, 'NetworkIsolation', /^True Enforced: /, 90_000);
  }, 120_000);
});

test('the pods that the operator tried it with are gone', async () => {
  const pods = await kubectl('get', 'pods', '--all-namespaces', '--selector=app.kubernetes.io/component=isolation-probe', '--output=name');
  expect(pods).toBe('');
});
