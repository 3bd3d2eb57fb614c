// Judges by the learner's files whether metrics and logs come to the guide: by the exporters that settings.env names,
// and by the exporters of the pipelines in collector.yaml.
import type { TelemetrySignal } from '../../contract.ts';
import { exportersGap, GUIDE, routeOf } from './pipeline-gaps.ts';
import type { Gap } from './pipeline-gaps.ts';

export type ReceivedSignal = 'metrics' | 'logs';

const VARIABLES = { traces: 'OTEL_TRACES_EXPORTER', metrics: 'OTEL_METRICS_EXPORTER', logs: 'OTEL_LOGS_EXPORTER' };

/** Returns what is wrong if dice does not send a signal to the Collector, by the variable that names its exporters. */
export function exporterGap(
  settings: Readonly<Record<string, string | undefined>>,
  signal: TelemetrySignal,
): Gap | undefined {
  const variable = VARIABLES[signal];
  const exporter = settings[variable] ?? 'otlp';
  const names = exporter.split(',').map((name) => name.trim());
  if (names.includes('otlp')) return undefined;
  const both = names.includes('console') ? ' (console,otlp for both)' : '';
  return {
    finding: 'settings/exporter',
    says: `${variable} is ${exporter}: nothing is sent to the Collector`,
    todo: `Set ${variable}=otlp in settings.env${both}, then Run.`,
  };
}

/** Returns what keeps a signal of dice from the guide, by the learner's files, or undefined if nothing does. */
export const gapIn = (
  settings: Readonly<Record<string, string | undefined>>,
  yaml: string,
  signal: ReceivedSignal,
): Gap | undefined => exporterGap(settings, signal) ?? exportersGap(yaml, routeOf(signal, GUIDE));
