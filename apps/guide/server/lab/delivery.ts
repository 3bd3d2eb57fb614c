// Judges by the learner's files whether metrics and logs come to the guide: by the exporters that settings.env names,
// and by the exporters of the pipelines in collector.yaml.
import { GUIDE_EXPORTER } from '../../../../lab/names.ts';
import { exportersOf } from '../../collector-yaml.ts';
import { causeWithPlace } from '../symptoms/explanation.ts';
import { lineOfPath } from '../symptoms/yaml.ts';

export type ReceivedSignal = 'metrics' | 'logs';

/** What keeps a signal from the guide. */
export interface Gap {
  /** The cause, with its place, as a sentence without a full stop. */
  readonly says: string;
  readonly todo: string;
}

const VARIABLES = { traces: 'OTEL_TRACES_EXPORTER', metrics: 'OTEL_METRICS_EXPORTER', logs: 'OTEL_LOGS_EXPORTER' };

/** Returns what is wrong if dice does not send a signal to the Collector, by the variable that names its exporters. */
export function exporterGap(
  settings: Readonly<Record<string, string | undefined>>,
  signal: keyof typeof VARIABLES,
): Gap | undefined {
  const variable = VARIABLES[signal];
  const exporter = settings[variable] ?? 'otlp';
  const names = exporter.split(',').map((name) => name.trim());
  if (names.includes('otlp')) return undefined;
  const both = names.includes('console') ? ' (console,otlp for both)' : '';
  return {
    says: `${variable} is ${exporter}: nothing is sent to the Collector`,
    todo: `Set ${variable}=otlp in settings.env${both}, then Run.`,
  };
}

/** Returns what is wrong if the Collector does not send a signal to the guide, by the text of collector.yaml. */
export function pipelineGap(yaml: string, signal: ReceivedSignal): Gap | undefined {
  const names = exportersOf(yaml, signal);
  if (names === undefined || names.includes(GUIDE_EXPORTER)) return undefined;
  const place = { file: 'collector.yaml', ...lineOfPath(yaml, ['service', 'pipelines', signal, 'exporters']) } as const;
  const cause = `the pipeline ${signal} exports to ${names.join(', ')} only, so no ${signal} come to the guide`;
  const todo = `Write exporters: [${[...names, GUIDE_EXPORTER].join(', ')}] there, then Run.`;
  return { says: causeWithPlace({ ...place, cause, todo }), todo };
}

/** Returns what keeps a signal of dice from the guide, by the learner's files, or undefined if nothing does. */
export const gapIn = (
  settings: Readonly<Record<string, string | undefined>>,
  yaml: string,
  signal: ReceivedSignal,
): Gap | undefined => exporterGap(settings, signal) ?? pipelineGap(yaml, signal);
