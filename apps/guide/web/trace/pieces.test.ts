import type { TraceOfPage } from '../../contract.ts';
import { contextTrace, servedTrace, visitTrace } from '../testing/fake-trace.ts';
import { gapBefore, joinedIn, Pieces, united } from './pieces.ts';
import { rowsOf } from './flat.ts';

const JOINS = ['dice', 'prizes'];
const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];
const caller = visitTrace(A, '/server_request');
const dice = servedTrace(B, 'dice');
const prizes = { ...servedTrace(C, 'prizes'), start: caller.start + 4.4 };
const pieces: [TraceOfPage, ...TraceOfPage[]] = [caller, dice, prizes];

/** What Jaeger has, by service. It counts the searches. */
function searchIn(found: Record<string, TraceOfPage[]>) {
  const asked: string[] = [];
  const search = (service: string): Promise<TraceOfPage[]> => {
    asked.push(service);
    return Promise.resolve(found[service] ?? []);
  };
  return { search, asked };
}

const orphan = (trace: TraceOfPage): TraceOfPage => ({
  ...trace,
  roots: trace.roots.map((root) => ({ ...root, orphan: true, parentSpanId: 'f'.repeat(16) })),
});

test('finds the traces that the missing services have begun, in the order of their start', async () => {
  const { search } = searchIn({ dice: [dice], prizes: [prizes] });
  expect((await new Pieces(search).of(caller, JOINS)).map(({ traceId }) => traceId)).toEqual([A, B, C]);
});

test.each([
  ['the trace of another caller', { dice: [visitTrace(B, '/rolldice', 'pod')] }],
  ['a trace of which only a span with a parent has come', { dice: [orphan(dice)] }],
  ['the trace itself', { dice: [{ ...dice, traceId: A }] }],
])('takes for no piece: %s', async (_what, found) => {
  expect(await new Pieces(searchIn(found).search).of(caller, JOINS)).toEqual([caller]);
});

test('searches for no service that is in the trace, and not at each look', async () => {
  const { search, asked } = searchIn({});
  const all = new Pieces(search);
  await all.of(contextTrace(A, 'pod'), JOINS, 0);
  expect(asked).toEqual([]);
  for (const now of [0, 100, 399, 400]) await all.of(caller, ['dice'], now);
  expect(asked).toEqual(['dice', 'dice']);
});

test('unites the pieces to one drawing, on one time axis', () => {
  const { start, duration, services, roots } = united(pieces);
  expect([start, services, roots.length]).toEqual([caller.start, ['dice', 'guide', 'prizes'], 3]);
  expect(duration).toBeCloseTo(9.3);
});

test('names the caller of a piece and the span that should be its parent', () => {
  const [, second, third] = pieces as [TraceOfPage, TraceOfPage, TraceOfPage];
  expect(gapBefore(second, pieces, JOINS)).toMatchObject({ service: 'dice', caller: 'guide', isSent: true });
  expect(gapBefore(third, pieces, JOINS)).toMatchObject({
    ...{ service: 'prizes', caller: 'dice', isSent: false },
    parent: { name: 'server_request' },
  });
});

test('names the spans with which services have joined the trace', () => {
  const joined = contextTrace(A, 'pod');
  const names = new Map(rowsOf(joined).map(({ span }) => [span.spanId, span.name]));
  expect(joinedIn(joined, pieces).map((id) => names.get(id))).toEqual(['server_request', 'GET /prizes/:roll']);
  expect(joinedIn(joined, [joined])).toEqual([]);
});
