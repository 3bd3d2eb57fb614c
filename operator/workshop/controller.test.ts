import { FINALIZER, LABELS } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { NotLeadingError } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { HOUR, NAMES, aWorkshopHarness } from './testing/workshop-harness.ts';
import { aWorkshop, seatOf } from './testing/fixtures.ts';
import type { WorkshopOptions } from './options.ts';

describe('a new Workshop', () => {
  test('gives a new Workshop a finalizer and a seat for each attendee, and reports the progress', async () => {
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
      { reason: 'Updating' },
      { reason: 'AsExpected' },
      { status: 'True' },
      { reason: 'NotAllYet' },
      { reason: 'NotProbed' },
    ]);
    for (const { observedGeneration } of workshop().status?.conditions ?? []) expect(observedGeneration).toBe(1);
  });

  test('reports a Workshop as ready, with its images pulled and the isolation of its seats tested', async () => {
    const { settleAll, workshop, condition, events } = aWorkshopHarness();
    await settleAll();
    expect(workshop().status).toMatchObject({ seats: { desired: 3, ready: 3, updated: 3, failed: 0 }, summary: '3/3' });
    expect(workshop().status).not.toHaveProperty('failing');
    for (const type of ['Ready', 'CapacityAvailable', 'ImagesReady', 'NetworkIsolation'])
      expect(condition(type)).toMatchObject({ type, status: 'True' });
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'Complete',
      message: '3 of 3 seats follow the spec.',
    });
    expect(events.events.map(({ reason }) => reason)).toEqual(['Updating', 'SeatsReady', 'Pulled', 'Enforced']);
  });

  test('says by a condition, an Event and the state that the faults label names an unknown fault', async () => {
    const { settleAll, edit, workshop, condition, events } = aWorkshopHarness();
    edit({ metadata: { labels: { [LABELS.faults]: 'bogus' } } });
    await settleAll();
    expect(condition('FaultsApplied')).toMatchObject({ status: 'False', reason: 'UnknownFault' });
    expect(workshop().status?.state).toBe('UnknownFault');
    expect(events.events.find(({ reason }) => reason === 'UnknownFault')).toMatchObject({
      type: 'Warning',
      message: expect.stringContaining('found "bogus" in "bogus"') as string,
    });
  });

  test('sends no request for a Workshop that is ready and does not change', async () => {
    const { settleAll, reconcile, requests, clock } = aWorkshopHarness();
    await settleAll();
    clock.advance(HOUR / 20);
    expect(await requests(reconcile)).toEqual([]);
  });

  test('ignores a Workshop that no longer exists', async () => {
    const { api, reconcile, requests } = aWorkshopHarness();
    api.remove(KINDS.Workshop, { name: 'class' });
    expect(await requests(reconcile)).toEqual([]);
  });
});

describe('attendees of a Workshop', () => {
  const attendees = [{ name: 'ada' }, { name: 'bob' }];

  test("creates a new attendee's seat, deletes a removed attendee's seat, and changes no other seat", async () => {
    const { settleAll, edit, names, seats } = aWorkshopHarness({ attendees });
    await settleAll();
    const ada = seats.get('class-ada');
    edit({ spec: { attendees: [{ name: 'ada' }, { name: 'cy' }] } });
    await settleAll();
    expect(names()).toEqual(['class-ada', 'class-cy']);
    expect(seats.get('class-ada')).toEqual(ada);
  });

  test('reports two attendees of the same name as invalid, and changes no seat', async () => {
    const { settleAll, edit, reconcile, names, condition, workshop, requests } = aWorkshopHarness({ attendees });
    await settleAll();
    edit({ spec: { attendees: [{ name: 'ada' }, { name: 'ada' }] } });
    expect(await requests(reconcile)).toEqual(['apply Workshop status']);
    expect(names()).toEqual(['class-ada', 'class-bob']);
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'InvalidSpec',
      message: '2 attendees are named "ada". Give each a different name. Until then, the seats stay as they are.',
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
  ])('creates no seats and reports a problem while the Workshop has %s', async (_, options) => {
    const { reconcile, names, condition } = aWorkshopHarness({ seats: 3 }, options);
    await reconcile();
    expect([names(), condition('Ready')]).toMatchObject([
      [],
      { reason: 'InvalidSpec', message: expect.stringContaining('Change it.') as string },
    ]);
  });

  test("creates all other seats and reports a problem if another Workshop already uses one seat's name", async () => {
    const { api, settleAll, reconcile, names, condition, workshop, seats } = aWorkshopHarness({ attendees });
    const other = {
      ...seatOf(aWorkshop({ seats: 1 }, { name: 'other', uid: 'other-uid' }), 0),
      status: { phase: 'Ready' as const },
    };
    const foreign = api.seed<Seat>({ ...other, metadata: { ...other.metadata, name: 'class-ada' } });
    await reconcile();
    expect(names()).toEqual(['class-ada', 'class-bob']);
    expect(seats.get('class-ada')).toBe(foreign);
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

describe('a failed request', () => {
  test('reports and retries a write that the API server refuses, and still does all other writes', async () => {
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

  test('combines several failed requests into one error', async () => {
    const { api, reconcile } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Seat' }, apiError(500, 'InternalError', 'etcd is away'), 2);
    await expect(reconcile()).rejects.toThrow(
      '2 steps failed. The first error: The request was answered 500 InternalError: etcd is away',
    );
  });

  test('throws a NotLeadingError if another operator process is the leader', async () => {
    const { api, reconcile } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Seat' }, apiError(500, 'InternalError'));
    api.fail({ verb: 'apply', kind: 'Workshop' }, new NotLeadingError());
    await expect(reconcile()).rejects.toBeInstanceOf(NotLeadingError);
  });

  test('ignores the failed status write of a deleted Workshop', async () => {
    const { api, reconcile } = aWorkshopHarness();
    api.fail({ verb: 'apply', kind: 'Workshop' }, apiError(404, 'NotFound'));
    await expect(reconcile()).resolves.toBeDefined();
  });
});
