import type { Seat } from '../api/types.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError, manualClock, recordedEvents } from '../engine/testing/fake-api.ts';
import { LAB_HASH, ClassApi, aWorkshop } from './testing/fixtures.ts';
import { isAsWanted, wantedSeats } from './seats.ts';
import { SeatWriter, mergePatchOf } from './seat-writer.ts';

const workshop = aWorkshop({ seats: 1, lab: { jaeger: { maxTraces: 5 }, visitors: { enabled: false } } });
const [wanted] = wantedSeats(workshop, LAB_HASH) as [Seat];
const key = { name: wanted.metadata.name };

function setUp() {
  const api = new ClassApi(manualClock());
  const seats = api.store<Seat>(KINDS.Seat);
  const events = recordedEvents();
  const writer = new SeatWriter({ api, seats, events });
  const live = (): Seat => seats.get(key.name) as Seat;
  const verbs = (): string[] => api.writes.splice(0).map(({ verb }) => verb);
  return { api, seats, events, writer, live, verbs };
}

test('creates a wanted Seat in the API server', async () => {
  const { writer, live, verbs } = setUp();
  await writer.create(wanted);
  expect(isAsWanted(live(), wanted)).toBe(true);
  expect(verbs()).toEqual(['apply']);
});

test("removes a value from a Seat's spec with a single apply if the Workshop no longer has the value", async () => {
  const { writer, live, verbs } = setUp();
  await writer.create(wanted);
  const [next] = wantedSeats(aWorkshop({ seats: 1, lab: { jaeger: { maxTraces: 5 } } }), LAB_HASH) as [Seat];
  await writer.update(live(), next);
  expect(live().spec.lab).toEqual({ jaeger: { maxTraces: 5 } });
  expect(verbs()).toEqual(['apply', 'apply']);
});

const claim = { id: 'a'.repeat(64), name: 'Ada', key: 'b'.repeat(64), at: '2026-01-05T09:00:00Z' };

const at = '2026-01-05T09:00:00Z';
const ofPeople = {
  claim,
  help: { text: 'Where?', at },
  hint: { text: 'There.', by: 'Nina', at },
  visit: { by: 'Nina', at },
};

test("undoes edits of a Seat's spec, but keeps what others write, and others' labels and annotations", async () => {
  const { api, writer, live, events } = setUp();
  await writer.create(wanted);
  api.edit(KINDS.Seat, key, {
    metadata: { labels: { theirs: '1' }, annotations: { theirs: '1' } },
    spec: {
      replicas: 0,
      ...ofPeople,
      quota: { pods: 1 },
      lab: { jaeger: { maxTraces: 9 }, instrumentation: 'none', visitors: { enabled: null } },
    },
  });
  await writer.update(live(), wanted);
  expect(live().spec).toEqual({ ...wanted.spec, replicas: 0, ...ofPeople });
  expect(live().metadata).toMatchObject({ labels: { theirs: '1' }, annotations: { theirs: '1' } });
  expect(events.events).toEqual([
    expect.objectContaining({ about: `Seat ${key.name}`, type: 'Normal', reason: 'Restored' }),
  ]);
});

test('records no Restored Event for a rollout step or a new display name', async () => {
  const { writer, live, events } = setUp();
  await writer.create(wanted);
  await writer.update(live(), wantedSeats(aWorkshop({ seats: 1, lab: {} }), LAB_HASH)[0] as Seat);
  await writer.update(live(), { ...wanted, spec: { ...live().spec, displayName: 'Ada' } });
  expect(live().spec.displayName).toBe('Ada');
  expect(events.events).toEqual([]);
});

test('does not repeat the same write if the API server changed the written value', async () => {
  const { api, live, verbs } = setUp();
  api.seed({ ...wanted, metadata: { ...wanted.metadata, uid: 'u' }, spec: { ...wanted.spec, quota: { pods: 7 } } });
  // This API server always keeps the quota in the spec, as if the quota were a default value.
  const stubborn: Api = Object.assign(Object.create(api) as ClassApi, {
    apply: async (object: Seat) => {
      await api.apply(object);
      return api.edit<Seat>(KINDS.Seat, key, { spec: { quota: { pods: 7 } } });
    },
    mergePatch: async () => {
      await api.mergePatch(KINDS.Seat, key, {});
      return live();
    },
  });
  const writerOf = new SeatWriter({ api: stubborn, seats: api.store<Seat>(KINDS.Seat), events: recordedEvents() });
  await writerOf.update(live(), wanted);
  const first = verbs().length;
  await writerOf.update(live(), wanted);
  expect([first, verbs()]).toEqual([2, []]);
  await writerOf.update(live(), { ...wanted, spec: { ...wanted.spec, displayName: 'Ada' } });
  expect(verbs()).not.toEqual([]);
});

test('neither changes nor deletes a new Seat that has replaced the given Seat', async () => {
  const { api, writer, live } = setUp();
  await writer.create(wanted);
  const before = live();
  api.remove(KINDS.Seat, key);
  await expect(writer.update(before, wanted)).rejects.toMatchObject({ code: 409 });
  expect(live()).toBeUndefined();
  api.seed({ ...wanted, spec: { ...wanted.spec, lab: {} } });
  await expect(writer.remove(before)).rejects.toMatchObject({ code: 409 });
  expect(live()).toBeDefined();
});

test("rejects with the API server's error if it refuses to create a Seat", async () => {
  const { api, writer } = setUp();
  api.fail({ verb: 'apply' }, apiError(422, 'Invalid', 'Only one reference can have Controller set to true'));
  await expect(writer.create(wanted)).rejects.toMatchObject({ code: 422 });
});

test.each([
  [{ a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { c: 1 } }, { b: { d: null } }],
  [{ a: [1, 2] }, { a: [2] }, { a: [2] }],
  [{ a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  [{ a: { b: 1 } }, {}, { a: null }],
  [{ a: 1, b: [{ x: 1 }] }, { b: [{ x: 1 }], a: 1 }, {}],
])('computes the merge patch from %j to %j as %j', (live, next, patch) => {
  expect(mergePatchOf(live, next)).toEqual(patch);
});
