import { parseLevel } from './level.ts';

test.each(['none', 'auto', 'manual'])('accepts the level %s', (value) => {
  expect(parseLevel(value)).toBe(value);
});

test.each([undefined, '', ' '])('defaults to none for the value %j', (value) => {
  expect(parseLevel(value)).toBe('none');
});

test('refuses any other value and says what it expected', () => {
  expect(() => parseLevel('Auto')).toThrow('INSTRUMENTATION is "Auto": expected one of none, auto, manual');
});
