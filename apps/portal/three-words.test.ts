import fc from 'fast-check';
import { parseWords, wordsOf } from './three-words.ts';
import { WORDS } from './word-list.ts';

const people = Buffer.alloc(32, 7);

test('has at least 1,024 plain words, none of which is the start of another one or differs in one letter only', () => {
  expect(WORDS.length).toBeGreaterThanOrEqual(1024);
  expect(new Set(WORDS).size).toBe(WORDS.length);
  expect(WORDS.filter((word) => !/^[a-z]{4,7}$/.test(word))).toEqual([]);
  const sorted = [...WORDS].sort();
  expect(sorted.filter((word, index) => sorted[index + 1]?.startsWith(word))).toEqual([]);
  const patterns = WORDS.flatMap((word) => Array.from(word, (_, at) => `${word.slice(0, at)}?${word.slice(at + 1)}`));
  expect(patterns.length - new Set(patterns).size).toBe(0);
});

test('makes words that depend on the claim, the class and the secret', () => {
  const all = [
    wordsOf(people, 'class', 'a'),
    wordsOf(people, 'class', 'b'),
    wordsOf(people, 'other', 'a'),
    wordsOf(Buffer.alloc(32, 8), 'class', 'a'),
  ];
  expect(new Set(all).size).toBe(4);
  expect(wordsOf(people, 'class', 'a')).toBe(all[0]);
});

test('gives 5,000 people 5,000 different keys', () => {
  const keys = Array.from({ length: 5000 }, (_, index) => wordsOf(people, 'class', String(index)));
  expect(new Set(keys).size).toBeGreaterThan(4995);
});

test('reads the words that a person types in any spelling', () => {
  const words = wordsOf(people, 'class', 'a');
  fc.assert(
    fc.property(fc.constantFrom(' ', '-', ', ', '  ', '\n'), fc.boolean(), (separator, isUpper) => {
      const typed = words.replaceAll(' ', separator);
      expect(parseWords(` ${isUpper ? typed.toUpperCase() : typed} `)).toEqual({ words });
    }),
  );
});

test.each([
  ['', 'found 0'],
  ['apple apple', 'found 2'],
  ['apple apple apple apple', 'found 4'],
  ['apple aple apple', 'No key has the word “aple”'],
])('says what is wrong with the words %j', (typed, problem) => {
  expect(parseWords(typed)).toEqual({ problem: expect.stringContaining(problem) as string });
});
