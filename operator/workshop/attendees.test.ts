import { attendeesOf } from './attendees.ts';

const names = (seats: number): string[] => attendeesOf({ seats }).map(({ name }) => name);

test('numbers attendees with two digits if the spec only has a number of seats', () => {
  expect(names(3)).toEqual(['seat-01', 'seat-02', 'seat-03']);
});

test('keeps the names of existing attendees when a class grows', () => {
  for (const [small, large] of [
    [5, 30],
    [9, 10],
    [99, 100],
    [100, 1000],
  ] as const)
    expect(names(large).slice(0, small)).toEqual(names(small));
  expect(names(100).at(-1)).toBe('seat-100');
});

test('returns the attendees unchanged if the spec lists their names', () => {
  const attendees = [{ name: 'ada', displayName: 'Ada L.' }, { name: 'bob' }];
  expect(attendeesOf({ attendees })).toEqual(attendees);
});
