import { attendeesOf, problemsOf } from './attendees.ts';
import { aWorkshop } from './testing/fixtures.ts';

const names = (seats: number): string[] => attendeesOf({ seats }).map(({ name }) => name);

test('attendees that are only counted are numbered in two digits', () => {
  expect(names(3)).toEqual(['seat-01', 'seat-02', 'seat-03']);
});

test('no seat is called otherwise because the class has grown', () => {
  for (const [small, large] of [
    [5, 30],
    [9, 10],
    [99, 100],
    [100, 1000],
  ] as const)
    expect(names(large).slice(0, small)).toEqual(names(small));
  expect(names(100).at(-1)).toBe('seat-100');
});

test('attendees with names are taken as they are', () => {
  const attendees = [{ name: 'ada', displayName: 'Ada L.' }, { name: 'bob' }];
  expect(attendeesOf({ attendees })).toEqual(attendees);
});

test.each([
  { seats: 0 },
  { seats: 1000 },
  { attendees: [] },
  { attendees: [{ name: 'a' }, { name: 'a-1' }] },
  { seats: 1, rollout: { maxConcurrent: 1, maxFailures: 1 } },
  { seats: 1, schedule: { startsAt: '2026-05-04T09:00:00+02:00', expiresAt: '2026-05-04T07:00:01Z' } },
])('nothing is wrong with %j', (spec) => {
  expect(problemsOf(aWorkshop(spec))).toEqual([]);
});

test.each([
  [{ attendees: [{ name: 'ada' }], seats: 3 }, 'both attendees and seats: remove one'],
  [{}, 'neither attendees nor seats: say who'],
  [{ seats: 1001 }, '1001 attendees, expected at most 1000'],
  [
    { attendees: [{ name: 'ada' }, { name: 'bob' }, { name: 'ada' }] },
    '2 attendees are named "ada": give each a name of their own',
  ],
  [{ attendees: [{ name: 'Ada' }] }, 'Attendee "Ada" must be named with lower-case'],
  [{ attendees: [{ name: 'ada-' }] }, 'Attendee "ada-" must be named'],
  [{ attendees: [{ name: 'x'.repeat(59) }] }, 'name of 65 characters, expected at most 63: shorten it by 2'],
  [
    { seats: 1, schedule: { startsAt: '2026-05-04T09:00:00+02:00', expiresAt: '2026-05-04T07:00:00Z' } },
    'must be later than schedule.startsAt',
  ],
  [{ seats: 1, schedule: { expiresAt: 'tomorrow' } }, 'schedule.expiresAt is "tomorrow", expected a time such as'],
  [{ seats: 1, rollout: { maxConcurrent: 0 } }, 'rollout.maxConcurrent is 0, expected at least 1'],
])('of %j it is said what to change', (spec, text) => {
  expect(problemsOf(aWorkshop(spec))).toEqual([expect.stringContaining(text)]);
});

test('seats that are counted can be too long as well', () => {
  expect(problemsOf(aWorkshop({ seats: 1 }, { name: 'x'.repeat(57) }))).toEqual([
    expect.stringContaining('65 characters'),
  ]);
});

test('a Workshop whose name has dots in it can have no namespaces', () => {
  expect(problemsOf(aWorkshop({ seats: 0 }, { name: 'my.class' }))).toEqual([expect.stringContaining('"my.class"')]);
});
