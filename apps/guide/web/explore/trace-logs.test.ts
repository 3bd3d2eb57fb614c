import type { SpanOfPage } from '../../contract.ts';
import type { LogRecord } from '../../explore-contract.ts';
import { roundTrace } from '../testing/fake-trace.ts';
import { cut, logsOf } from './trace-logs.ts';

const trace = roundTrace('a'.repeat(32));
const [root] = trace.roots;
const record = (id: number, spanId?: string): LogRecord => ({
  id,
  time: id,
  service: 'dice',
  scope: '',
  severity: 'info',
  severityText: 'INFO',
  body: '',
  attributes: {},
  resource: {},
  ...(spanId !== undefined && { spanId }),
});
const count = (spans: readonly SpanOfPage[]): number =>
  spans.reduce((sum, { children }) => sum + 1 + count(children), 0);

test('puts each log line to its span, and the others into a list of their own', () => {
  const logs = [record(1, root?.spanId), record(2, 'elsewhere'), record(3), record(4, root?.spanId)];
  const { bySpan, others, spans } = logsOf({ roots: trace.roots, logs });
  expect([...bySpan.values()].map((records) => records.map(({ id }) => id))).toEqual([[1, 4]]);
  expect(others.map(({ id }) => id)).toEqual([2, 3]);
  expect(spans.size).toBe(count(trace.roots));
});

test.each([
  [1, 1],
  [3, 3],
  [1000, 8],
])('cuts a trace to %i spans, and keeps the tree', (limit, left) => {
  expect(count(cut(trace.roots, limit))).toBe(left);
  expect(cut(trace.roots, limit)[0]?.spanId).toBe(root?.spanId);
});
