import type { Action } from '../../board/contract.ts';
import { aBoard, aPerson } from '../testing/states.ts';
import { draftOf } from './drafts.ts';
import { questionOf } from './questions.ts';

const state = aBoard([aPerson('otel-1', { name: 'Ada' })], { poll: { id: 'til', question: 'TIL ___', answers: [] } });

test.each<[Action, RegExp]>([
  [{ action: 'reset', seat: 'otel-1' }, /Ada.*Lost for good: the files, the progress/],
  [{ action: 'stop', seat: 'otel-1' }, /Ada.*Traces, metrics and logs are lost/],
  [{ action: 'start', seat: 'otel-1' }, /Ada/],
  [{ action: 'free', seat: 'otel-1' }, /Ada.*out at once/],
  [{ action: 'move', seat: 'otel-1', to: 'otel-2' }, /Ada to otel-2.*stay behind in otel-1/],
  [{ action: 'reset', seat: 'otel-9' }, /this seat/],
  [{ action: 'faults', names: ['spike'] }, /spike in every lab/],
  [{ action: 'faults', names: [] }, /all faults off/],
  [{ action: 'pause', paused: true }, /Pause the class/],
  [{ action: 'pause', paused: false }, /Go on/],
  [{ action: 'extend', minutes: 30 }, /30 minutes/],
  [{ action: 'addSeat' }, /room for one more lab/],
  [{ action: 'end' }, /Nobody can join.*The seats stop.*answers are deleted an hour later/],
  [{ action: 'poll', id: 'tracing', question: '?' }, /open poll closes/],
])('asks before %j, and says what is lost', (action, words) => {
  const question = questionOf(action, state);
  expect(`${question?.title} ${question?.text}`).toMatch(words);
});

test.each<Action>([
  { action: 'take', seat: 'otel-1' },
  { action: 'resolve', seat: 'otel-1' },
  { action: 'hint', text: 'Look at the exporter.' },
  { action: 'lookIn', seat: 'otel-1' },
  { action: 'link', seat: 'otel-1' },
  { action: 'poll', id: 'til', question: 'TIL ___' },
  { action: 'closePoll' },
])('asks nothing before %j', (action) => {
  expect(questionOf(action, state)).toBeUndefined();
});

test('makes a poll of a question and lines, and leaves out empty and equal lines', () => {
  expect(draftOf(' Tea? ', 'yes\n\n no \nyes\n', 1e12)).toEqual({
    id: 'poll-cre66i9s',
    question: 'Tea?',
    options: ['yes', 'no'],
  });
  expect(draftOf('Why?', '\n', 1e12)).toEqual({ id: 'poll-cre66i9s', question: 'Why?' });
});

test.each([
  [' ', '', 'Expected a question, found none.'],
  ['Tea?', 'yes', 'Expected no options, or at least two, found one.'],
  ['Tea?', '1\n2\n3\n4\n5\n6\n7\n8\n9', 'Expected at most 8 options, found 9.'],
  ['Tea?', `no\n${'y'.repeat(81)}`, 'Expected options of at most 80 characters, found one with 81.'],
])('refuses the question "%s" with the lines %j', (question, lines, problem) => {
  expect(draftOf(question, lines, 0)).toBe(problem);
});
