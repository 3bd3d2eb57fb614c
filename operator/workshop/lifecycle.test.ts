import { API_VERSION, CONFIRM_DELETION, FINALIZER, LABELS, MANAGED_BY } from '../api/types.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { HOUR, NAMES, aWorkshopHarness, later } from './testing/workshop-harness.ts';

describe('schedule of a class', () => {
  test('pulls images before a class starts, but creates no seats yet', async () => {
    const { clock, reconcile, pods, names, condition } = aWorkshopHarness({
      seats: 3,
      schedule: { startsAt: later(0.05) },
    });
    expect(await reconcile()).toEqual({ requeueAfter: 180_000 });
    expect([names(), pods.list().length]).toEqual([[], 1]);
    expect(condition('Progressing')).toMatchObject({ status: 'False', reason: 'Scheduled' });
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'Scheduled',
      message: `The class starts at ${later(0.05)}.`,
    });
    clock.advance(180_000);
    await reconcile();
    expect(names()).toEqual(NAMES);
  });

  test('warns once at each warning time before the end of a class', async () => {
    const { clock, reconcile, events, restart } = aWorkshopHarness({ seats: 3, schedule: { expiresAt: later(2) } });
    const warnings = () =>
      events.events
        .filter(({ reason }) => reason === 'ExpiresSoon')
        .map(({ message }) => /in at most (\d+) minutes/.exec(message)?.[1]);
    await reconcile();
    expect(warnings()).toEqual([]);
    for (const minutes of [61, 1, 44, 1, 9, 2]) {
      clock.advance(minutes * 60_000);
      await reconcile();
    }
    expect(warnings()).toEqual(['60', '15', '5']);
    restart();
    await reconcile();
    expect(warnings()).toEqual(['60', '15', '5', '5']);
  });

  test("deletes an expired class's seats if afterExpiry is Delete, and recreates them if its end moves", async () => {
    const { clock, settle, settleAll, reconcile, edit, names, condition, workshop } = aWorkshopHarness({
      seats: 3,
      schedule: { expiresAt: later(2), afterExpiry: 'Delete' },
    });
    await settleAll();
    clock.advance(2 * HOUR);
    await reconcile();
    expect(names()).toEqual([]);
    expect(condition('Ready')).toMatchObject({
      reason: 'Expired',
      message: expect.stringContaining('Its seats are being deleted, 3 are left.') as string,
    });
    settle();
    expect(await reconcile()).toBeUndefined();
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'Expired',
      message: expect.stringContaining(
        'Its seats are deleted. To get them back, set spec.schedule.expiresAt',
      ) as string,
    });
    expect(condition('Progressing')).toMatchObject({ status: 'False', reason: 'Expired' });
    expect(workshop().status?.seats?.desired).toBe(0);
    edit({ spec: { schedule: { expiresAt: later(9) } } });
    await settleAll();
    expect([names(), condition('Ready').status]).toEqual([NAMES, 'True']);
  });

  test('records how far each attendee got before it deletes their seats', async () => {
    const { api, clock, settleAll, reconcile, names, workshop } = aWorkshopHarness({
      seats: 3,
      schedule: { expiresAt: later(2), afterExpiry: 'Delete' },
    });
    await settleAll();
    api.edit(KINDS.Seat, { name: 'class-seat-02' }, { status: { progress: '3/12', lastActivity: later(1) } });
    clock.advance(2 * HOUR);
    api.fail({ verb: 'apply', kind: 'Workshop' }, apiError(500, 'InternalError', 'etcd is away'));
    await expect(reconcile()).rejects.toThrow('etcd is away');
    expect(names()).toEqual(NAMES);
    await reconcile();
    await settleAll();
    expect([names(), workshop().status?.record]).toEqual([
      [],
      [{ name: 'seat-01' }, { name: 'seat-02', progress: '3/12', lastActivity: later(1) }, { name: 'seat-03' }],
    ]);
  });

  test('deletes no seats for an end in the past until an annotation with that end confirms it', async () => {
    const { settleAll, edit, seats, condition, workshop, names } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    edit({ spec: { schedule: { expiresAt: later(-1), afterExpiry: 'Delete' } }, metadata: { generation: 2 } });
    await settleAll();
    expect(seats.list().map(({ spec }) => spec.stopped)).toEqual([true, true, true]);
    expect(workshop().status?.state).toBe('DeletionUnconfirmed');
    expect(condition('Progressing').message).toContain(
      `kubectl annotate workshop class --overwrite intro-otel.dev/confirm-deletion=${later(-1)}.`,
    );
    edit({ metadata: { annotations: { [CONFIRM_DELETION]: later(-2) } } });
    await settleAll();
    expect(names()).toEqual(NAMES);
    edit({ metadata: { annotations: { [CONFIRM_DELETION]: later(-1) } } });
    await settleAll();
    expect(names()).toEqual([]);
  });

  test("stops an expired class's seats if afterExpiry is Stop, and starts them if its end moves", async () => {
    const { clock, settle, settleAll, reconcile, edit, seats, condition } = aWorkshopHarness({
      seats: 3,
      schedule: { expiresAt: later(2), afterExpiry: 'Stop' },
    });
    await settleAll();
    clock.advance(2 * HOUR);
    await reconcile();
    expect(seats.list().map(({ spec }) => spec.stopped)).toEqual([true, true, true]);
    settle();
    await reconcile();
    expect(condition('Ready')).toMatchObject({
      reason: 'Expired',
      message: expect.stringContaining('3 of 3 seats are stopped') as string,
    });
    edit({ spec: { schedule: { expiresAt: later(9) } } });
    await settleAll();
    expect([seats.list().map(({ spec }) => spec.stopped), condition('Ready').status]).toEqual([
      [undefined, undefined, undefined],
      'True',
    ]);
  });

  test('changes no seat of an expired class if afterExpiry is Keep', async () => {
    const { clock, settleAll, reconcile, names, condition } = aWorkshopHarness({
      seats: 3,
      schedule: { expiresAt: later(2), afterExpiry: 'Keep' },
    });
    await settleAll();
    clock.advance(2 * HOUR);
    await reconcile();
    expect([names(), condition('Ready').status]).toEqual([NAMES, 'True']);
  });
});

