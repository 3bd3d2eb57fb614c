// Tests the exporter in dice for each signal: by the settings, by the endpoint, and by the errors that dice reports.
import { accepts } from '../../../../support/ports.ts';
import type { TelemetrySignal } from '../../contract.ts';
import { lossInWords } from '../../losses.ts';
import { exporterMistake } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import { broken, suffers, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import { diceLoss, RECENT } from './losses.ts';
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
  if (endpoint && (!URL.canParse(endpoint) || !(await accepts(endpoint)))) return closed(sources, endpoint);
  return (
    (await failureOf(sources, state, signal)) ??
    works(`sends by OTLP to ${endpoint ?? 'the default endpoint'}, and reports no trouble`)
  );
}

/** Returns the state of an exporter at whose endpoint nothing listens. At the lab's own, the Collector is gone. */
function closed({ settings }: PipelineSources, endpoint: string): HopState {
  if (endpoint === settings['OTEL_EXPORTER_OTLP_ENDPOINT'])
    return suffers('collector/refused', `sends to the Collector at ${endpoint}, which takes no connections: see there`);
  return broken(
    'settings/endpoint',
    `nothing takes connections at ${endpoint}`,
    'Take the endpoint out of settings.env (the lab sets it to its Collector), then Run.',
  );
}

/**
 * Returns the state of an exporter that has failed of late, and sent nothing since. Without a report of dice, its log
 * may say so.
 */
async function failureOf(
  { podLog }: PipelineSources,
  { report }: DiceState,
  signal: TelemetrySignal,
): Promise<HopState | undefined> {
  if (report) {
    const loss = report.losses.find((one) => one.signal === signal && one.at === 'export' && one.ago < RECENT);
    // It works again if the same exporter has sent something since. What it lost is said all the same.
    if (!loss || (report.recovered[signal] ?? Infinity) < loss.ago) return undefined;
    const { says, todo = SEE_NEXT } = lossInWords(diceLoss(loss));
    return broken('pod/export-fails', says, todo);
  }
  const logged = (await podLog('dice', seconds)).split('\n').findLast((line) => LINES[signal].test(line));
  if (!logged) return undefined;
  const says = `dice's log has an error, which may be about ${NOUNS[signal]}: ${logged}`;
  return broken('pod/export-fails', says, SEE_NEXT);
}

const SEE_NEXT = 'See the next hop: is the Collector there, and does it take what is sent?';

const NOUNS = { traces: 'spans', metrics: 'metrics', logs: 'log records' };

/** Errors of an exporter in dice's log. One that names metrics or logs explains no missing span. */
const LINES: Readonly<Record<TelemetrySignal, RegExp>> = {
  traces: /^OpenTelemetry error: (?!.*\b(metrics?|logs?)\b)/i,
  metrics: /^OpenTelemetry error: (?=.*\bmetrics?\b)/i,
  logs: /^OpenTelemetry error: (?=.*\b(logs?|log ?records?)\b)/i,
};
