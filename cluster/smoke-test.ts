// Plays rounds at the guide's URL and finds the last round's trace in Jaeger, as a browser would.
import { servicesOfRound } from '../lab/services.ts';
import { traceFromJaeger } from '../otlp/traces.ts';
import type { Trace } from '../otlp/traces.ts';
import { UserError } from '../support/errors.ts';
import { eventually, poll } from '../support/waiting.ts';

/** The guide's answer to POST /api/rounds. */
export interface Round {
  readonly player: string;
  readonly roll: number;
  readonly prize: { readonly name: string };
  readonly version: string;
  /** The id of the round's trace. Absent at instrumentation level `none`. */
  readonly trace?: string;
}

/** Where the guide answers. */
export interface Door {
  readonly url: string;
  /** The headers that log in to the guide. */
  readonly headers: Record<string, string>;
}

/** The interval between two attempts, in milliseconds. */
const EVERY = 200;

/** Services whose spans the trace of a round has. */
const SERVICES = servicesOfRound('guide');

/** Waits until the guide answers at `url`. @throws UserError if it does not answer within `within` milliseconds */
export async function waitForDoor({ url, headers }: Door, within = 60_000): Promise<void> {
  const answer = async (): Promise<true | undefined> =>
    (await fetch(url, { headers, signal: AbortSignal.timeout(5000) }).catch(() => undefined))?.ok === true
      ? true
      : undefined;
  if (await poll(answer, { within, every: EVERY })) return;
  throw new UserError("The guide's URL does not answer.", {
    expected: `the guide's page at ${url} within ${within / 1000} s`,
    found: await lastError({ url, headers }),
    todo: ['run this again', 'npm run down, then npm run up'],
  });
}

/** Plays `count` rounds one after another. @returns the last round */
export async function playRounds(door: Door, count: number): Promise<Round> {
  let round: Round | undefined;
  for (let played = 0; played < count; played++)
    round = await eventually(() => playRound(door), { within: 10_000, every: EVERY }).catch(() => playRound(door));
  if (round === undefined) throw new Error('no round was played');
  return round;
}

async function playRound({ url, headers }: Door): Promise<Round> {
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(new URL('api/rounds', url), { method: 'POST', headers, signal });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Round;
  throw new UserError('A round could not be played.', {
    expected: 'status 200 from POST /api/rounds',
    found: `${response.status}: ${text.trim().slice(0, 500)}`,
    todo: 'run npm run up again. For more, see the logs of the arcade',
  });
}

/**
 * Waits until a trace has spans of all services and no longer grows. @returns the trace @throws UserError after
 * `within` milliseconds
 */
export async function findTrace({ url, headers }: Door, id: string, within = 30_000): Promise<Trace> {
  let before = 0;
  const find = () => traceFromJaeger(new URL('jaeger', url).href, id, headers);
  const findWhole = async (): Promise<Trace | undefined> => {
    const found = await find().catch(() => undefined);
    const settled = found?.spans.length === before;
    before = found?.spans.length ?? 0;
    return found !== undefined && settled && isComplete(found) ? found : undefined;
  };
  const trace = await poll(findWhole, { within, every: EVERY });
  if (trace !== undefined) return trace;
  const last = await find().catch((error: unknown) => String(error));
  throw new UserError('The trace of the round did not reach Jaeger completely.', {
    expected: `spans of ${SERVICES.join(', ')} in trace ${id} within ${within / 1000} s`,
    found:
      typeof last === 'object'
        ? `${last.spans.length} spans of ${last.services.join(', ')}`
        : (last ?? 'no such trace'),
    todo: ['run this again', "see the Collector's log: kubectl logs -l app.kubernetes.io/component=collector"],
  });
}

function isComplete(trace: Trace): boolean {
  return SERVICES.every((service) => trace.services.includes(service)) && trace.roots.every((span) => !span.orphan);
}

async function lastError({ url, headers }: Door): Promise<string> {
  return fetch(url, { headers, signal: AbortSignal.timeout(5000) }).then(
    (response) => `status ${response.status}`,
    ({ cause, message }: Error) => (cause instanceof Error ? cause.message : message),
  );
}
