import { KINDS } from '../../kubernetes/kinds.ts';
import type { Seat } from '../api/types.ts';
import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { ClassApi, aWorkshop, seatOf } from './testing/fixtures.ts';
import { OPEN, SHUT } from './testing/isolation-answer.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { IsolationCheck } from './isolation-check.ts';

const HOUR = 3_600_000;
const workshop = aWorkshop({ seats: 3 });
const [one, two, three] = [0, 1, 2].map((index) => seatOf(workshop, index, { phase: 'Ready' })) as [Seat, Seat, Seat];
const NAMESPACE = 'intro-otel';
const OVER_QUOTA = apiError(
  403,
  'Forbidden',
  'exceeded quota: seat, requested: pods=1, used: pods=20, limited: pods=20',
);

/** Returns the key of the isolation test's pod. */
function keyOf(pods: readonly Pod[]): { name: string; namespace: string } {
  const { name = '', namespace = '' } = pods[0]?.metadata ?? {};
  return { name, namespace };
}

function setUp() {
  const clock = manualClock();
  const api = new ClassApi(clock);
  for (const name of ['class-seat-01', 'class-seat-02', 'class-seat-03', 'elsewhere']) {
    api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lab-dice', namespace: name, labels: { 'app.kubernetes.io/instance': 'lab' } },
      spec: { clusterIP: '10.0.0.7', ports: [{ port: 8080 }] },
    };
    api.seed(service);
  }
  const pods = api.store<Pod>(KINDS.Pod);
  const isolation = new IsolationCheck({ api, clock, namespace: NAMESPACE });
  const check = (seats: readonly Seat[] = [one, two, three], asking = workshop) => isolation.check(asking, seats);
  /** Ends the isolation test's pod, with these results as its answer. */
  const end = (results: object) => {
    api.edit(KINDS.Pod, keyOf(pods.list()), {
      status: {
        phase: 'Succeeded',
        containerStatuses: [
          { name: 'probe', state: { terminated: { exitCode: 0, message: JSON.stringify(results) } } },
        ],
      },
    });
  };
  const where = (): (string | undefined)[] => pods.list().map(({ metadata }) => metadata.namespace);
  return { api, clock, isolation, check, end, pods, where };
}

test('sends no request while the Workshop has only one seat', async () => {
  const { api, check } = setUp();
  expect(await check([one])).toEqual({});
  expect(await check([one, seatOf(workshop, 1, { phase: 'Provisioning' })])).toEqual({});
  expect([api.reads, api.writes]).toEqual([[], []]);
});

test("runs the isolation test's pod in the first of two seats, returns the result and deletes the pod", async () => {
  const { check, end, pods, where } = setUp();
  expect(await check()).toEqual({ next: 1000 });
  expect(where()).toEqual(['class-seat-01']);
  expect(pods.list()[0]?.spec.containers[0]?.env?.[0]?.value).toContain('"class-seat-02/lab-dice","host":"10.0.0.7"');
  expect(await check()).toEqual({ next: 1000 });
  end(SHUT);
  expect(await check()).toEqual({
    next: HOUR,
    condition: expect.objectContaining({
      status: 'True',
      reason: 'Enforced',
      message: expect.stringContaining('of seat class-seat-02') as string,
    }) as object,
  });
  expect(where()).toEqual([]);
});

test('repeats the isolation test after an hour, between two other seats', async () => {
  const { api, clock, check, end, where } = setUp();
  await check();
  end(SHUT);
  await check();
  const asked = api.reads.length + api.writes.length;
  clock.advance(HOUR - 1);
  expect(await check()).toEqual({ next: 1 });
  expect(api.reads.length + api.writes.length).toBe(asked);
  clock.advance(1);
  await check();
  expect(where()).toEqual(['class-seat-02']);
});

test('repeats a failed isolation test after a minute, and later every hour', async () => {
  const { clock, check, end } = setUp();
  await check();
  end(OPEN);
  expect(await check()).toMatchObject({ next: 60_000, condition: { status: 'False', reason: 'Unenforced' } });
  clock.advance(60_000);
  await check();
  end(OPEN);
  expect(await check()).toMatchObject({ next: HOUR, condition: { reason: 'Unenforced' } });
});

test('repeats the isolation test at once after a change of the Workshop', async () => {
  const { check, end, where } = setUp();
  await check();
  end(SHUT);
  await check();
  await check([one, two], { ...workshop, metadata: { ...workshop.metadata, generation: 2 } });
  expect(where()).toHaveLength(1);
});

test('repeats the isolation test after a restart of the operator, and deletes the old test pod', async () => {
  const { api, check, where, pods } = setUp();
  await check();
  const left = pods.list()[0]?.metadata.uid;
  const next = new IsolationCheck({ api, clock: manualClock(), namespace: NAMESPACE });
  expect(await next.check(workshop, [two, three])).toEqual({ next: 1000 });
  expect(where()).toEqual(['class-seat-02']);
  expect(pods.list()[0]?.metadata.uid).not.toBe(left);
});

