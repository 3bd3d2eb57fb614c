import type { SpanOfPage } from '../../contract.ts';
import { roundTrace, visitTrace } from '../testing/fake-trace.ts';
import { compareTraces } from './compare.ts';
import { rowsOf } from './flat.ts';

const before = roundTrace('a'.repeat(32));

/** Returns the trace with its span `name` changed. */
function withSpan(name: string, change: (span: SpanOfPage) => Partial<SpanOfPage>): typeof before {
  const changed = (span: SpanOfPage): SpanOfPage => ({
    ...span,
    children: span.children.map(changed),
    ...(span.name === name ? change(span) : {}),
  });
  return { ...before, traceId: 'b'.repeat(32), roots: before.roots.map(changed) };
}

const withoutRoll = withSpan('GET /rolldice', () => ({ children: [] }));

test('finds no difference between two traces of the same code', () => {
  const { lines, added, gone, changed } = compareTraces(before, roundTrace('b'.repeat(32)));
  expect([lines, added.size, gone.size, changed.size]).toEqual([[], 0, 0, 0]);
});

test('names the spans that are new, and those that are gone', () => {
  const { lines, added } = compareTraces(withoutRoll, before);
  expect(lines).toEqual(['New: dice do_roll internal']);
  const [roll] = rowsOf(before).filter(({ span }) => span.name === 'do_roll');
  expect([...added]).toEqual([roll?.span.spanId]);
  expect(compareTraces(before, withoutRoll).lines).toEqual(['Gone: dice do_roll internal']);
});

test('names the attributes, the events and the status that a span has gained or lost, and no other value', () => {
  const after = withSpan('do_roll', () => ({
    attributes: { 'roll.sides': 20 },
    events: [{ name: 'rolled', time: before.start, attributes: {} }],
    status: { code: 'error' },
  }));
  const { lines, changed } = compareTraces(before, after);
  expect(lines).toEqual(['dice do_roll internal: + roll.sides, − roll.value, + event rolled, status ERROR']);
  expect(changed.size).toBe(1);
});

test('counts the spans of a service that have one name and kind', () => {
  const arcade = rowsOf(before).filter(({ span }) => span.service === 'arcade' && span.name === 'GET');
  expect(arcade).toHaveLength(2);
  const { lines } = compareTraces(visitTrace('c'.repeat(32), '/visit', 'pod'), before);
  expect(lines.filter((line) => line === 'New: arcade GET client')).toHaveLength(2);
  expect(lines).toContain('Gone: dice GET /visit server');
});
