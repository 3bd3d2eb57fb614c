import { isUnit, meantUnit, unitInName } from './units.ts';

test.each(['s', 'ms', 'By', 'MiBy', '1', '%', '{roll}', 'By/s', '{request}/s', 'Cel', 'min', 'kBy', '1/s'])(
  'takes %s for a unit',
  (unit) => {
    expect(isUnit(unit)).toBe(true);
  },
);

test.each([
  ['', '{}'],
  ['seconds', 's'],
  ['bytes', 'By'],
  ['rolls', '{rolls}'],
  ['my rolls', '{my_rolls}'],
  ['constructor', '{constructor}'],
])('takes %j for no unit, and knows what it means: %s', (text, meant) => {
  expect([isUnit(text), meantUnit(text)]).toEqual([false, meant]);
});

test('decides at once about a long text', () => {
  const start = performance.now();
  expect(isUnit(`${'s.'.repeat(50_000)}!`)).toBe(false);
  expect(isUnit('{'.repeat(100_000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(1_000);
});

test.each([
  ['dice.roll.seconds', 's', 'seconds'],
  ['dice.roll_ms', 'ms', 'ms'],
  ['dice.bytes', '', 'bytes'],
  ['dice.seconds', 'By', undefined],
  ['dice.rolls', '{roll}', undefined],
  ['http.server.request.duration', 's', undefined],
])('finds the unit in the name %s with the unit %j: %s', (name, unit, word) => {
  expect(unitInName(name, unit)).toBe(word);
});
