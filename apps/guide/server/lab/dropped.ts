// Says why telemetry that the guide has sent to the Collector did not come to its end.
import type { TelemetrySignal } from '../../contract.ts';
import { broken } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import { addressGap, exportersGap, processorsGap, receiversGap, samplingGap } from './pipeline-gaps.ts';
import type { Destination, Gap } from './pipeline-gaps.ts';
import { COLLECTOR_TODO, collectorYamlOf, lastErrorOf } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';

/** What one piece of each signal is called. */
export const ONE: Readonly<Record<TelemetrySignal, string>> = { traces: 'span', metrics: 'metric', logs: 'log record' };

/** Telemetry that the Collector took. */
interface Taken {
  readonly signal: TelemetrySignal;
  readonly destination: Destination;
  /** Where else the signal has to end. */
  readonly others?: readonly Destination[];
  /** The state of the Collector, which took it. */
  readonly collector: HopState;
}

/** Returns the states of the Collector and of the destination, to which telemetry has not come. */
export async function droppedStates(
  sources: PipelineSources,
  { signal, destination, others, collector }: Taken,
): Promise<[collector: HopState, destination: HopState]> {
  const yaml = await collectorYamlOf(sources);
  const certain = exportersGap(yaml, signal, destination, others) ?? receiversGap(yaml, signal);
  const error = certain ? '' : await lastErrorOf(sources);
  const gap = certain ?? (error ? undefined : droppingGap(yaml, signal));
  if (gap) {
    const { finding, says, todo } = gap;
    return [broken(finding, says, todo), broken(finding, `gets no ${signal}: see the Collector`, todo)];
  }
  const todo =
    `Look at service.pipelines.${signal} in collector.yaml: ` +
    `is ${destination.exporters[0]} still among its exporters, and does no processor drop all ${signal}?`;
  return [
    error ? broken('collector/export-fails', `${collector.says}, but${error.slice(1)}`, todo) : collector,
    broken('jaeger/missing', `a ${ONE[signal]} that the Collector took did not arrive`, todo),
  ];
}

const droppingGap = (yaml: string, signal: TelemetrySignal): Gap | undefined =>
  (signal === 'traces' ? samplingGap(yaml) : undefined) ?? processorsGap(yaml, signal);

/** Returns the state of a Collector that has refused telemetry. */
export async function refusedState(
  sources: PipelineSources,
  signal: TelemetrySignal,
  message: string,
): Promise<HopState> {
  const yaml = await collectorYamlOf(sources);
  const gap = addressGap(yaml) ?? receiversGap(yaml, signal);
  const reason = gap ? `; ${gap.says}` : await lastErrorOf(sources);
  const says = `does not take a ${ONE[signal]}: ${message}${reason}`;
  return broken(gap?.finding ?? 'collector/refused', says, gap?.todo ?? COLLECTOR_TODO);
}
