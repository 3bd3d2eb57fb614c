// Answers the question "Why is there no telemetry?". It tests each hop of each signal: those in dice, the Collector,
// and where the signal ends.
import type { PipelineHop, TelemetrySignal } from '../../contract.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { diagnoseReceived } from './diagnose-received.ts';
import { diagnoseTraces } from './diagnose-traces.ts';
import { diceStateOf } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';

const ALL: readonly TelemetrySignal[] = ['traces', 'metrics', 'logs'];

/**
 * Tests all hops of the signals.
 * @returns the hops of one signal after another, each in the order in which telemetry passes them
 */
export function diagnosePipeline(
  sources: PipelineSources,
  signals: readonly TelemetrySignal[] = ALL,
): Promise<PipelineHop[]> {
  return suppressTracing(async () => {
    const dice = await diceStateOf(sources);
    const hops = signals.map((signal) =>
      signal === 'traces' ? diagnoseTraces(sources, dice) : diagnoseReceived(sources, dice, signal),
    );
    return (await Promise.all(hops)).flat();
  });
}
