import { FINALIZER, LABELS } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { NotLeadingError } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { HOUR, NAMES, aWorkshopHarness } from './testing/workshop-harness.ts';
import { aNode, aWorkshop, seatOf } from './testing/fixtures.ts';
import type { WorkshopOptions } from './controller.ts';

describe('a new Workshop', () => {
  test('is held, has seats made for its attendees, and says how far that is', async () => {
    const { reconcile, workshop, names, seats, condition } = aWorkshopHarness();
    await reconcile();
    expect(workshop().metadata.finalizers).toEqual([FINALIZER]);
    expect(names()).toEqual(NAMES);
    expect(seats.get('class-seat-01')).toMatchObject({
      metadata: {
        labels: { [LABELS.workshop]: 'class', [LABELS.attendee]: 'seat-01' },
        finalizers: [FINALIZER],
        ownerReferences: [{ name: 'class', controller: true, blockOwnerDeletion: true }],
      },
      spec: { workshop: 'class', attendee: 'seat-01', revision: expect.stringMatching(/./) as string },
    });
    expect(workshop().status).toMatchObject({
      observedGeneration: 1,
      seats: { desired: 3, ready: 0, updated: 0, failed: 0 },
      summary: '0/3',
    });
    expect([
      condition('Ready'),
      condition('Progressing'),
      condition('Degraded'),
      condition('CapacityAvailable'),
      condition('ImagesReady'),
      condition('NetworkIsolation'),
    ]).toMatchObject([
      { reason: 'SeatsNotReady' },
      { reason: 'RollingOut' },
      { reason: 'AsExpected' },
      { status: 'True' },
      { reason: 'NotAllYet' },
      { reason: 'NotProbed' },
    ]);
    for (const { observedGeneration } of workshop().status?.conditions ?? []) expect(observedGeneration).toBe(1);
  });

  test('ends ready, with images pulled and isolation tried', async () => {
    const { settleAll, workshop, condition, events } = aWorkshopHarness();
    await settleAll();
    expect(workshop().status).toMatchObject({ seats: { desired: 3, ready: 3, updated: 3, failed: 0 }, summary: '3/3' });
    expect(workshop().status).not.toHaveProperty('failing');
    for (const type of ['Ready', 'CapacityAvailable', 'ImagesReady', 'NetworkIsolation'])
      expect(condition(type)).toMatchObject({ type, status: 'True' });
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'Complete',
      message: '3 of 3 seats are as the spec says.',
    });
    expect(events.events.map(({ reason }) => reason)).toEqual(['RollingOut', 'SeatsReady', 'Pulled', 'Enforced']);
  });

  test('once it is ready, looking at it costs no request', async () => {
    const { settleAll, reconcile, requests, clock } = aWorkshopHarness();
    await settleAll();
    clock.advance(HOUR / 20);
    expect(await requests(reconcile)).toEqual([]);
  });

  test('that isn’t there is nothing to do', async () => {
    const { api, reconcile, requests } = aWorkshopHarness();
    api.remove(KINDS.Workshop, { name: 'class' });
    expect(await requests(reconcile)).toEqual([]);
  });
});

