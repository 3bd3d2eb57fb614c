import { chooseSeat, classState, personIn, rosterOf, seatState, unnoticed } from './class-state.ts';
import { aClaim, aSeat, aWorkshop } from './testing/objects.ts';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const taken = (attendee: string) => aSeat(attendee, { claim: aClaim(attendee) });

test.each([
  ['Open', aWorkshop(2), [taken('1'), aSeat('2')]],
  ['Open', aWorkshop(2), [aSeat('1', { phase: 'Provisioning' })]],
  ['Open', aWorkshop(2, { rollout: { paused: true } }), [aSeat('1')]],
  ['Open', aWorkshop(2, { schedule: { startsAt: '2026-11-29T12:00:00+02:00' } }), [aSeat('1')]],
  ['NotStarted', aWorkshop(2, { schedule: { startsAt: '2026-11-29T10:00:01Z' } }), [aSeat('1')]],
  ['Over', aWorkshop(2, { schedule: { expiresAt: '2026-11-29T10:00:00Z' } }), [aSeat('1')]],
  ['Full', aWorkshop(2), [taken('1'), taken('2')]],
  ['Full', aWorkshop(['ada']), [taken('ada')]],
  ['Preparing', aWorkshop(3), [taken('1'), taken('2')]],
  ['Preparing', aWorkshop(2), [taken('1'), aSeat('2', { phase: 'Failed' })]],
  ['Paused', aWorkshop(2, { rollout: { paused: true } }), [taken('1')]],
])('finds a class to be %s', (state, workshop, seats) => {
  expect(classState(workshop, seats, NOW)).toBe(state);
});

test('finds a class that is being deleted to be over', () => {
  const workshop = aWorkshop(1);
  const metadata = { ...workshop.metadata, deletionTimestamp: '2026-11-29T09:59:00Z' };
  expect(classState({ ...workshop, metadata }, [aSeat('1')], NOW)).toBe('Over');
});

test.each([
  ['Ready', aSeat('1')],
  ['Starting', aSeat('1', { phase: 'Pending' })],
  ['Stopped', aSeat('1', { spec: { replicas: 0 } })],
  ['Stopped', aSeat('1', { spec: { stopped: true } })],
  ['Stopped', aSeat('1', { phase: 'Stopping' })],
  ['Failed', aSeat('1', { phase: 'Failed' })],
  ['Ending', aSeat('1', { phase: 'Terminating' })],
  ['Waiting', { ...aSeat('1', { spec: { held: true } }), status: {} }],
  ['Ready', aSeat('1', { spec: { held: true } })],
])('finds a seat to be %s', (state, seat) => {
  expect(seatState(seat)).toBe(state);
});

describe('the choice of a seat', () => {
  test('takes ready seats first, then those that start, then those that wait for room', () => {
    const waiting = { ...aSeat('4', { spec: { held: true } }), status: {} };
    const seats = [waiting, aSeat('1', { phase: 'Pending' }), aSeat('2'), taken('3'), aSeat('5', { phase: 'Failed' })];
    const order = [];
    for (let rest = seats; ;) {
      const seat = chooseSeat(rest, 'id');
      if (!seat) break;
      order.push(seat.spec.attendee);
      rest = rest.filter((one) => one !== seat);
    }
    expect(order).toEqual(['2', '1', '4']);
  });

  test('is the same in any order of the seats, and differs between people', () => {
    const seats = Array.from({ length: 20 }, (_, index) => aSeat(String(index)));
    expect(chooseSeat(seats, 'a')).toBe(chooseSeat([...seats].reverse(), 'a'));
    const chosen = Array.from({ length: 20 }, (_, index) => chooseSeat(seats, `p${index}`)?.metadata.name);
    expect(new Set(chosen).size).toBeGreaterThan(8);
  });
});

test('lists the names of a class, and which are taken', () => {
  const workshop = aWorkshop(0, { attendees: [{ name: 'ada', displayName: 'Ada L.' }, { name: 'bob' }] });
  expect(rosterOf(workshop, [taken('bob'), aSeat('ada')])).toEqual([
    { attendee: 'ada', name: 'Ada L.', isTaken: false },
    { attendee: 'bob', name: 'bob', isTaken: true },
  ]);
  expect(personIn(taken('bob'), workshop)).toBe('bob');
  expect(personIn(aSeat('seat-01', { claim: aClaim('1', 'Zoë') }), aWorkshop(1))).toBe('Zoë');
});

test('shows names safely that an older definition of the kinds accepted', () => {
  const attendees = [
    { name: 'ada', displayName: 'Ada\u202eL.\nB.' },
    { name: 'bob', displayName: '\u200b' },
  ];
  const workshop = aWorkshop(0, { attendees });
  expect(rosterOf(workshop, []).map(({ name }) => name)).toEqual(['Ada\ufffdL.\ufffdB.', 'bob']);
  expect(personIn(taken('ada'), workshop)).toBe('Ada\ufffdL.\ufffdB.');
  expect(personIn(aSeat('seat-01', { claim: aClaim('1', 'Z\u2067oë') }), aWorkshop(1))).toBe('Z\ufffdoë');
});

test('says that the operator takes no note of a seat that ends, after half a minute', () => {
  const ended = '2026-11-29T10:00:00Z';
  const seat = (phase: 'Ready' | 'Terminating') => {
    const one = aSeat('1', { phase });
    return { ...one, metadata: { ...one.metadata, deletionTimestamp: ended } };
  };
  const after = (seconds: number) => Date.parse(ended) + seconds * 1000;
  expect(unnoticed(seat('Ready'), after(29))).toBeUndefined();
  expect(unnoticed(seat('Ready'), after(30))).toContain(`nothing since ${ended}`);
  expect(unnoticed(seat('Terminating'), after(300))).toBeUndefined();
  expect(unnoticed(aSeat('1'), after(300))).toBeUndefined();
});
