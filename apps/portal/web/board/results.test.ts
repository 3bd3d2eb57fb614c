import { talliesOf, total } from './results.ts';

const answers = [
  { text: 'Love it', count: 3, names: ['Ada'] },
  { text: 'Never', count: 1, names: [] },
];

test('shows every option in the order of the question, also those that nobody chose', () => {
  const poll = { id: 'tracing', question: 'Tracing?', options: ['Never', 'Considering it', 'Love it'], answers };
  expect(talliesOf(poll).map(({ text, count }) => `${text}: ${count}`)).toEqual([
    'Never: 1',
    'Considering it: 0',
    'Love it: 3',
  ]);
  expect(total(poll)).toBe(4);
});

test('shows free answers as the server sorts them', () => {
  expect(talliesOf({ id: 'til', question: 'TIL', answers })).toEqual(answers);
});