describe('attendees', () => {
  const attendees = [{ name: 'ada' }, { name: 'bob' }];

  test('that are added and removed leave the others untouched', async () => {
    const { settleAll, edit, names, seats } = aWorkshopHarness({ attendees });
    await settleAll();
    const ada = seats.get('class-ada');
    edit({ spec: { attendees: [{ name: 'ada' }, { name: 'cy' }] } });
    await settleAll();
    expect(names()).toEqual(['class-ada', 'class-cy']);
    expect(seats.get('class-ada')).toEqual(ada);
  });

  test('two with one name are said, and no seat is touched for it', async () => {
    const { settleAll, edit, reconcile, names, condition, workshop, requests } = aWorkshopHarness({ attendees });
    await settleAll();
    edit({ spec: { attendees: [{ name: 'ada' }, { name: 'ada' }] } });
    expect(await requests(reconcile)).toEqual(['apply Workshop status']);
    expect(names()).toEqual(['class-ada', 'class-bob']);
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'InvalidSpec',
      message: '2 attendees are named "ada": give each a name of their own. Until then its seats stay as they are.',
    });
    expect(workshop().status).toMatchObject({
      seats: { desired: 2, ready: 2 },
      observedGeneration: workshop().metadata.generation,
    });
    expect(await reconcile()).toBeUndefined();
    edit({ spec: { attendees } });
    await settleAll();
    expect(condition('Ready').status).toBe('True');
  });

  test.each<[string, Partial<WorkshopOptions>]>([
    [
      'a lab that can’t be rendered',
      {
        seatRequirements: () => {
          throw new Error('Change it.');
        },
      },
    ],
    ['a quota that the lab doesn’t fit', { quotaProblem: () => 'Change it.' }],
  ])('%s is said before any seat is made', async (_, options) => {
    const { reconcile, names, condition } = aWorkshopHarness({ seats: 3 }, options);
    await reconcile();
    expect([names(), condition('Ready')]).toMatchObject([
      [],
      { reason: 'InvalidSpec', message: expect.stringContaining('Change it.') as string },
    ]);
  });

  test('whose seat another Workshop has: it is left alone and said, the others get theirs', async () => {
    const { api, settleAll, reconcile, names, condition, workshop, seats } = aWorkshopHarness({ attendees });
    const other = {
      ...seatOf(aWorkshop({ seats: 1 }, { name: 'other', uid: 'other-uid' }), 0),
      status: { phase: 'Ready' as const },
    };
    const theirs = api.seed<Seat>({ ...other, metadata: { ...other.metadata, name: 'class-ada' } });
    await reconcile();
    expect(names()).toEqual(['class-ada', 'class-bob']);
    expect(seats.get('class-ada')).toBe(theirs);
    expect(workshop().status).toMatchObject({
      seats: { desired: 2, failed: 1 },
      failing: [
        {
          name: 'class-ada',
          reason: 'SeatTaken',
          message: expect.stringContaining('belongs to Workshop other') as string,
        },
      ],
    });
    expect(condition('Degraded')).toMatchObject({ status: 'True', reason: 'SeatsFailed' });
    expect((await reconcile())?.requeueAfter).toBeLessThanOrEqual(30_000);
    api.remove(KINDS.Seat, { name: 'class-ada' });
    await settleAll();
    expect(workshop().status?.summary).toBe('2/2');
  });
});

describe('a change of the lab', () => {
  test('goes through the seats a few at a time', async () => {
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
        message: `${done - 1} of 3 seats ${done === 2 ? 'is' : 'are'} as the spec says, 1 under way, ${3 - done} to be begun.`,
      });
      expect(workshop().status?.seats).toMatchObject({ updated: done - 1 });
      settle();
    }
    await reconcile();
    expect(condition('Progressing')).toMatchObject({ reason: 'Complete' });
  });

  test('that breaks seats is stopped, and says which and what to do; the next one goes on', async () => {
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
        /class-seat-01.*rollout\.maxFailures \(1\).*lab-jaeger can’t start.*Change spec\.lab/,
      ) as string,
    });
    expect(condition('Progressing')).toMatchObject({ status: 'False', reason: 'RolloutStopped' });
    expect(events.events).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'RolloutStopped' }));
    edit({ spec: { lab: { jaeger: { maxTraces: 8 } } } });
    await settleAll();
    expect(condition('Degraded').status).toBe('False');
  });

  test('waits while it is paused', async () => {
    const { settleAll, edit, reconcile, requests, condition } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    edit({ spec: { rollout: { paused: true }, lab: { jaeger: { maxTraces: 7 } } } });
    expect((await requests(reconcile)).filter((request) => request.includes('Seat'))).toEqual([]);
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'Paused',
      message: '0 of 3 seats are as the spec says, 3 to be begun once spec.rollout.paused is false.',
    });
    expect(condition('Ready').status).toBe('True');
    edit({ spec: { rollout: { paused: false } } });
    await settleAll();
    expect(condition('Progressing').reason).toBe('Complete');
  });
});

