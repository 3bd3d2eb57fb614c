// Tells the recorder what of each signal does not leave this process: what finds the SDK's queue full, and what an
// exporter can't send. The SDK says nothing about the first, and reports errors of all exporters in the same words.
import { logs, metrics, trace } from '@opentelemetry/api';
import type { ProxyTracerProvider } from '@opentelemetry/api';
import { errorText } from './diagnostics.ts';
import type { ErrorFields } from './diagnostics.ts';
import type { Recorder, Signal } from './report.ts';

/** The result of an export. Code 0 is success. */
interface Result {
  readonly code: number;
  readonly error?: ErrorFields;
}

interface Exporter {
  export(items: unknown, done: (result: Result) => void): void;
}

/** What the SDK's processors of spans and log records, and its readers of metrics, have in common. */
interface Sender {
  readonly _exporter?: Exporter;
  readonly _maxQueueSize?: number;
  readonly _finishedSpans?: readonly unknown[];
  readonly _finishedLogRecords?: readonly unknown[];
  _addToBuffer?(item: unknown): void;
}

/** The parts of the SDK's providers that lead to what sends. NodeSDK keeps them to itself. */
interface Providers {
  readonly _activeSpanProcessor?: { readonly _spanProcessors?: readonly Sender[] };
  readonly _sharedState?: {
    readonly activeProcessor?: { readonly processors?: readonly Sender[] };
    readonly metricCollectors?: readonly { readonly _metricReader: Sender }[];
  };
}

/** Observes the providers that the SDK has registered. A signal that is switched off has none. */
export function observeLosses(recorder: Recorder): void {
  const providers: Readonly<Record<Signal, unknown>> = {
    traces: (trace.getTracerProvider() as ProxyTracerProvider).getDelegate(),
    logs: logs.getLoggerProvider(),
    metrics: metrics.getMeterProvider(),
  };
  for (const [signal, provider] of Object.entries(providers))
    sendersOf(provider as Providers).forEach((sender) => observe(recorder, signal as Signal, sender));
}

/** Returns what sends the telemetry of a provider. A provider has one of these parts. */
const sendersOf = ({ _activeSpanProcessor: spans, _sharedState: shared }: Providers): readonly Sender[] =>
  spans?._spanProcessors ??
  shared?.activeProcessor?.processors ??
  shared?.metricCollectors?.map(({ _metricReader: reader }) => reader) ??
  [];

function observe(recorder: Recorder, signal: Signal, sender: Sender): void {
  if (sender._exporter) recordFailures(recorder, signal, sender._exporter);
  recordOverflow(recorder, signal, sender);
}

function recordFailures(recorder: Recorder, signal: Signal, exporter: Exporter): void {
  const send = exporter.export.bind(exporter);
  // An exporter of the same signal that never failed, such as one to the console, says nothing about this one.
  let hasFailed = false;
  exporter.export = (items, done) =>
    send(items, (result) => {
      const { code, error = { message: 'the export failed' } } = result;
      if (code !== 0) recorder.lost(signal, 'export', errorText(error), countOf(items));
      else if (hasFailed) recorder.hasRecovered(signal);
      hasFailed = code !== 0;
      done(result);
    });
}

function recordOverflow(recorder: Recorder, signal: Signal, sender: Sender): void {
  const { _maxQueueSize: size = Infinity } = sender;
  const add = sender._addToBuffer?.bind(sender);
  if (!add) return;
  sender._addToBuffer = (item) => {
    const queue = sender._finishedSpans ?? sender._finishedLogRecords ?? [];
    if (queue.length >= size) recorder.lost(signal, 'queue', String(size), 1);
    add(item);
  };
}

/** What an exporter of metrics gets. */
interface Metrics {
  readonly scopeMetrics?: readonly { readonly metrics: readonly { readonly dataPoints: readonly unknown[] }[] }[];
}

/** Returns how many spans, log records or data points an exporter was given. */
function countOf(items: unknown): number {
  if (Array.isArray(items)) return items.length;
  const { scopeMetrics = [] } = items as Metrics;
  return scopeMetrics.flatMap(({ metrics: some }) => some).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}

/** The signals by the field that says how many of them a receiver did not take. */
const REJECTED: readonly (readonly [field: string, signal: Signal])[] = [
  ['rejectedSpans', 'traces'],
  ['rejectedDataPoints', 'metrics'],
  ['rejectedLogRecords', 'logs'],
];

/**
 * Counts what a receiver did not take, if the SDK warns of that. An export of which only a part is taken succeeds.
 * https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export function recordPartialSuccess(recorder: Recorder, message: string, more: readonly unknown[]): void {
  if (!message.startsWith('Received Partial Success')) return;
  const answer = parsed(String(more[0]));
  const { errorMessage } = answer;
  const reason = typeof errorMessage === 'string' && errorMessage !== '' ? errorMessage : 'no reason given';
  for (const [field, signal] of REJECTED)
    if (Number(answer[field]) > 0) recorder.lost(signal, 'export', reason, Number(answer[field]));
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
