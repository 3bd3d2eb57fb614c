// Finds in collector.yaml what keeps a signal from where it should end. The Collector merges the file with the lab's
// own configuration: a list in the file takes the place of the lab's, and what the file leaves out stays.
import type { FindingId } from '../../../../lab/findings.ts';
import { GUIDE_EXPORTER, JAEGER_EXPORTER, OLD_JAEGER_EXPORTER, PROMETHEUS_EXPORTER } from '../../../../lab/names.ts';
import { collectorYaml, listedIn, samplingShares, typeOf } from '../../collector-yaml.ts';
import type { TelemetrySignal } from '../../contract.ts';
import { causeWithPlace } from '../symptoms/explanation.ts';
import { lineOfPath } from '../symptoms/yaml.ts';

/** What keeps a signal from its end. */
export interface Gap {
  readonly finding: FindingId;
  /** The cause, with its place, as a sentence without a full stop. */
  readonly says: string;
  readonly todo: string;
}

/** Where a signal ends. */
export interface Destination {
  readonly name: string;
  /** The Collector's exporters that lead there. The first is the lab's own. */
  readonly exporters: readonly [string, ...string[]];
}

export const JAEGER: Destination = { name: 'Jaeger', exporters: [JAEGER_EXPORTER, OLD_JAEGER_EXPORTER] };
export const GUIDE: Destination = { name: 'the guide', exporters: [GUIDE_EXPORTER] };
export const PROMETHEUS: Destination = { name: 'Prometheus', exporters: [PROMETHEUS_EXPORTER] };

/** The receivers of the lab's own pipelines. Apps send to the first. */
const RECEIVERS = ['otlp', 'otlp/loopback'];

/** The processors that drop telemetry, or hold it back, by their type. */
const DROPPING: Readonly<Record<string, string>> = {
  filter: 'drops what its conditions describe',
  probabilistic_sampler: 'keeps only a share',
  tail_sampling: 'holds spans back for its decision_wait, and then drops some',
};

const withPlace = (yaml: string, path: readonly string[], { says: cause, todo, finding }: Gap): Gap => ({
  finding,
  says: causeWithPlace({ file: 'collector.yaml', ...lineOfPath(yaml, path), cause, todo }),
  todo,
});

const listOf = (yaml: string, signal: TelemetrySignal, part: 'receivers' | 'processors' | 'exporters') =>
  [listedIn(yaml, signal, part), ['service', 'pipelines', signal, part]] as const;

/**
 * Returns what is wrong if the pipeline of a signal lists no exporter that leads to the destination.
 * @param others where the signal has to end besides
 */
export function exportersGap(
  yaml: string,
  signal: TelemetrySignal,
  destination: Destination,
  others: readonly Destination[] = [],
): Gap | undefined {
  const [names, path] = listOf(yaml, signal, 'exporters');
  if (names === undefined || leadsTo(names, destination)) return undefined;
  const missing = [destination, ...others].filter((one) => !leadsTo(names, one)).map(({ exporters: [first] }) => first);
  return withPlace(yaml, path, {
    finding: 'collector/exporters',
    says: `the pipeline ${signal} exports to ${names.join(', ')} only, so no ${signal} come to ${destination.name}`,
    todo: `Write exporters: [${[...new Set([...names, ...missing])].join(', ')}] there, then Run.`,
  });
}

const leadsTo = (names: readonly string[], { exporters }: Destination): boolean =>
  exporters.some((exporter) => names.includes(exporter));

/** Returns what is wrong if the pipeline of a signal does not list the receiver to which apps send. */
export function receiversGap(yaml: string, signal: TelemetrySignal): Gap | undefined {
  const [names, path] = listOf(yaml, signal, 'receivers');
  if (names === undefined || names.includes('otlp')) return undefined;
  return withPlace(yaml, path, {
    finding: 'collector/receivers',
    says: `the pipeline ${signal} receives from ${names.join(', ')} only, and not from otlp, to which dice sends`,
    todo: `Write receivers: [${RECEIVERS.join(', ')}] there, then Run.`,
  });
}

/** Returns what is wrong if a sampler keeps so few traces that none of some test spans may be among them. */
export function samplingGap(yaml: string): Gap | undefined {
  const small = samplingShares(yaml).find(({ percentage }) => percentage < 20);
  if (small === undefined) return undefined;
  const { name, percentage } = small;
  return withPlace(yaml, ['processors', name, 'sampling_percentage'], {
    finding: 'collector/drops',
    says: `${name} has sampling_percentage: ${percentage}, which keeps ${percentage} % of the traces`,
    todo: 'For half of them write 50, then Run.',
  });
}

/** Returns what may drop a signal, or hold it back, if its pipeline lists such a processor. */
export function processorsGap(yaml: string, signal: TelemetrySignal): Gap | undefined {
  const [names = [], path] = listOf(yaml, signal, 'processors');
  const name = names.find((one) => typeOf(one) in DROPPING);
  if (name === undefined) return undefined;
  return withPlace(yaml, path, {
    finding: 'collector/drops',
    says: `the pipeline ${signal} lists ${name}, which ${DROPPING[typeOf(name)]}`,
    todo: `Take ${name} out of the list, then Run, and look again. If all works then, its settings are wrong.`,
  });
}

/** Returns what is wrong if the file moves the receiver otlp to another address. */
export function addressGap(yaml: string): Gap | undefined {
  const { protocols } = (collectorYaml(yaml)?.receivers?.['otlp'] ?? {}) as { protocols?: Protocols | null };
  const endpoint = protocols?.http?.endpoint;
  if (typeof endpoint !== 'string' || REACHABLE.test(endpoint)) return undefined;
  return withPlace(yaml, ['receivers', 'otlp', 'protocols', 'http', 'endpoint'], {
    finding: 'collector/address',
    says: `the receiver otlp listens at ${endpoint}, where no other pod may reach it`,
    todo: "Take its endpoint out, so that the lab's own counts, then Run.",
  });
}

const REACHABLE = /^(0\.0\.0\.0|\[::\]|.*POD_IP.*):4318$/;

interface Protocols {
  readonly http?: { readonly endpoint?: unknown } | null;
}
