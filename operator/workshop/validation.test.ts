import { validate } from './validation.ts';
import { aWorkshop } from './testing/fixtures.ts';

test.each([
  { seats: 0 },
  { seats: 1000 },
  { attendees: [] },
  { attendees: [{ name: 'a' }, { name: 'a-1' }] },
  { seats: 1, rollout: { maxConcurrent: 1, maxFailures: 1 } },
  { seats: 1, schedule: { startsAt: '2026-05-04T09:00:00+02:00', expiresAt: '2026-05-04T07:00:01Z' } },
])('accepts a Workshop with the spec %j', (spec) => {
  expect(validate(aWorkshop(spec))).toEqual([]);
});

test.each([
  [{ attendees: [{ name: 'ada' }], seats: 3 }, 'both attendees and seats. Remove one'],
  [{}, 'neither attendees nor seats. List'],
  [{ seats: 1001 }, 'Expected at most 1000 attendees, found 1001'],
  [
    { attendees: [{ name: 'ada' }, { name: 'bob' }, { name: 'ada' }] },
    '2 attendees are named "ada". Give each a different name',
  ],
  [{ attendees: [{ name: 'Ada' }] }, 'Attendee "Ada" must have a name of lower-case'],
  [{ attendees: [{ name: 'ada-' }] }, 'Attendee "ada-" must have a name'],
  [
    { attendees: [{ name: 'x'.repeat(59) }] },
    "name of 65 characters, expected at most 63. Shorten the attendee's or the Workshop's name by 2",
  ],
  [
    { seats: 1, schedule: { startsAt: '2026-05-04T09:00:00+02:00', expiresAt: '2026-05-04T07:00:00Z' } },
    'must be later than schedule.startsAt',
  ],
  [
    { seats: 1, schedule: { expiresAt: 'tomorrow' } },
    'Expected schedule.expiresAt to be a time such as 2026-03-02T09:00:00Z, found "tomorrow"',
  ],
  [{ seats: 1, rollout: { maxConcurrent: 0 } }, 'Expected rollout.maxConcurrent to be at least 1, found 0'],
])('explains what to change in a Workshop with the spec %j', (spec, text) => {
  expect(validate(aWorkshop(spec))).toEqual([expect.stringContaining(text)]);
});

test('rejects a Workshop name that makes the names of its seats too long', () => {
  expect(validate(aWorkshop({ seats: 1 }, { name: 'x'.repeat(57) }))).toEqual([
    expect.stringContaining('65 characters'),
  ]);
});

test('rejects a Workshop name with dots', () => {
  expect(validate(aWorkshop({ seats: 0 }, { name: 'my.class' }))).toEqual([expect.stringContaining('"my.class"')]);
});
