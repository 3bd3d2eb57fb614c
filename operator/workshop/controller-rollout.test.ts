import { LABELS, isHeld } from '../api/types.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { NAMES, aWorkshopHarness } from './testing/workshop-harness.ts';
import { aNode } from './testing/fixtures.ts';

describe('a change of the lab', () => {
  test('rolls out a change of the lab to a few seats at a time', async () => {
    const { settleAll, settle, edit, reconcile, seats, condition, workshop } = aWorkshopHarness({
      seats: 3,
      rollout: { maxConcurrent: 1 },
    });
    await settleAll();
    edit({ spec: { lab: { jaeger: { maxTraces: 7 } } } });
    for (const done of [1, 2, 3]) {
      await reconcile();
      expect(seats.list().filter(({ spec }) => spec.lab?.jaeger?.maxTraces === 7)).toHaveLength(done);
      expect(condition('Progressing')).toMatchObject({
        status: 'True',
        message:
          `${done - 1} of 3 seats ${done === 2 ? 'follows' : 'follow'} the spec, ` + `1 in progress, ${3 - done} wait.`,
      });
      expect(workshop().status?.seats).toMatchObject({ updated: done - 1 });
      settle();
    }
    await reconcile();
    expect(condition('Progressing')).toMatchObject({ reason: 'Complete' });
  });

  test("gives seats the release's images, and after an upgrade the new ones to a few seats at a time", async () => {
    const released = (tag: string) => ({ image: { registry: 'registry.example', tag } });
    const lab = { jaeger: { maxTraces: 7 }, image: { repository: 'mine/intro-otel' } };
    const spec = { seats: 3, lab, rollout: { maxConcurrent: 1 } };
    const { settleAll, restart, reconcile, settle, seats } = aWorkshopHarness(spec, { images: released('1.0.0') });
    await settleAll();
    const image = { ...lab.image, registry: 'registry.example', tag: '1.0.0' };
    expect(seats.list().map((seat) => seat.spec.lab)).toEqual(NAMES.map(() => ({ ...lab, image })));
    restart({ images: released('1.1.0') });
    for (const done of [1, 2, 3]) {
      await reconcile();
      expect(seats.list().filter((seat) => seat.spec.lab?.image?.tag === '1.1.0')).toHaveLength(done);
      settle();
    }
  });

  test('stops a rollout after too many failures, with advice, and continues after the next change', async () => {
    const { settleAll, settle, edit, reconcile, seats, condition, events } = aWorkshopHarness({
      seats: 3,
      rollout: { maxConcurrent: 1, maxFailures: 1 },
    });
    await settleAll();
    edit({ spec: { lab: { jaeger: { maxTraces: 7 } } } });
    await reconcile();
    settle('Failed', 'lab-jaeger can’t start.', ['class-seat-01']);
    await reconcile();
    for (const name of NAMES.slice(1)) expect(seats.get(name)?.spec.lab).toBeUndefined();
    await reconcile();
    expect(condition('Degraded')).toMatchObject({
      status: 'True',
      reason: 'RolloutStopped',
      message: expect.stringMatching(
        /class-seat-01.*rollout\.maxFailures is 1.*lab-jaeger can’t start.*Change spec\.lab/,
      ) as string,
    });
    expect(condition('Progressing')).toMatchObject({ status: 'False', reason: 'RolloutStopped' });
    expect(events.events).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'RolloutStopped' }));
    edit({ spec: { lab: { jaeger: { maxTraces: 8 } } } });
    await settleAll();
    expect(condition('Degraded').status).toBe('False');
  });

  test('holds back a change of the lab while spec.rollout.paused is true', async () => {
    const { settleAll, edit, reconcile, requests, condition } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    edit({ spec: { rollout: { paused: true }, lab: { jaeger: { maxTraces: 7 } } } });
    expect((await requests(reconcile)).filter((request) => request.includes('Seat'))).toEqual([]);
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'Paused',
      message: '0 of 3 seats follow the spec, 3 wait until spec.rollout.paused is false.',
    });
    expect(condition('Ready').status).toBe('True');
    edit({ spec: { rollout: { paused: false } } });
    await settleAll();
    expect(condition('Progressing').reason).toBe('Complete');
  });
});

