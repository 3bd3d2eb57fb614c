// Reads a lab's traces back from its Jaeger.
import { servicesOfRound } from '../../../lab/services.ts';
import { recentTraces, traceFromJaeger } from '../../../otlp/traces.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { eventually } from '../../../support/waiting.ts';
import type { Lab } from '../cluster/lab.ts';

/** More than any test makes. Jaeger answers with 20 by default. */
const MANY = 1000;

/** A trace, as far as Jaeger has it. @throws Error while it has none of its spans */
export async function traceOf(lab: Lab, traceId: string | undefined): Promise<Trace> {
  if (traceId === undefined) throw new Error('the answer of the round has no trace id');
  const trace = await traceFromJaeger(jaegerOf(lab), traceId);
  if (trace === undefined) throw new Error(`Jaeger of ${lab.release} knows no trace ${traceId}`);
  return trace;
}

/** The traces with a span of `service` that began at `since` (milliseconds since 1970) or later, the latest first. */
export function tracesOf(lab: Lab, service: string, since = Date.now() - 600_000): Promise<Trace[]> {
  return recentTraces(jaegerOf(lab), service, { limit: MANY, within: Date.now() - since });
}

/** Plays a round at the guide and waits until Jaeger has its whole trace. */
export async function playedRound(lab: Lab, within = 10_000): Promise<Trace> {
  const { trace: id } = await lab.play();
  return eventually(async () => complete(await traceOf(lab, id)), { within });
}

/**
 * Plays rounds until Jaeger has one, after a change of the Collector. An app that was connected to the old one may lose
 * spans until it notices.
 */
export function settledRound(lab: Lab): Promise<Trace> {
  return eventually(() => playedRound(lab, 4_000), { within: 40_000 });
}

/** A complete trace of a round. @throws Error while a part is missing */
export function complete(trace: Trace): Trace {
  const missing = servicesOfRound('arcade').filter((service) => !trace.services.includes(service));
  const parents = trace.spans.filter((span) => span.orphan).map((span) => `the parent of ${title(span)}`);
  const lacks = [...missing, ...parents];
  if (lacks.length === 0) return trace;
  const has = trace.spans.map(title).join(', ');
  throw new Error(`trace ${trace.traceId} lacks ${lacks.join(', ')}; it has ${has}`);
}

/** A span in a few words, for comparing and for messages: `dice GET /rolldice`. */
export function title({ service, name }: Span): string {
  return `${service} ${name}`;
}

function jaegerOf(lab: Lab): string {
  return `${lab.url('jaeger', 'query')}/jaeger`;
}
