// Traces at a terminal: of what was just asked, of an id, and the spans of a service.
import { setTimeout as delay } from 'node:timers/promises';
import { printLine } from '../../../support/console.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { lineOf, treeOf } from './lines.ts';
import { request } from './request.ts';

type FoundTrace = Pick<Trace, 'traceId' | 'services' | 'start' | 'duration' | 'roots'>;

const pause = 300; // ms
const patience = 6_000; // ms: a batch of spans leaves after 5 s at most
/** At once: a round's trace is some 20 kB as JSON. */
const most = 60;

export async function askDice(path: string): Promise<void> {
  const { status, body, trace } = await request<{ status: number; body: string; trace: string }>('/visit', { path });
  printLine(`${status === 0 ? 'no answer' : status}: ${body.trim()}`);
  await printMade(trace, 'dice');
}

export async function playRound(): Promise<void> {
  const { roll, prize, trace } = await request<{ roll: number; prize: { name: string }; trace?: string }>(
    '/rounds',
    {},
  );
  printLine(`rolled a ${roll} and won ${prize.name}`);
  if (trace) await printMade(trace, 'prizes');
}

/** As soon as it is whole, with a span of `service` in it; else what there is of it by then. */
async function printMade(traceId: string, service: string): Promise<void> {
  const trace = await completeTrace(traceId, service);
  if (trace) print(trace);
  if (trace?.services.includes(service)) return;
  const own = trace && (await begunBy(service, trace));
  if (own) {
    printLine(`${service} has begun a trace of its own: it did not take over the context of who asked`);
    return print(own);
  }
  printLine(
    `no span of ${service} has come within ${patience / 1000} s in trace ${traceId}: node /app/why.js walks the way that it takes`,
  );
}

async function completeTrace(traceId: string, service?: string): Promise<FoundTrace | undefined> {
  let before = 0;
  for (const end = Date.now() + patience; ;) {
    const trace = await request<FoundTrace | undefined>(`/traces/${traceId}?absent=204`);
    const size = trace ? flat(trace.roots).length : 0;
    const settled = trace && size === before && (await isAll(trace, service));
    if (settled || Date.now() > end) return trace;
    before = size;
    await delay(pause);
  }
}

/** One root, and the service in it; or the service in another trace. */
async function isAll(trace: FoundTrace, service: string | undefined): Promise<boolean> {
  if (trace.roots.length !== 1) return false;
  return service === undefined || trace.services.includes(service) || (await begunBy(service, trace)) !== undefined;
}

/** Begun while `trace` went on, by a service that is not in it. */
async function begunBy(service: string, { start, duration }: FoundTrace): Promise<FoundTrace | undefined> {
  const { traces } = await request<{ traces: FoundTrace[] }>(
    `/traces?service=${service}&since=${start}&until=${start + duration}`,
  );
  return traces.at(-1);
}

export async function printTrace(traceId: string): Promise<void> {
  const trace = await completeTrace(traceId);
  if (!trace)
    throw new Error(
      `expected trace ${traceId} in Jaeger, found none: it keeps traces in memory, so after a restart they are gone`,
    );
  print(trace);
}

function print({ traceId, roots }: FoundTrace): void {
  printLine(`trace ${traceId}`);
  for (const line of treeOf(roots)) printLine(line);
}

/** The oldest first, as in a log. */
export async function printSpans(service: string): Promise<void> {
  const { traces } = await request<{ traces: FoundTrace[] }>(
    `/traces?service=${encodeURIComponent(service)}&limit=${most}`,
  );
  const spans = traces
    .flatMap(({ roots }) => flat(roots))
    .filter((span) => span.service === service)
    .sort((a, b) => a.start - b.start);
  if (spans.length === 0) throw new Error(`expected spans of ${service} in Jaeger, found none within the last hour`);
  for (const span of spans) printLine(lineOf(span));
}

const flat = (spans: Span[]): Span[] => spans.flatMap((span) => [span, ...flat(span.children)]);
