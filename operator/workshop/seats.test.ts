import { DNS_LABEL } from '../api/types.ts';
import type { WorkshopSpec } from '../api/types.ts';
import { aWorkshopHarness } from './testing/workshop-harness.ts';
import { LAB_HASH, aWorkshop } from './testing/fixtures.ts';
import { seatName, wantedSeats } from './seats.ts';

const attendees = [{ name: 'ada' }, { name: 'bob' }, { name: 'eve' }];
const opaque: WorkshopSpec = { attendees, seatNames: 'Opaque' };

const namesIn = (spec: WorkshopSpec, uid = 'class-uid'): Record<string, string> =>
  Object.fromEntries(
    wantedSeats(aWorkshop(spec, { uid }), LAB_HASH).map(({ metadata, spec: { attendee } }) => [
      attendee,
      metadata.name,
    ]),
  );

test('names a seat after its attendee unless the spec asks for opaque names', () => {
  const names = { ada: 'class-ada', bob: 'class-bob', eve: 'class-eve' };
  expect(namesIn({ attendees })).toEqual(names);
  expect(namesIn({ attendees, seatNames: 'Attendee' })).toEqual(names);
});

describe('opaque names of seats', () => {
  test('differ from each other, and are valid names of namespaces', () => {
    const names = Object.values(namesIn(opaque));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^class-[0-9a-f]{10}$/);
    for (const name of names) expect(name).toMatch(new RegExp(DNS_LABEL));
  });

  test('stay the same when the list of attendees changes its order, grows and shrinks', () => {
    const before = namesIn(opaque);
    expect(namesIn({ ...opaque, attendees: attendees.toReversed() })).toEqual(before);
    expect(namesIn({ ...opaque, attendees: [{ name: 'new' }, ...attendees] })).toMatchObject(before);
    expect(namesIn({ ...opaque, attendees: [{ name: 'eve' }] })).toEqual({ eve: before['eve'] });
  });

  test("can't be computed without the Workshop's uid, because each uid gives other names", () => {
    expect(Object.values(namesIn(opaque))).not.toContain(namesIn(opaque, 'another-uid')['ada']);
    expect(() => seatName({ ...aWorkshop(opaque), metadata: { name: 'class' } }, 'ada')).toThrow('to have a uid');
  });

  test('also hide the numbers of seats without attendees', () => {
    expect(Object.keys(namesIn({ seats: 2, seatNames: 'Opaque' }))).toEqual(['seat-01', 'seat-02']);
    expect(namesIn({ seats: 2, seatNames: 'Opaque' })['seat-01']).not.toContain('seat-01');
  });

  test('let the reconciler keep every seat when the list of attendees changes its order', async () => {
    const { reconcile, edit, seats, names } = aWorkshopHarness(opaque);
    await reconcile();
    const before = seats.list().map(({ metadata }) => metadata.uid);
    expect(names()).toEqual(Object.values(namesIn(opaque)).sort());
    edit({ spec: { attendees: attendees.toReversed() } });
    await reconcile();
    expect(seats.list().map(({ metadata }) => metadata.uid)).toEqual(before);
  });
});
