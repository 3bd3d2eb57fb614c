// Prints traces in a terminal: the trace of a new request, the trace with a given id, or the newest spans of a service.
import { setTimeout as delay } from 'node:timers/promises';
import { print } from '../../../support/output.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { roundInWords } from '../app-words.ts';
import type { Round, Visit } from '../contract.ts';
import { lineOf, printableText, treeOf } from './lines.ts';
import { Refused, request } from './request.ts';

type TraceSummary = Pick<Trace, 'traceId' | 'services' | 'start' | 'duration' | 'roots'>;

const pause = 300; // ms
const patience = 6_000; // ms; a batch of spans leaves after 5 s at most
const maxTraces = 60; // a round's trace is about 20 kB of JSON

export async function askDice(path: string): Promise<void> {
  const { status, body, trace } = await request<Required<Visit>>('/visit', { path, newest: true });
  print(`${status === 0 ? 'no answer' : status}: ${printableText(body.trim())}`);
  await printNewTrace(trace, 'dice');
}

/** Plays a round. If the round is lost, it prints its trace nevertheless, because the trace shows what failed. */
export async function playRound(): Promise<void> {
  const round = await request<Round>('/rounds', {}).catch(lostRound);
  print(printableText(roundInWords(round)));
  if (round.trace !== undefined) await printNewTrace(round.trace, round.error === undefined ? 'prizes' : 'arcade');
}

/** Returns the round that a failed request has made, if this round has a trace. Otherwise, throws the error again. */
function lostRound(error: unknown): Round {
  if (error instanceof Refused && 'trace' in error.body) return error.body as Round;
  throw error;
}

/**
 * Prints a trace once it is complete and contains a span of `service`. When the time limit is reached, it prints the
 * spans that have arrived by then.
 */
async function printNewTrace(traceId: string, service: string): Promise<void> {
  const trace = await completeTrace(traceId, service);
  if (trace) printTree(trace);
  if (trace?.services.includes(service)) return;
  const own = trace && (await startedBy(service, trace));
  if (own) {
    print(`${service} has started a trace of its own: it did not take over the caller's context`);
    return printTree(own);
  }
  print(
    `no span of ${service} arrived in trace ${traceId} within ${patience / 1000} s. ` +
      'Run node /app/why.js to test each hop.',
  );
}

async function completeTrace(traceId: string, service?: string): Promise<TraceSummary | undefined> {
  let before = 0;
  for (const end = Date.now() + patience; ;) {
    const trace = await request<TraceSummary | undefined>(`/traces/${traceId}?absent=204`);
    const size = trace ? flat(trace.roots).length : 0;
    const settled = trace && size === before && (await isComplete(trace, service));
    if (settled || Date.now() > end) return trace;
    before = size;
    await delay(pause);
  }
}

/**
 * Returns whether a trace is complete. A complete trace has one root. It also has spans of `service`, or `service` has
 * started a trace of its own meanwhile.
 */
async function isComplete(trace: TraceSummary, service: string | undefined): Promise<boolean> {
  if (trace.roots.length !== 1) return false;
  return service === undefined || trace.services.includes(service) || (await startedBy(service, trace)) !== undefined;
}

/** Finds a trace that `service` started between the start and the end of `trace`. */
async function startedBy(service: string, { start, duration }: TraceSummary): Promise<TraceSummary | undefined> {
  const { traces } = await request<{ traces: TraceSummary[] }>(
    `/traces?service=${service}&since=${start}&until=${start + duration}`,
  );
  return traces.at(-1);
}

export async function printTrace(traceId: string): Promise<void> {
  const trace = await completeTrace(traceId);
  if (!trace)
    throw new Error(
      `expected trace ${traceId} in Jaeger, found none. Jaeger keeps traces in memory, so a restart loses them.`,
    );
  printTree(trace);
}

function printTree({ traceId, roots }: TraceSummary): void {
  print(`trace ${traceId}`);
  for (const line of treeOf(roots)) print(line);
}

/**
 * Prints the newest spans of a service, with the oldest of them first, as in a log.
 * @param pattern a regular expression; only lines that match it are printed
 */
export async function printSpans(service: string, pattern = ''): Promise<void> {
  const { traces } = await request<{ traces: TraceSummary[] }>(
    `/traces?service=${encodeURIComponent(service)}&limit=${maxTraces}`,
  );
  const spans = traces
    .flatMap(({ roots }) => flat(roots))
    .filter((span) => span.service === service)
    .sort((a, b) => a.start - b.start);
  if (spans.length === 0) throw new Error(`expected spans of ${service} in Jaeger, found none within the last hour`);
  const lines = spans.map(lineOf).filter((line) => new RegExp(pattern).test(line));
  if (lines.length === 0)
    throw new Error(
      `expected a span that matches ${pattern}, found none of ${spans.length}. Let more rounds be played.`,
    );
  for (const line of lines) print(line);
}

const flat = (spans: Span[]): Span[] => spans.flatMap((span) => [span, ...flat(span.children)]);
