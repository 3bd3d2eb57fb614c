// Tests which names a verdict asks to rename.
import { renameHint } from './names.ts';

test.each([
  ['roll.value', 'roll_value'],
  ['roll.value', 'rollValue'],
  ['do_roll', 'doRoll'],
  ['do_roll', 'do-roll'],
  ['rolled', 'Rolled'],
  ['dice.rolls', 'dice.roll'],
])('asks for %s in place of %s', (wanted, given) => {
  expect(renameHint(wanted, ['workshop', given])).toBe(`Call it ${wanted}, not ${given}: the name has to be exact.`);
});

test.each([
  ['one of them is right', 'roll.value', ['roll_value', 'roll.value']],
  ['none is similar', 'roll.sides', ['roll.value', 'workshop']],
  ['there are none', 'do_roll', []],
])('asks for nothing if %s', (_what, wanted, names) => {
  expect(renameHint(wanted, names)).toBeUndefined();
});
