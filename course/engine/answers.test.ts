// Tests how a check reads the rolls in the answers of dice, whatever else the answers contain.
import { answeredValues, failedVisit, rollMatcher } from './answers.ts';
import type { Visit } from './observation.ts';

const visitOf = (body: string): Visit => ({
  path: '/rolldice',
  answer: { traceId: 'a', spanId: 'b', status: 200, body },
  sent: 0,
  spans: [],
});

const rolls = [4, 17, 2];
const SIDES = [undefined, 20, 6];

test.each<[string, (roll: number, index: number) => string]>([
  ['the bare number', String],
  ['a sentence', (roll) => `You rolled a ${roll}.`],
  ['JSON with other numbers', (roll, index) => JSON.stringify({ hits: index + 7, roll, version: 1.5 })],
  ['a number of sides before the roll, in some answers', (roll, at) => JSON.stringify({ sides: SIDES[at], roll })],
  ['a number of sides behind the roll, in some answers', (roll, at) => JSON.stringify({ roll, sides: SIDES[at] })],
])('finds the rolls in %s', (_what, write) => {
  const visits = rolls.map((roll, index) => visitOf(write(roll, index)));
  expect(answeredValues(visits, rolls)).toEqual(rolls);
  const isRoll = rollMatcher(visits);
  expect(visits.map((visit, index) => isRoll(visit, rolls[index]))).toEqual([true, true, true]);
});

test('finds no rolls in answers without a number', () => {
  expect(answeredValues([visitOf('rolled'), visitOf('rolled 4')], [3, 4])).toBeUndefined();
});

test.each([
  [
    'does not answer in time',
    0,
    'no answer within 5 s. A loop that never ends?',
    /log says nothing.*behind \/rolldice/,
  ],
  ['is not there', 0, 'no connection (connect ECONNREFUSED). Is its pod running?', /^See in the log/],
  ['answers with an error', 500, 'Internal Server Error', /^See in the log/],
])('says where to look if dice %s', (_what, status, body, hint) => {
  const { answer, ...visit } = visitOf(body);
  expect(failedVisit([{ ...visit, path: '/rolldice?sides=20', answer: { ...answer, status } }])?.hint).toMatch(hint);
});