describe('a deleted Workshop', () => {
  test("deletes a deleted Workshop's seats, reports which seats are left, and leaves nothing behind", async () => {
    const { api, settle, settleAll, reconcile, workshops, workshop, names, condition, pods } = aWorkshopHarness();
    await settleAll();
    await api.delete(KINDS.Workshop, { name: 'class' });
    await reconcile();
    expect(names()).toEqual([]);
    expect(workshop().metadata.finalizers).toEqual([FINALIZER]);
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'Terminating',
      message: expect.stringContaining('until 3 seats are deleted: class-seat-01 (Ready: Set by the test.)') as string,
    });
    settle();
    await reconcile();
    expect([workshops.list(), pods.list()]).toEqual([[], []]);
  });

  test("waits for a seat's namespace that outlives its Seat, and names it", async () => {
    const { api, settle, settleAll, reconcile, workshops, condition } = aWorkshopHarness();
    await settleAll();
    const labels = { [LABELS.managedBy]: MANAGED_BY, [LABELS.workshop]: 'class' };
    const ownerReferences = [{ apiVersion: API_VERSION, kind: 'Seat', name: 'class-seat-02', uid: 'gone' }];
    api.edit(KINDS.Namespace, { name: 'class-seat-02' }, { metadata: { labels, ownerReferences } });
    api.edit(KINDS.Namespace, { name: 'class-seat-03' }, { metadata: { labels } }); // somebody else's
    await api.delete(KINDS.Workshop, { name: 'class' });
    await reconcile();
    settle();
    expect(await reconcile()).toEqual({ requeueAfter: 3000 });
    expect(condition('Ready')).toMatchObject({
      reason: 'DeletionBlocked',
      message: expect.stringContaining('kubectl get namespace class-seat-02 -o yaml') as string,
    });
    api.remove(KINDS.Namespace, { name: 'class-seat-02' });
    await reconcile();
    expect(workshops.list()).toEqual([]);
  });

  test('names the Seats whose deletion is blocked first', async () => {
    const { api, settleAll, reconcile, seats, condition } = aWorkshopHarness();
    await settleAll();
    await api.delete(KINDS.Workshop, { name: 'class' });
    await reconcile();
    const [blocked] = seats.list().filter(({ metadata }) => metadata.name === 'class-seat-03');
    const ready = { type: 'Ready', status: 'False', reason: 'DeletionBlocked', message: 'Pod x has a finalizer' };
    api.edit(KINDS.Seat, { name: 'class-seat-03' }, { status: { ...blocked?.status, conditions: [ready] } });
    await reconcile();
    expect(condition('Ready')).toMatchObject({
      reason: 'DeletionBlocked',
      message: expect.stringContaining('deleted: class-seat-03 (DeletionBlocked: Pod x has a finalizer)') as string,
    });
  });

  test('leaves nothing behind if a Workshop is deleted in the middle of a rollout', async () => {
    const { api, settle, reconcile, workshops, seats } = aWorkshopHarness({ seats: 30 });
    await reconcile();
    await api.delete(KINDS.Workshop, { name: 'class' });
    for (let round = 0; round < 3; round++) {
      await reconcile();
      settle();
    }
    expect([workshops.list(), seats.list()]).toEqual([[], []]);
  });

  test('waits for seats of a deleted Workshop that are missing in the store', async () => {
    const { api, reconcile, restart, workshops } = aWorkshopHarness();
    await reconcile();
    await api.delete(KINDS.Workshop, { name: 'class' });
    restart({
      seats: {
        fresh: true,
        get: () => undefined,
        list: () => [],
        byLabel: () => [],
        observe: () => undefined,
        forget: () => undefined,
      },
    });
    expect(await reconcile()).toEqual({ requeueAfter: 1000 });
    expect(workshops.list()).toHaveLength(1);
  });

  test("ignores a deleted Workshop that lacks the operator's finalizer", async () => {
    const { api, edit, reconcile, requests } = aWorkshopHarness();
    edit({ metadata: { finalizers: ['other/one'] } });
    await api.delete(KINDS.Workshop, { name: 'class' });
    expect(await requests(reconcile)).toEqual([]);
  });
});