test('does not delete the test pods of another Workshop', async () => {
  const { api, check, where } = setUp();
  const other = new IsolationCheck({ api, clock: manualClock(), namespace: NAMESPACE });
  const foreign = aWorkshop({ seats: 2 }, { name: 'other', uid: 'other-uid' });
  const at = (index: number): Seat => ({
    ...seatOf(foreign, index, { phase: 'Ready' }),
    metadata: { ...seatOf(foreign, index).metadata, name: index === 0 ? 'elsewhere' : 'class-seat-03' },
  });
  await other.check(foreign, [at(0), at(1)]);
  await check();
  expect(where().sort()).toEqual(['class-seat-01', 'elsewhere']);
});

test('fails the test after a minute if its pod does not end, and reports what the pod waits for', async () => {
  const { api, clock, check, pods, where } = setUp();
  await check();
  api.edit(KINDS.Pod, keyOf(pods.list()), {
    status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }] },
  });
  clock.advance(59_999);
  expect(await check()).toEqual({ next: 1000 });
  clock.advance(1);
  expect(await check()).toMatchObject({
    next: 60_000,
    condition: {
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('Unschedulable: 0/1 nodes') as string,
    },
  });
  expect(where()).toEqual([]);
});

test('goes on with the next seat if somebody replaced the pod, and ignores the answer of the other pod', async () => {
  const { api, check, end, pods, where } = setUp();
  await check();
  const key = keyOf(pods.list());
  api.remove(KINDS.Pod, key);
  const forged = {
    phase: 'Succeeded',
    containerStatuses: [{ name: 'probe', state: { terminated: { exitCode: 0, message: JSON.stringify(SHUT) } } }],
  };
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { ...key }, spec: { containers: [] }, status: forged });
  expect(await check()).toEqual({ next: 1000 });
  api.remove(KINDS.Pod, key);
  expect(where()).toEqual(['class-seat-02']);
  end(OPEN);
  expect(await check()).toMatchObject({ condition: { reason: 'Unenforced' } });
});

test("runs the test's pod in the next seat if the quota of the first seat is full", async () => {
  const { api, check, end, where } = setUp();
  api.fail({ verb: 'create', kind: 'Pod', namespace: 'class-seat-01' }, OVER_QUOTA);
  expect(await check()).toEqual({ next: 1000 });
  expect(where()).toEqual(['class-seat-02']);
  end(SHUT);
  expect(await check()).toMatchObject({
    condition: { reason: 'Enforced', message: expect.stringContaining('A pod in seat class-seat-02') as string },
  });
});

test("runs the test's pod although an attendee's pod has the name isolation-probe", async () => {
  const { api, check, where } = setUp();
  const metadata = { name: 'isolation-probe', namespace: 'class-seat-01' };
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } });
  expect(await check()).toEqual({ next: 1000 });
  expect(where()).toEqual(['class-seat-01', 'class-seat-01']);
});

test.each([
  ['the quota is full', OVER_QUOTA],
  ['the namespace is gone', apiError(404, 'NotFound', 'namespaces "class-seat-01" not found')],
])('says in which seats the pod could not run and why, if in all of them %s', async (_, error) => {
  const { api, check } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, error, 3);
  const result = await check();
  expect(result).toMatchObject({ next: 60_000, condition: { status: 'Unknown', reason: 'ProbeFailed' } });
  expect(result.condition?.message).toContain('could not run in 3 of 3 Ready seats');
  for (const seat of ['class-seat-01', 'class-seat-02', 'class-seat-03'])
    expect(result.condition?.message).toContain(`Seat ${seat}: ${error.message}.`);
});

test('tries at most five seats at a time, and the other seats at the next test', async () => {
  const { api, clock, isolation } = setUp();
  const large = aWorkshop({ seats: 8 });
  const seats = Array.from({ length: 8 }, (_, index) => seatOf(large, index, { phase: 'Ready' }));
  const tried = (): (string | undefined)[] =>
    api.writes.filter(({ verb }) => verb === 'create').map(({ namespace }) => namespace);
  api.fail({ verb: 'create', kind: 'Pod' }, OVER_QUOTA, 8);
  expect(await isolation.check(large, seats)).toMatchObject({ next: 60_000 });
  expect(tried()).toEqual(seats.slice(0, 5).map(({ metadata: { name } }) => name));
  clock.advance(60_000);
  await isolation.check(large, seats);
  expect(tried()[5]).toBe(seats[5]?.metadata.name);
});

test('goes on with the next seat if the first seat is deleted during the test', async () => {
  const { api, check } = setUp();
  await check();
  api.fail({ verb: 'get', kind: 'Pod' }, apiError(403, 'Forbidden', 'no longer'));
  expect(await check([two, three])).toEqual({ next: 1000 });
  expect(await check([two])).toEqual({ next: 1000 });
});
