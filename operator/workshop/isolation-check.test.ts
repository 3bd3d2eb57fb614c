import { KINDS } from '../../kubernetes/kinds.ts';
import type { Seat } from '../api/types.ts';
import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { ClassApi, aWorkshop, seatOf } from './testing/fixtures.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { IsolationCheck } from './isolation-check.ts';

const HOUR = 3_600_000;
const workshop = aWorkshop({ seats: 3 });
const [one, two, three] = [0, 1, 2].map((index) => seatOf(workshop, index, { phase: 'Ready' })) as [Seat, Seat, Seat];
const OPEN = { control: 'connected', 'lab-dice:8080': 'connected' };
const SHUT = { control: 'connected', 'lab-dice:8080': 'ETIMEDOUT' };

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
  const isolation = new IsolationCheck(api, clock);
  const look = (seats: readonly Seat[] = [one, two, three], of = workshop) => isolation.look(of, seats);
  /** The pod ends, having said that. */
  const end = (results: object) => {
    const [
      {
        metadata: { name, namespace = '' },
      },
    ] = pods.list() as [Pod];
    api.edit(
      KINDS.Pod,
      { name, namespace },
      {
        status: {
          phase: 'Succeeded',
          containerStatuses: [
            { name: 'probe', state: { terminated: { exitCode: 0, message: JSON.stringify(results) } } },
          ],
        },
      },
    );
  };
  const where = (): (string | undefined)[] => pods.list().map(({ metadata }) => metadata.namespace);
  return { api, clock, isolation, look, end, pods, where };
}

test('with one seat nothing is tried and nothing is asked', async () => {
  const { api, look } = setUp();
  expect(await look([one])).toEqual({});
  expect(await look([one, seatOf(workshop, 1, { phase: 'Provisioning' })])).toEqual({});
  expect([api.reads, api.writes]).toEqual([[], []]);
});

test('with two it is tried from the first, waited for, answered, and the pod removed', async () => {
  const { look, end, pods, where } = setUp();
  expect(await look()).toEqual({ next: 1000 });
  expect(where()).toEqual(['class-seat-01']);
  expect(pods.list()[0]?.spec.containers[0]?.env?.[0]?.value).toContain('"lab-dice:8080","host":"10.0.0.7"');
  expect(await look()).toEqual({ next: 1000 });
  end(SHUT);
  expect(await look()).toEqual({
    next: HOUR,
    saying: expect.objectContaining({
      status: 'True',
      reason: 'Enforced',
      message: expect.stringContaining('of seat class-seat-02') as string,
    }) as object,
  });
  expect(where()).toEqual([]);
});

test('it is tried again after an hour, between other seats', async () => {
  const { api, clock, look, end, where } = setUp();
  await look();
  end(SHUT);
  await look();
  const asked = api.reads.length + api.writes.length;
  clock.advance(HOUR - 1);
  expect(await look()).toEqual({ next: 1 });
  expect(api.reads.length + api.writes.length).toBe(asked);
  clock.advance(1);
  await look();
  expect(where()).toEqual(['class-seat-02']);
});

test('what is not good is looked at once more a minute later, then every hour', async () => {
  const { clock, look, end } = setUp();
  await look();
  end(OPEN);
  expect(await look()).toMatchObject({ next: 60_000, saying: { status: 'False', reason: 'Unenforced' } });
  clock.advance(60_000);
  await look();
  end(OPEN);
  expect(await look()).toMatchObject({ next: HOUR, saying: { reason: 'Unenforced' } });
});

test('a change of the Workshop has it tried at once', async () => {
  const { look, end, where } = setUp();
  await look();
  end(SHUT);
  await look();
  await look([one, two], { ...workshop, metadata: { ...workshop.metadata, generation: 2 } });
  expect(where()).toHaveLength(1);
});

test('a process that has only begun tries it, and removes what the one before has left', async () => {
  const { api, look, where, pods } = setUp();
  await look();
  const left = pods.list()[0]?.metadata.uid;
  const next = new IsolationCheck(api, manualClock());
  expect(await next.look(workshop, [two, three])).toEqual({ next: 1000 });
  expect(where()).toEqual(['class-seat-02']);
  expect(pods.list()[0]?.metadata.uid).not.toBe(left);
});

test('pods of another Workshop’s trial are left to it', async () => {
  const { api, look, where } = setUp();
  const other = new IsolationCheck(api, manualClock());
  const foreign = aWorkshop({ seats: 2 }, { name: 'other', uid: 'other-uid' });
  const at = (index: number): Seat => ({
    ...seatOf(foreign, index, { phase: 'Ready' }),
    metadata: { ...seatOf(foreign, index).metadata, name: index === 0 ? 'elsewhere' : 'class-seat-03' },
  });
  await other.look(foreign, [at(0), at(1)]);
  await look();
  expect(where().sort()).toEqual(['class-seat-01', 'elsewhere']);
});

test('a pod that does not end is given up after a minute, with what it waits for', async () => {
  const { api, clock, look, where } = setUp();
  await look();
  api.edit(
    KINDS.Pod,
    { name: 'isolation-probe', namespace: 'class-seat-01' },
    {
      status: {
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
      },
    },
  );
  clock.advance(59_999);
  expect(await look()).toEqual({ next: 1000 });
  clock.advance(1);
  expect(await look()).toMatchObject({
    next: 60_000,
    saying: {
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('Unschedulable: 0/1 nodes') as string,
    },
  });
  expect(where()).toEqual([]);
});

test('a pod that somebody removed, or put another in the place of, tells nothing', async () => {
  const { api, look } = setUp();
  await look();
  const key = { name: 'isolation-probe', namespace: 'class-seat-01' };
  api.remove(KINDS.Pod, key);
  const forged = {
    phase: 'Succeeded',
    containerStatuses: [{ name: 'probe', state: { terminated: { exitCode: 0, message: JSON.stringify(SHUT) } } }],
  };
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { ...key }, spec: { containers: [] }, status: forged });
  expect(await look()).toMatchObject({
    saying: { reason: 'ProbeFailed', message: expect.stringContaining('removed') as string },
  });
});

test.each([
  [403, 'Forbidden', 'exceeded quota: seat'],
  [404, 'NotFound', 'namespaces "class-seat-01" not found'],
])('that it may not be made (%i) is said and no failure', async (code, reason, message) => {
  const { api, look } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, apiError(code, reason, message));
  expect(await look()).toMatchObject({
    next: 60_000,
    saying: { reason: 'ProbeFailed', message: expect.stringContaining(message) as string },
  });
});

test('a seat that goes while it is tried tells nothing', async () => {
  const { api, look } = setUp();
  await look();
  api.fail({ verb: 'get', kind: 'Pod' }, apiError(403, 'Forbidden', 'no longer'));
  api.fail({ verb: 'delete', kind: 'Pod' }, apiError(403, 'Forbidden', 'no longer'));
  expect(await look()).toMatchObject({ saying: { reason: 'ProbeFailed' } });
});

test('while the one before is still going it is waited for', async () => {
  const { api, look } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, apiError(409, 'AlreadyExists'));
  expect(await look()).toEqual({ next: 1000 });
  expect(await look()).toEqual({ next: 1000 });
  expect(api.store(KINDS.Pod).list()).toHaveLength(1);
});