describe('a seat', () => {
  test('creates a seat again after somebody deletes it, even while the rollout is paused', async () => {
    const { api, settleAll, settle, edit, reconcile, names, seats } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    edit({ spec: { rollout: { paused: true } } });
    const before = seats.get('class-seat-02')?.metadata.uid;
    await api.delete(KINDS.Seat, { name: 'class-seat-02' });
    await reconcile();
    settle();
    expect(names()).toEqual(['class-seat-01', 'class-seat-03']);
    await reconcile();
    expect(names()).toEqual(NAMES);
    expect(seats.get('class-seat-02')?.metadata.uid).not.toBe(before);
  });

  test('restores a seat after somebody edits it', async () => {
    const { api, settleAll, reconcile, seats } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    api.edit(
      KINDS.Seat,
      { name: 'class-seat-01' },
      {
        metadata: { labels: { [LABELS.workshop]: null }, ownerReferences: [] },
        spec: { lab: { instrumentation: 'none' }, replicas: 0 },
      },
    );
    await reconcile();
    expect(seats.get('class-seat-01')).toMatchObject({
      metadata: { labels: { [LABELS.workshop]: 'class' }, ownerReferences: [{ name: 'class' }] },
      spec: { replicas: 0 },
    });
    expect(seats.get('class-seat-01')?.spec).not.toHaveProperty('lab');
  });

  test('does not count a seat as failed if the instructor stops it', async () => {
    const { api, settle, settleAll, reconcile, condition } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    api.edit(KINDS.Seat, { name: 'class-seat-01' }, { spec: { replicas: 0 } });
    settle();
    await reconcile();
    expect(condition('Ready')).toMatchObject({ status: 'True', message: '2 of 3 seats are ready, 1 stopped.' });
  });
});

describe('capacity of the nodes', () => {
  test('starts only the seats that fit on the nodes, and the other seats after a node is added', async () => {
    const { api, clock, settleAll, reconcile, names, seats, condition, events, workshop } = aWorkshopHarness({
      seats: 10,
      rollout: { maxConcurrent: 10 },
    });
    const waiting = (): string[] =>
      seats
        .list()
        .filter(isHeld)
        .map(({ metadata: { name } }) => name);
    await reconcile();
    expect([names().length, waiting()]).toEqual([10, ['class-seat-09', 'class-seat-10']]);
    expect(condition('CapacityAvailable')).toMatchObject({
      status: 'False',
      reason: 'InsufficientCapacity',
      message: expect.stringContaining('8 of 10 seats fit on the nodes.') as string,
    });
    const result = await settleAll();
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'InsufficientCapacity',
      message: expect.stringContaining('class-seat-09, class-seat-10') as string,
    });
    expect(workshop().status).toMatchObject({ state: 'InsufficientCapacity', summary: '8/10' });
    expect(result?.requeueAfter).toBeLessThanOrEqual(30_000);
    api.seed(aNode('more'));
    clock.advance(30_000);
    await settleAll();
    expect([names().length, waiting(), condition('CapacityAvailable').status]).toEqual([10, [], 'True']);
    expect(workshop().status).toMatchObject({ state: 'SeatsReady', summary: '10/10' });
    expect(events.events.map(({ reason }) => reason)).not.toContain('Restored');
  });

  test('deletes a seat that waits for room if its attendee is removed, and writes nothing while it waits', async () => {
    const { settleAll, reconcile, requests, edit, names } = aWorkshopHarness({ seats: 10 });
    await settleAll();
    expect((await requests(reconcile)).filter((request) => request.includes('Seat'))).toEqual([]);
    edit({ spec: { seats: 9 }, metadata: { generation: 2 } });
    await reconcile();
    expect(names()).not.toContain('class-seat-10');
  });

  test('lists no seats that wait for room while the rollout is paused', async () => {
    const { settleAll, names } = aWorkshopHarness({ seats: 10, rollout: { paused: true } });
    await settleAll();
    expect(names()).toEqual([]);
  });

  test('creates no seats while the capacity check fails, and checks the capacity again later', async () => {
    const { api, reconcile, names, condition } = aWorkshopHarness();
    api.fail({ verb: 'list', kind: 'Pod' }, apiError(500, 'InternalError', 'etcd is away'));
    await expect(reconcile()).rejects.toThrow('etcd is away');
    expect([names(), condition('Ready').reason]).toEqual([[], 'SeatsNotReady']);
    await reconcile();
    expect(names()).toEqual(NAMES);
  });
});

describe('isolation test of a Workshop', () => {
  test("keeps the isolation test's earlier result, with time and generation, until there is a new one", async () => {
    const { settleAll, edit, reconcile, restart, condition } = aWorkshopHarness();
    await settleAll();
    const seen = condition('NetworkIsolation');
    expect(seen).toMatchObject({ status: 'True', reason: 'Enforced', observedGeneration: 1 });
    restart();
    edit({ spec: { seats: 2 } });
    await reconcile();
    expect(condition('NetworkIsolation')).toEqual(seen);
    await settleAll();
    expect(condition('NetworkIsolation').observedGeneration).toBe(2);
  });

  test('reports no isolation result for a class with one seat', async () => {
    const { settleAll, condition } = aWorkshopHarness({ seats: 1 });
    await settleAll();
    expect(condition('NetworkIsolation')).toMatchObject({
      status: 'Unknown',
      reason: 'NotProbed',
      message: expect.stringContaining('found 1') as string,
    });
  });
});
