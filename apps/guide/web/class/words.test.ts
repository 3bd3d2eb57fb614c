import type { ClassState } from '../../class-contract.ts';
import { ago, newsOf } from './words.ts';

const at = '2026-11-29T09:00:00Z';
const nothing: ClassState = { hints: [] };

test.each<[ms: number, text: string]>([
  [-5_000, 'just now'],
  [59_999, 'just now'],
  [60_000, '1 min ago'],
  [59 * 60_000, '59 min ago'],
  [150 * 60_000, '2 h ago'],
])('says of %i ms: %s', (ms, text) => {
  expect(ago(ms)).toBe(text);
});

const hint = { text: 'Line 4.', by: 'Nina', at, toAll: false };
const visit = { by: 'Nina', at };
const poll = { id: 'til', question: 'TIL ___' };

test.each<[what: string, before: ClassState, after: ClassState, news: string[]]>([
  ['nothing', nothing, nothing, []],
  ['an own request for help', nothing, { hints: [], help: { at } }, []],
  [
    'an instructor who comes',
    { hints: [], help: { at } },
    { hints: [], help: { at, takenBy: 'Nina' } },
    ['Nina is coming.'],
  ],
  ['a request that is closed', { hints: [], help: { at } }, nothing, ['Your request for help is closed.']],
  ['a hint', nothing, { hints: [hint] }, ['Hint from Nina: Line 4.']],
  [
    'a hint to all',
    { hints: [hint] },
    { hints: [{ ...hint, toAll: true, at: 'later' }, hint] },
    ['To all, from Nina: Line 4.'],
  ],
  ['a visit', nothing, { hints: [], visit }, ['Nina is looking at your lab (read-only).']],
  ['a visit that goes on', { hints: [], visit }, { hints: [], visit: { ...visit, at: 'later' } }, []],
  [
    'a question',
    { hints: [], visit },
    { hints: [], visit: { ...visit, takeover: 'asked' } },
    ['Nina asks to work in your lab.'],
  ],
  ['the end of a visit', { hints: [], visit }, nothing, ['Nina no longer looks at your lab.']],
  ['a poll', nothing, { hints: [], poll }, ['A question to all: TIL ___']],
  ['an own answer', { hints: [], poll }, { hints: [], poll: { ...poll, answer: { text: 'a', named: false } } }, []],
])('tells of %s', (_, before, after, news) => {
  expect(newsOf(before, after)).toEqual(news);
});
