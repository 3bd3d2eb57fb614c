// Reads traces page by page from the pinned Jaeger, with its store in memory. It needs only the program of Jaeger.
import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { TracePages } from '../../apps/guide/server/lab/trace-pages.ts';
import type { TracePage } from '../../apps/guide/explore-contract.ts';
import { PROBE_SCOPE } from '../../lab/names.ts';
import { waitFor } from '../../support/waiting.ts';
import { searchTraces } from '../../otlp/trace-search.ts';
import { startJaeger } from '../support/otlp/jaeger.ts';
import type { JaegerProcess } from '../support/otlp/jaeger.ts';

jest.setTimeout(120_000);

const id = (bytes: number): string => randomBytes(bytes).toString('hex');

interface SpanSpec {
  readonly traceId: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly start: number;
  readonly note?: string;
}

const nanoseconds = (milliseconds: number): string => String(BigInt(Math.round(milliseconds * 1_000)) * 1_000n);

const spanOf = ({ traceId, start, note = '' }: SpanSpec): object => ({
  traceId,
  spanId: id(8),
  name: 'work',
  kind: 1,
  startTimeUnixNano: nanoseconds(start),
  endTimeUnixNano: nanoseconds(start + 5),
  attributes: [{ key: 'note', value: { stringValue: note } }],
});

