import type { VerdictHop } from '../../contract.ts';
import { verdictTitle } from './words.ts';

const words = { expected: 'a', found: 'b', hint: 'c' };
const failed = (hop: VerdictHop) => ({ passed: false, hop, finding: hop, ...words }) as const;

test.each<[VerdictHop, boolean, string]>([
  ['shape', false, 'Not yet. One thing is still different.'],
  ['shape', true, 'Not yet. An answer is missing or different.'],
  ['pod', true, 'Not yet. The problem is in dice.'],
  ['collector', false, 'Not yet. The problem is at the Collector.'],
  ['jaeger', false, 'Not yet. The problem is at Jaeger.'],
])('writes a headline for the hop %s (in a quiz: %s) that fits spans, metrics and logs', (hop, isQuiz, title) => {
  expect(verdictTitle(failed(hop), isQuiz)).toBe(title);
});
