// Finds in collector.yaml what keeps a signal, or the charts, from where they should end. The Collector merges the
// file with the lab's own configuration: a list in the file takes the place of the lab's, and what the file leaves out
// stays.
import type { FindingId } from '../../../../lab/findings.ts';
import {
  GUIDE_EXPORTER,
  JAEGER_EXPORTER,
  OLD_JAEGER_EXPORTER,
  PROMETHEUS_EXPORTER,
  SPAN_METRICS,
} from '../../../../lab/names.ts';
import { collectorYaml, listedIn, samplingShares, typeOf } from '../../collector-yaml.ts';
import type { DiagnosedPart, TelemetrySignal } from '../../contract.ts';
import { causeWithPlace, placeOf } from '../symptoms/explanation.ts';
import { lineOfPath } from '../symptoms/yaml.ts';

/** What keeps a signal from its end. */
export interface Gap {
  readonly finding: FindingId;
  /** The cause, with its place, as a sentence without a full stop. */
  readonly says: string;
  /** The place with which the sentence begins, if it is in a file. */
  readonly place?: string;
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

/** The path of something from dice to its end: the pipelines of the Collector that it passes. */
export interface Route {
  /** What passes, such as `traces`. */
  readonly what: DiagnosedPart;
  /** The pipeline that gets it from dice, and the one that ends at the destination. Both may be the same. */
  readonly from: string;
  readonly to: string;
  readonly destination: Destination;
}

/** Returns the route of a signal, which passes one pipeline. */
export const routeOf = (what: TelemetrySignal, destination: Destination): Route => ({
  ...{ what, from: what, to: what, destination },
});

/** Returns the route of the charts: from spans to their figures, and on to the guide or to Prometheus. */
export const chartsRoute = (destination: Destination): Route => ({
  what: 'charts',
  from: 'traces/red',
  to: destination === PROMETHEUS ? 'metrics/prometheus' : 'metrics/red',
  destination,
});

const withPlace = (yaml: string, path: readonly string[], { says: cause, todo, finding }: Gap): Gap => {
  const explanation = { file: 'collector.yaml', ...lineOfPath(yaml, path), cause, todo } as const;
  return { finding, says: causeWithPlace(explanation), place: placeOf(explanation), todo };
};

const listOf = (yaml: string, pipeline: string, part: 'receivers' | 'processors' | 'exporters') =>
  [listedIn(yaml, pipeline, part), ['service', 'pipelines', pipeline, part]] as const;

/**
 * Returns what is wrong if the pipeline at the end of a route lists no exporter that leads to the destination.
 * @param others where the signal has to end besides
 */
export function exportersGap(
  yaml: string,
  { what, to, destination }: Route,
  others: readonly Destination[] = [],
): Gap | undefined {
  const [names, path] = listOf(yaml, to, 'exporters');
  if (names === undefined || leadsTo(names, destination)) return undefined;
  const missing = [destination, ...others].filter((one) => !leadsTo(names, one)).map(({ exporters: [first] }) => first);
  return withPlace(yaml, path, {
    finding: 'collector/exporters',
    says: `the pipeline ${to} exports to ${names.join(', ')} only, so no ${what} come to ${destination.name}`,
    todo: `Write exporters: [${[...new Set([...names, ...missing])].join(', ')}] there, then Run.`,
  });
}

const leadsTo = (names: readonly string[], { exporters }: Destination): boolean =>
  exporters.some((exporter) => names.includes(exporter));

/** Returns what is wrong if the pipeline at the beginning of a route does not list the receiver to which apps send. */
export function receiversGap(yaml: string, { from }: Pick<Route, 'from'>): Gap | undefined {
  const [names, path] = listOf(yaml, from, 'receivers');
  if (names === undefined || names.includes('otlp')) return undefined;
  return withPlace(yaml, path, {
    finding: 'collector/receivers',
    says: `the pipeline ${from} receives from ${names.join(', ')} only, and not from otlp, to which dice sends`,
    todo: `Write receivers: [${RECEIVERS.join(', ')}] there, then Run.`,
  });
}

/** Returns what is wrong if the file changes the lab's own exporter to the destination, or what makes the charts. */
export function changedGap(yaml: string, { what, destination }: Route): Gap | undefined {
  const [exporter] = destination.exporters;
  const components = [['exporters', exporter], ...(what === 'charts' ? CHART_MAKERS : [])] as const;
  const changed = components.find(([section, name]) => collectorYaml(yaml)?.[section]?.[name]);
  if (!changed) return undefined;
  const [, name] = changed;
  return withPlace(yaml, changed, {
    finding: 'collector/exporters',
    says: `the file changes ${name}, which the lab has set up, and no ${what} come to ${destination.name}`,
    todo: `Take ${name} out below ${changed[0]}, then Run. The pipelines can name it all the same.`,
  });
}

const CHART_MAKERS = [
  ['connectors', SPAN_METRICS],
  ['processors', 'transform/red'],
] as const;

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

/** Returns what may drop something, or hold it back, if a pipeline of its route lists such a processor. */
export const processorsGap = (yaml: string, { from, to }: Route): Gap | undefined =>
  processorGapIn(yaml, from) ?? processorGapIn(yaml, to);

function processorGapIn(yaml: string, pipeline: string): Gap | undefined {
  const [names = [], path] = listOf(yaml, pipeline, 'processors');
  const name = names.find((one) => typeOf(one) in DROPPING);
  if (name === undefined) return undefined;
  return withPlace(yaml, path, {
    finding: 'collector/drops',
    says: `the pipeline ${pipeline} lists ${name}, which ${DROPPING[typeOf(name)]}`,
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
