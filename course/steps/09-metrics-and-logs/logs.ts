// Finds what dice logged for a request: a log record that the guide has received, or a line of the pod's log. Either
// has to name the span of the request.
import { explained, finding, unknown, unmet } from '../../engine/findings.ts';
import type { Explained, Finding, Problem } from '../../engine/findings.ts';
import { orRecord } from '../../engine/log-events.ts';
import type { LogRecord } from '../../../apps/guide/explore-contract.ts';
import type { Seen, Visit } from '../../engine/observation.ts';

export const texts = {
  line: "the parameter of /server_request in a log record, or in a line of dice's log",
  ids: 'trace_id and span_id in it, the ids of a trace and of a span',
  span: 'its span, in the trace of the request',
};

/** What the requests left, and what the settings say of it. */
interface Evidence extends Seen {
  /** What to do about propagators that ignore the caller's context. */
  readonly propagators?: string | undefined;
}

/** What dice logged for a request. */
interface Entry {
  readonly visit: Visit;
  /** The record or the line, in words. */
  readonly text: string;
  readonly ids: Ids | undefined;
  readonly isRecord: boolean;
}

/** Judges what dice logged for the requests. For each request, the best of its records and lines counts. */
export function judgeLogs(seen: Evidence, log: string): Finding[] {
  const asked = seen.visits.filter(({ path }) => path.includes('param='));
  const entries = asked.map((visit) => bestOf(entriesOf(visit, seen, log), seen));
  if (entries.some((entry) => entry === undefined))
    return [unmet(texts.line, nothing(seen)), unknown(texts.ids), unknown(texts.span)];
  const found = entries.filter((entry) => entry !== undefined);
  const bare = found.find(({ ids }) => ids === undefined);
  if (bare) return [finding(texts.line, undefined), unmet(texts.ids, noIds(bare, log)), unknown(texts.span)];
  const trouble = found.map((entry) => troubleWithIds(entry, seen)).find(Boolean);
  return [finding(texts.line, undefined), finding(texts.ids, undefined), finding(texts.span, trouble)];
}

/** Returns all that dice logged with the word that the request had as its parameter. */
function entriesOf(visit: Visit, { records = [] }: Evidence, log: string): Entry[] {
  const word = visit.path.split('param=')[1] ?? visit.path;
  const received = records.filter((record) => wordsOf(record).includes(word));
  const lines = log.split('\n').filter((text) => text.includes(word));
  return [
    ...received.map((record) => ({ visit, text: `a log record “${record.body}”`, ids: idsOf(record), isRecord: true })),
    ...lines.map((text) => ({ visit, text: text.slice(0, 200), ids: idsIn(text), isRecord: false })),
  ];
}

const wordsOf = ({ body, eventName, attributes }: LogRecord): string => JSON.stringify([body, eventName, attributes]);

const bestOf = (entries: readonly Entry[], seen: Evidence): Entry | undefined =>
  entries.find((entry) => entry.ids && !troubleWithIds(entry, seen)) ?? entries.find(({ ids }) => ids) ?? entries[0];

function nothing(seen: Evidence): Problem {
  const hint =
    "Emit request.query.param as a log record, as the deck's print does: " +
    "logs.getLogger('dice').emit({ body: request.query.param }), within your span.";
  const id = seen.logsGap?.id ?? '09-metrics-and-logs/no-record';
  return { id, found: 'no such line and no such record', hint: orRecord(hint, seen) };
}

const noIds = ({ text, isRecord, visit: { answer } }: Entry, log: string): Problem => ({
  found: text,
  traceId: answer.traceId,
  ...(isRecord ? EMITTED_OUTSIDE : (otherNames(text) ?? (hasIds(log) ? OUTSIDE : NO_MIXIN))),
});

/** Returns whether any line of the log has ids. Then the logger adds them to each line within a span. */
const hasIds = (log: string): boolean => log.split('\n').some((line) => idsIn(line) !== undefined);

const EMITTED_OUTSIDE: Explained = {
  id: '09-metrics-and-logs/outside',
  hint: 'The record is emitted while no span is active: emit it within the function that startActiveSpan calls.',
};

const MOVE = 'move log.info(…) into the function that startActiveSpan calls, because outside of it no span is active.';

const OUTSIDE: Explained = {
  id: '09-metrics-and-logs/outside',
  hint: 'Other lines have both ids, so your mixin works, and this line is not written within your span: ' + MOVE,
};

/**
 * Names the likelier of two causes first: the code of the step before writes the line within its span, and has no
 * mixin. The log does not tell them apart.
 */
const NO_MIXIN: Explained = {
  id: '09-metrics-and-logs/no-ids',
  hint:
    'Does your logger have a mixin? pino({ mixin }) calls it for each line: let it return the ids of ' +
    'trace.getActiveSpan()?.spanContext(). If it does already, the line is not written within your span: ' +
    MOVE,
};

/** Returns what to do about a line that has ids in fields of other names, or only one of them. */
function otherNames(line: string): Explained | undefined {
  const names = [...line.matchAll(/"([\w.-]+)"\s*:\s*"(?:[0-9a-f]{16}){1,2}"/gi)].map(([, name]) => name);
  if (names.length === 0) return undefined;
  const hint =
    `The line has ${names.join(' and ')}, and it needs two fields, called trace_id and span_id. ` +
    'Let mixin return { trace_id: traceId, span_id: spanId }.';
  return { id: '09-metrics-and-logs/ids-names', hint };
}

interface Ids {
  readonly trace: string;
  readonly span: string;
}

function troubleWithIds(
  { visit, ids = { trace: '', span: '' } }: Entry,
  { strays, sampler, propagators }: Evidence,
): Problem | undefined {
  const { answer, spans } = visit;
  const { trace, span } = ids;
  const { traceId } = answer;
  if (trace !== traceId && strays.some(({ spanId }) => spanId === span))
    return {
      found: 'its span in a trace of its own',
      traceId: trace,
      ...(explained('settings/propagators', propagators) ?? NOT_EXTRACTED),
    };
  if (trace === traceId && spans.some(({ spanId }) => spanId === span)) return undefined;
  const found = `no span ${span} of dice in trace ${trace}`;
  const dropped = explained('telemetry/sampled', spans.length === 0 ? sampler : undefined);
  return { found, traceId, ...(dropped ?? OTHER_IDS) };
}

const NOT_EXTRACTED: Explained = {
  id: '09-metrics-and-logs/own-trace',
  hint: "The step before: extract the caller's context from the headers.",
};

const OTHER_IDS: Explained = {
  id: '09-metrics-and-logs/no-span',
  hint: 'Take both ids from the span that is active while the line is written, and end that span.',
};

/** Finds the trace id and the span id in a line of the log, which is JSON. */
function idsIn(line: string): Ids | undefined {
  const trace = /"trace_id"\s*:\s*"([0-9a-f]{32})"/i.exec(line)?.[1];
  const span = /"span_id"\s*:\s*"([0-9a-f]{16})"/i.exec(line)?.[1];
  return trace && span ? { trace, span } : undefined;
}

const idsOf = ({ traceId, spanId }: LogRecord): Ids | undefined =>
  traceId === undefined || spanId === undefined ? undefined : { trace: traceId, span: spanId };
