import { parseLevel } from './level.ts';

test.each(['none', 'auto', 'manual'])('accepts the instrumentation level %s', (value) => {
  expect(parseLevel(value)).toBe(value);
});

test.each([undefined, '', ' '])('uses the instrumentation level none if INSTRUMENTATION is %j', (value) => {
  expect(parseLevel(value)).toBe('none');
});

test('refuses an unknown instrumentation level, and names the valid levels', () => {
  expect(() => parseLevel('Auto')).toThrow('INSTRUMENTATION is "Auto": expected one of none, auto, manual');
});