describe('a seat', () => {
  test('that is deleted comes back afresh, even while the rollout is paused', async () => {
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

  test('that is edited by hand is put right', async () => {
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

  test('that is stopped by the instructor is no failure', async () => {
    const { api, settle, settleAll, reconcile, condition } = aWorkshopHarness({ seats: 3 });
    await settleAll();
    api.edit(KINDS.Seat, { name: 'class-seat-01' }, { spec: { replicas: 0 } });
    settle();
    await reconcile();
    expect(condition('Ready')).toMatchObject({ status: 'True', message: '2 of 3 seats are ready, 1 stopped.' });
  });
});

describe('room', () => {
  test('for some: those are made, the others follow when there is more', async () => {
    const { api, clock, settleAll, reconcile, names, condition } = aWorkshopHarness({
      seats: 10,
      rollout: { maxConcurrent: 10 },
    });
    await reconcile();
    expect(names()).toHaveLength(8);
    expect(condition('CapacityAvailable')).toMatchObject({
      status: 'False',
      reason: 'InsufficientCapacity',
      message: expect.stringContaining('Fits 8 of 10 seats.') as string,
    });
    const result = await settleAll();
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'InsufficientCapacity',
      message: expect.stringContaining('class-seat-09, class-seat-10') as string,
    });
    expect(result?.requeueAfter).toBeLessThanOrEqual(30_000);
    api.seed(aNode('more'));
    clock.advance(30_000);
    await settleAll();
    expect([names().length, condition('CapacityAvailable').status]).toEqual([10, 'True']);
  });

  test('that can’t be told because the API server fails: nothing is made, and it is tried again', async () => {
    const { api, reconcile, names, condition } = aWorkshopHarness();
    api.fail({ verb: 'list', kind: 'Pod' }, apiError(500, 'InternalError', 'etcd is away'));
    await expect(reconcile()).rejects.toThrow('etcd is away');
    expect([names(), condition('Ready').reason]).toEqual([[], 'SeatsNotReady']);
    await reconcile();
    expect(names()).toEqual(NAMES);
  });
});

describe('isolation', () => {
  test('that was seen stays said, with the generation it was seen of, until it is seen anew', async () => {
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

  test('is not claimed of a class of one', async () => {
    const { settleAll, condition } = aWorkshopHarness({ seats: 1 });
    await settleAll();
    expect(condition('NetworkIsolation')).toMatchObject({
      status: 'Unknown',
      reason: 'NotProbed',
      message: expect.stringContaining('found 1') as string,
    });
  });
});

describe('what fails', () => {
  test('a write that the API server refuses is said and tried again, and the others are done', async () => {
    const { api, reconcile, names, condition } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Seat', name: 'class-seat-02' }, apiError(422, 'Invalid', 'spec.lab: too long'));
    await expect(reconcile()).rejects.toMatchObject({ code: 422 });
    expect(names()).toEqual(['class-seat-01', 'class-seat-03']);
    expect(condition('Degraded')).toMatchObject({
      status: 'True',
      reason: 'WriteRefused',
      message: expect.stringContaining('spec.lab: too long') as string,
    });
    await reconcile();
    expect([names(), condition('Degraded').status]).toEqual([NAMES, 'False']);
  });

  test('several failures are told as one', async () => {
    const { api, reconcile } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Seat' }, apiError(500, 'InternalError', 'etcd is away'), 2);
    await expect(reconcile()).rejects.toThrow(
      '2 of its steps failed, the first: The request was answered 500 InternalError: etcd is away',
    );
  });

  test('that another process leads decides it', async () => {
    const { api, reconcile } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Seat' }, apiError(500, 'InternalError'));
    api.fail({ verb: 'apply', kind: 'Workshop' }, new NotLeadingError());
    await expect(reconcile()).rejects.toBeInstanceOf(NotLeadingError);
  });

  test('a status that has nowhere to go, as the Workshop is gone, is no failure', async () => {
    const { api, reconcile } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Workshop' }, apiError(404, 'NotFound'));
    await expect(reconcile()).resolves.toBeDefined();
  });
});
