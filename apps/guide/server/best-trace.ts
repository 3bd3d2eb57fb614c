// Finds the best trace of a learner: of the traces that have verified a step, the one that went through most services.
import { traceFromJaeger } from '../../../otlp/traces.ts';
import type { Trace } from '../../../otlp/traces.ts';
import type { Step, StepSummary } from '../contract.ts';
import type { CourseService } from './course-service.ts';

export interface TraceSources {
  readonly course: Pick<CourseService, 'overview' | 'step'>;
  /** The URL of Jaeger's query service with its base path. */
  readonly jaeger: string;
}

/** A trace that has verified a step. */
export interface ProvenTrace {
  readonly step: StepSummary;
  readonly trace: Trace;
}

/** Whether `one` is better: it has more services, or as many and more spans. */
function isBetter(one: Trace, other: Trace | undefined): boolean {
  if (other === undefined) return true;
  const services = one.services.length - other.services.length;
  return services > 0 || (services === 0 && one.spans.length > other.spans.length);
}

/**
 * Returns the best trace among those of the steps. Jaeger keeps traces in memory, so there may be none. Of equal ones,
 * that of the latest step is best.
 * @throws Error if Jaeger doesn't answer
 */
export async function bestTrace(
  steps: readonly Pick<Step, keyof StepSummary | 'traceId'>[],
  jaeger: string,
): Promise<ProvenTrace | undefined> {
  let best: ProvenTrace | undefined;
  for (const step of steps.filter(({ state }) => state === 'passed').toReversed()) {
    // One after the other, because the guide has little memory.
    const trace = step.traceId === undefined ? undefined : await traceFromJaeger(jaeger, step.traceId);
    if (trace && isBetter(trace, best?.trace)) best = { step, trace };
  }
  return best;
}
