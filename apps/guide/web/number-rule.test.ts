import { readNumber } from './number-rule.ts';
import type { NumberRule } from './number-rule.ts';

const duration: NumberRule = { noun: 'milliseconds', least: 0, empty: 'any duration', example: 500 };
const rounds: NumberRule = { noun: 'rounds', least: 0, most: 120, isWhole: true, example: 60 };

test.each<[string, NumberRule, number | undefined]>([
  ['0', duration, 0],
  ['12.5', duration, 12.5],
  [' ', duration, undefined],
  ['120', rounds, 120],
])('reads “%s”', (text, rule, number) => {
  expect(readNumber(text, true, rule)).toEqual({ number });
});

test.each<[string, boolean, NumberRule, string]>([
  ['-1', true, duration, 'Expected a number of milliseconds of 0 or more, found -1. Write one such as 500, or leave'],
  ['', false, duration, 'Expected a number of milliseconds of 0 or more, found no number. Write one such as 500, or'],
  ['1e999', true, duration, 'Expected a number of milliseconds of 0 or more, found 1e999.'],
  ['', true, rounds, 'Expected a whole number of rounds from 0 to 120, found none. Write one such as 60.'],
  ['-5', true, rounds, 'Expected a whole number of rounds from 0 to 120, found -5.'],
  ['1e9', true, rounds, 'Expected a whole number of rounds from 0 to 120, found 1e9.'],
  ['0.5', true, rounds, 'Expected a whole number of rounds from 0 to 120, found 0.5.'],
])('says what is wrong with “%s” (%s)', (text, isNumber, rule, start) => {
  expect(readNumber(text, isNumber, rule)).toEqual({ problem: expect.stringContaining(start) as string });
});
