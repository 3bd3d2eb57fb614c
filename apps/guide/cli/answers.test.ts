import { answersIn, formOf } from './answers.ts';

const questions = [
  { name: 'root', label: 'Which is the root?' },
  { name: 'spike.version', label: 'Which version?', options: ['1.4.0', '2.0.0'] },
];

test("makes a file with a step's questions, and reads the learner's answers from it", () => {
  const form = formOf({ id: '02-read-a-trace', questions });
  expect(form).toBe('# Which is the root?\nroot=\n# Which version? (1.4.0, 2.0.0)\nspike.version=');
  expect(answersIn(form.replace('root=', 'root=GET /play').replace('version=', "version = '2.0.0' "))).toEqual({
    root: 'GET /play',
    'spike.version': '2.0.0',
  });
});

test('returns an empty answer for a question that the file leaves out', () => {
  expect(answersIn('root=\n\n')).toEqual({ root: '' });
});

test('keeps an equals sign that is part of an answer', () => {
  expect(answersIn('root="a=b"')).toEqual({ root: 'a=b' });
});

test.each(['rejects %s as an answer, and names the line', '=x', 'my answer=x'])(
  '%s is no answer, and named',
  (line) => {
    expect(() => answersIn(line)).toThrow(`expected NAME=ANSWER, found "${line}"`);
  },
);

test('throws an error for a step that has no questions', () => {
  expect(() => formOf({ id: '01-set-up', questions: [] })).toThrow('01-set-up has no questions');
});