async function send(jaeger: JaegerProcess, service: string, specs: readonly SpanSpec[], scope = ''): Promise<void> {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const body = JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: scope }, spans: specs.map(spanOf) }] }],
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${jaeger.otlp}/v1/traces`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
}

async function pagesOf(jaeger: JaegerProcess, limit = 200): Promise<TracePage[]> {
  const [pages, until]: [TracePages, number[]] = [new TracePages(jaeger.url), [Date.now() + 60_000]];
  const read: TracePage[] = [];
  for (const next of until) {
    const page = await pages.page(next, limit);
    read.push(page);
    if (page.next !== undefined) until.push(page.next);
  }
  return read;
}

const idsOf = (pages: readonly TracePage[]): string[] =>
  pages.flatMap(({ traces }) => traces.map(({ traceId }) => traceId));

/** Waits until Jaeger has the trace, and so all those that were sent before. */
const arrived = (jaeger: JaegerProcess, traceId: string) =>
  waitFor(`trace ${traceId}`, async () =>
    (await fetch(`${jaeger.url}/api/v3/traces/${traceId}`)).ok ? true : undefined,
  );

describe('TracePages', () => {
  let jaeger: JaegerProcess;
  afterEach(() => jaeger.stop());

  test('reads all traces without gaps or duplicates, although they come late and out of order', async () => {
    jaeger = await startJaeger(2_000);
    const now = Date.now();
    // Rounds at an uneven rate: some at the same time, then none for an hour.
    const traces = Array.from({ length: 2_000 }, (_, index) => ({
      traceId: id(16),
      start: now - Math.floor(index / 7) * 137.003 - (index > 1_500 ? 3_600_000 : 0),
    }));
    const shuffled = traces.toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1));
    for (let from = 0; from < 2_000; from += 500) await send(jaeger, 'visitors', shuffled.slice(from, from + 500));
    // Jaeger's store would end its search here.
    await send(jaeger, 'visitors', [{ traceId: '0'.repeat(32), start: now }]);
    // A second service, whose spans start up to 3 s later.
    const later = traces.map(({ traceId, start }, index) => ({ traceId, start: start + (index % 30) * 100 }));
    await send(jaeger, 'dice', later);
    await arrived(jaeger, later.at(-1)?.traceId ?? '');
    const pages = await pagesOf(jaeger);
    const ids = idsOf(pages);
    expect([ids.length, new Set(ids)]).toEqual([2_000, new Set(traces.map(({ traceId }) => traceId))]);
    const starts = pages.flatMap((page) => page.traces.map(({ start }) => start));
    expect(starts).toEqual(starts.toSorted((a, b) => b - a));
    expect(pages.flatMap((page) => page.traces).every(({ spans }) => spans === 2)).toBe(true);
    expect(pages.every((page) => page.traces.length <= 206 && page.skipped === 0)).toBe(true);
    const [first] = pages;
    const oldest = first && (await new TracePages(jaeger.url).oldest(first));
    // The oldest trace is an hour old. The estimate is as good as an eighth of that.
    expect(Math.abs((oldest ?? NaN) - (starts.at(-1) ?? NaN))).toBeLessThan(3_600_000 / 8);
  });

  test('reads hundreds of traces of one millisecond, and all others if one is larger than the limit', async () => {
    jaeger = await startJaeger(1_000);
    const now = Date.now() - 10_000;
    const burst = Array.from({ length: 300 }, (_, index) => ({ traceId: id(16), start: now + index / 1_000 }));
    const [before, huge, after] = [-60_000, 2_000, 4_000].map((offset) => ({ traceId: id(16), start: now + offset }));
    await send(jaeger, 'dice', burst);
    for (const one of [before, after]) await send(jaeger, 'dice', one ? [one] : []);
    for (let part = 0; part < 3; part += 1)
      await send(jaeger, 'dice', [{ start: now + 2_000, traceId: huge?.traceId ?? '', note: 'x'.repeat(2 ** 20) }]);
    await arrived(jaeger, huge?.traceId ?? '');
    const pages = await pagesOf(jaeger, 100);
    const wanted = [before, ...burst, after].map((one) => one?.traceId);
    expect(new Set(idsOf(pages))).toEqual(new Set(wanted));
    expect(pages.reduce((sum, { skipped }) => sum + skipped, 0)).toBeGreaterThan(0);
  });

  test('reads all traces if Jaeger keeps fewer than the guide asks for at a time', async () => {
    jaeger = await startJaeger(10);
    const now = Date.now();
    const traces = Array.from({ length: 15 }, (_, index) => ({ traceId: id(16), start: now - 1_000 + index }));
    for (const trace of traces) await send(jaeger, 'dice', [trace]);
    await arrived(jaeger, traces.at(-1)?.traceId ?? '');
    const kept = traces.slice(5).map(({ traceId }) => traceId);
    expect(idsOf(await pagesOf(jaeger))).toEqual(kept.toReversed());
  });

  test('leaves out the test spans of the guide, and names the spans of any other trace', async () => {
    jaeger = await startJaeger();
    const [start, request, probe, fake] = [Date.now() - 1_000, id(16), id(16), id(16)];
    await send(jaeger, 'dice', [{ traceId: request, start }]);
    await send(jaeger, 'guide', [{ traceId: probe, start }], PROBE_SCOPE);
    await send(jaeger, 'dice', [{ traceId: fake, start }], PROBE_SCOPE);
    await arrived(jaeger, fake);
    const pages = await pagesOf(jaeger);
    expect(new Set(idsOf(pages))).toEqual(new Set([request, fake]));
    expect(pages[0]?.traces[0]?.operations).toEqual({ dice: ['work'] });
  });

  test('returns traces of the future apart from the others', async () => {
    jaeger = await startJaeger();
    const [now, soon, late, last] = [Date.now(), id(16), id(16), id(16)];
    await send(jaeger, 'dice', [
      { traceId: soon, start: now },
      { traceId: late, start: now + 3_600_000 },
      { traceId: last, start: Date.UTC(2100, 0) },
    ]);
    await arrived(jaeger, last);
    expect(idsOf(await pagesOf(jaeger))).toEqual([soon]);
    const { ahead, skipped } = await new TracePages(jaeger.url).ahead(now + 60_000);
    expect([ahead.map(({ traceId }) => traceId), skipped]).toEqual([[last, late], 0]);
  });

  test('returns one empty page if Jaeger has no trace', async () => {
    jaeger = await startJaeger();
    expect(await pagesOf(jaeger)).toEqual([{ traces: [], bytes: 2, skipped: 0 }]);
    const search = { from: 0, until: Date.now(), depth: 1, limit: 1_000 };
    expect(await searchTraces(jaeger.url, search)).toEqual({ traces: [], isComplete: true, bytes: 2 });
  });
});
