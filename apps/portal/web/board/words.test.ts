import { ago, aPerson } from '../testing/states.ts';
import { markOf, needInWords, whyInWords } from './words.ts';

const now = Date.parse(ago(0));
const check = { step: '06', finding: 'x', text: 'the span is never ended', hop: 'shape', times: 3, at: ago(1) };

test('says what a person needs, and since when', () => {
  expect([
    needInWords(aPerson('a', { needs: 'help', help: { at: ago(4) } }), now),
    needInWords(aPerson('a', { needs: 'help', help: { at: ago(4), takenBy: 'Sam' } }), now),
    needInWords(aPerson('a', { needs: 'stuck', check }), now),
    needInWords(aPerson('a', { needs: 'silent', lastActivity: ago(12) }), now),
    needInWords(aPerson('a'), now),
  ]).toEqual(['asked 4 min', 'with Sam', 'failed ×3', 'silent 12 min', '']);
});

test('names the hop of a failed check if it is not the trace itself', () => {
  expect([
    whyInWords(aPerson('a', { check })),
    whyInWords(aPerson('a', { check: { ...check, hop: 'collector' } })),
    whyInWords(aPerson('a', { check: { ...check, hop: 'constructor' } })),
    whyInWords(aPerson('a')),
  ]).toEqual(['the span is never ended', 'Collector: the span is never ended', 'the span is never ended', '']);
});

test('marks each step of a person', () => {
  const person = aPerson('a', { passed: ['01'], step: '03', check: { ...check, step: '02' } });
  expect(['01', '02', '03', '04'].map((id) => markOf(person, id))).toEqual(['passed', 'failed', 'here', 'open']);
});
