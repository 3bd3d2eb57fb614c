// Tests the exporter in dice for each signal: by the settings, by the endpoint, and by the errors that dice reports.
import { accepts } from '../../../../support/ports.ts';
import type { TelemetrySignal } from '../../contract.ts';
import { exporterError, exporterMistake } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import { broken, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import type { PipelineSources } from './pipeline-sources.ts';

const seconds = 20; // of the log of dice

export async function diceExporter(
  sources: PipelineSources,
  state: DiceState,
  signal: TelemetrySignal,
): Promise<HopState> {
  const mistake = exporterMistake(state, signal);
  if (mistake) return mistake;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: general } = state.settings;
  const endpoint = state.settings[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`] ?? general;
  if (endpoint && (!URL.canParse(endpoint) || !(await accepts(endpoint))))
    return broken(
      'settings/endpoint',
      `nothing takes connections at ${endpoint}`,
      'Take OTEL_EXPORTER_OTLP_ENDPOINT out of settings.env (the lab sets it to its Collector), then Run.',
    );
  const error = await errorIn(sources, state, signal);
  if (error)
    return broken(
      'pod/export-fails',
      error,
      'See the next hop: is the Collector there, and does it take what is sent?',
    );
  return works(`sends by OTLP to ${endpoint ?? 'the default endpoint'}, and reports no trouble`);
}

/** Returns the last error of an exporter. Dice reports those of spans only. All others are in its log. */
async function errorIn(
  { podLog }: PipelineSources,
  state: DiceState,
  signal: TelemetrySignal,
): Promise<string | undefined> {
  const reported = signal === 'traces' ? exporterError(state) : undefined;
  if (reported) return `dice says: ${reported}`;
  if (signal === 'traces' && state.report) return undefined;
  const logged = (await podLog('dice', seconds)).split('\n').findLast((line) => LINES[signal].test(line));
  return logged && `dice's log has an error, which may be about ${NOUNS[signal]}: ${logged}`;
}

const NOUNS = { traces: 'spans', metrics: 'metrics', logs: 'log records' };

/** Errors of an exporter in dice's log. One that names metrics or logs explains no missing span. */
const LINES: Readonly<Record<TelemetrySignal, RegExp>> = {
  traces: /^OpenTelemetry error: (?!.*\b(metrics?|logs?)\b)/i,
  metrics: /^OpenTelemetry error: (?=.*\bmetrics?\b)/i,
  logs: /^OpenTelemetry error: (?=.*\b(logs?|log ?records?)\b)/i,
};
