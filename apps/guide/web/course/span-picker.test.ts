import { answerOf, nextQuestion } from './span-picker.ts';
import { roundTrace } from '../testing/fake-trace.ts';

const questions = ['root', 'slowest', 'child'].map((name) => ({ name, label: name }));

test('goes on with the next question without an answer, and begins anew after the last one', () => {
  const answers: Record<string, string> = { slowest: 'x' };
  const next = (last?: string) => nextQuestion(questions, (name) => answers[name] ?? '', last)?.name;
  expect([next(), next('root'), next('child')]).toEqual(['root', 'child', 'root']);
  Object.assign(answers, { root: 'x', child: 'x' });
  expect(next('root')).toBeUndefined();
});

test('names one span, by words for the learner and by its id for the check', () => {
  const [root] = roundTrace('a'.repeat(32)).roots;
  expect(root && answerOf(root)).toBe(`guide POST /api/rounds (${root?.spanId})`);
});
