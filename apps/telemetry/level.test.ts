import { parseLevel } from './level.ts';

test.each(['none', 'auto', 'manual'])('%s is a level', (value) => {
  expect(parseLevel(value)).toBe(value);
});

test.each([undefined, '', ' '])('without a value (%j) nothing is instrumented', (value) => {
  expect(parseLevel(value)).toBe('none');
});

test('anything else is refused with what was expected', () => {
  expect(() => parseLevel('Auto')).toThrow('INSTRUMENTATION is "Auto": expected one of none, auto, manual');
});
