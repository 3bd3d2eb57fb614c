// Reads a lab's traces from its Jaeger.
import { servicesOfRound } from '../../../lab/services.ts';
import { recentTraces, traceFromJaeger } from '../../../otlp/traces.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { eventually, type Patience } from '../../../support/waiting.ts';
import type { Lab } from '../cluster/lab.ts';

/** The highest number of traces to read. It is more than any test makes. Jaeger's default is 20. */
const MANY = 1000;

/** Reads the spans of a trace that Jaeger has so far. @throws Error while there are none */
export async function traceOf(lab: Lab, traceId: string | undefined): Promise<Trace> {
  if (traceId === undefined) throw new Error('the answer of the round has no trace id');
  const trace = await traceFromJaeger(jaegerOf(lab), traceId);
  if (trace === undefined) throw new Error(`Jaeger of release ${lab.release} has no trace ${traceId}`);
  return trace;
}

/**
 * Lists the traces that have a span of `service` and began at `since` (milliseconds since 1970) or later, latest first.
 */
export function tracesOf(lab: Lab, service: string, since = Date.now() - 600_000): Promise<Trace[]> {
  return recentTraces(jaegerOf(lab), service, { limit: MANY, within: Date.now() - since });
}

/** Plays a round at the guide and waits until its complete trace is in Jaeger. */
export async function playedRound(lab: Lab, patience: Partial<Patience> = {}): Promise<Trace> {
  const { trace: id } = await lab.play();
  return eventually(async () => complete(await traceOf(lab, id)), patience);
}

/**
 * Plays rounds until Jaeger has the complete trace of one of them. After a change of the Collector, apps may lose spans
 * until they have connected again.
 */
export function settledRound(lab: Lab): Promise<Trace> {
  return eventually(() => playedRound(lab, { within: 4_000 }));
}

/** Returns the trace if it is the complete trace of a round. @throws Error if a part is missing */
export function complete(trace: Trace): Trace {
  const missing = servicesOfRound('arcade').filter((service) => !trace.services.includes(service));
  const parents = trace.spans.filter((span) => span.orphan).map((span) => `the parent of ${title(span)}`);
  const lacks = [...missing, ...parents];
  if (lacks.length === 0) return trace;
  const has = trace.spans.map(title).join(', ');
  throw new Error(`trace ${trace.traceId} lacks ${lacks.join(', ')}; it has ${has}`);
}

/** Names a span for comparisons and messages: `dice GET /rolldice`. */
export function title({ service, name }: Span): string {
  return `${service} ${name}`;
}

function jaegerOf(lab: Lab): string {
  return `${lab.url('jaeger', 'query')}/jaeger`;
}
