// Says why telemetry that the guide has sent to the Collector did not come to its end.
import type { DiagnosedPart } from '../../contract.ts';
import { broken, suffers } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import { addressGap, changedGap, exportersGap, processorsGap, receiversGap, samplingGap } from './pipeline-gaps.ts';
import type { Destination, Gap, Route } from './pipeline-gaps.ts';
import { COLLECTOR_TODO, collectorYamlOf, lastErrorOf } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';

/** What one piece is called of what a route leads. */
export const ONE: Readonly<Record<DiagnosedPart, string>> = {
  traces: 'span',
  metrics: 'metric',
  logs: 'log record',
  charts: 'span',
};

/** Telemetry that the Collector took. */
interface Taken {
  readonly route: Route;
  /** Where else the signal has to end. */
  readonly others?: readonly Destination[];
  /** The state of the Collector, which took it. */
  readonly collector: HopState;
}

/** Returns the states of the Collector and of the destination, to which telemetry has not come. */
export async function droppedStates(
  sources: PipelineSources,
  { route, others, collector }: Taken,
): Promise<[collector: HopState, destination: HopState]> {
  const yaml = await collectorYamlOf(sources);
  const certain = exportersGap(yaml, route, others) ?? receiversGap(yaml, route) ?? changedGap(yaml, route);
  const error = certain ? '' : await lastErrorOf(sources);
  const gap = certain ?? (error ? undefined : droppingGap(yaml, route));
  const [gets, { what, to, destination }] = [`gets no ${route.what}: see the Collector`, route];
  if (gap) return [{ ok: false, ...gap }, suffers(gap.finding, gets)];
  const todo =
    `Look at service.pipelines.${to} in collector.yaml: ` +
    `is ${destination.exporters[0]} still among its exporters, and does no processor drop all ${what}?`;
  if (error)
    return [
      broken('collector/export-fails', `${collector.says}, but${error.slice(1)}`, todo),
      suffers('jaeger/missing', gets),
    ];
  const missing = what === 'charts' ? 'figures of a span' : `a ${ONE[what]}`;
  return [collector, broken('jaeger/missing', `${missing} that the Collector took did not arrive`, todo)];
}

const droppingGap = (yaml: string, route: Route): Gap | undefined =>
  (route.what === 'traces' ? samplingGap(yaml) : undefined) ?? processorsGap(yaml, route);

/** Returns the state of a Collector that has refused telemetry. */
export async function refusedState(
  sources: PipelineSources,
  { what, from }: Pick<Route, 'what' | 'from'>,
  message: string,
): Promise<HopState> {
  const yaml = await collectorYamlOf(sources);
  const gap = addressGap(yaml) ?? receiversGap(yaml, { from });
  const reason = gap ? `; ${gap.says}` : await lastErrorOf(sources);
  const says = `does not take a ${ONE[what]}: ${message}${reason}`;
  return broken(gap?.finding ?? 'collector/refused', says, gap?.todo ?? COLLECTOR_TODO);
}
