// Plays rounds at the guide's URL and finds the last round's trace in Jaeger, as a browser would.
import { servicesOfRound } from '../lab/services.ts';
import { traceFromJaeger } from '../otlp/traces.ts';
import type { Trace } from '../otlp/traces.ts';
import { UserError } from '../support/errors.ts';
import type { Progress } from '../support/progress.ts';
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

/** How many rounds the smoke test plays. */
const ROUNDS = 3;

/** What in this lab differs from a new lab, so that a round or its trace may be missing without a fault of the lab. */
export interface Deviations {
  /** Components that run files which the learner has edited. */
  readonly edited: readonly string[];
  /** Whether somebody has set values of the chart. They may sample traces away, or send them elsewhere. */
  readonly hasValues: boolean;
  /** How long a round that fails is repeated, in milliseconds. */
  readonly repeatWithin?: number;
}

export interface SmokeTest {
  /** The last round. Undefined if the learner's own files make it fail. */
  readonly round: Round | undefined;
  /** The trace of that round. Undefined if there is none and the deviations may be the reason. */
  readonly trace: Trace | undefined;
}

/**
 * Plays rounds and finds the trace of the last one.
 * @throws UserError if a round or the trace is missing, and the lab has no deviation
 */
export async function smokeTest(door: Door, deviations: Deviations, report: Progress): Promise<SmokeTest> {
  const { edited, hasValues, repeatWithin } = deviations;
  const play = () => report.step(`Play ${ROUNDS} rounds`, () => playRounds(door, ROUNDS, repeatWithin));
  const round = await unlessExplained(edited.length > 0 ? own(edited) : undefined, play, report);
  const id = round?.trace;
  if (id === undefined) return { round, trace: undefined };
  const find = () => report.step('Find the trace in Jaeger', () => findTrace(door, id, { edited }));
  const reason = edited.length > 0 ? own(edited) : hasValues ? 'The lab has values of your own' : undefined;
  return { round, trace: await unlessExplained(reason, find, report) };
}

const own = (edited: readonly string[]): string => `The lab runs the learner's own files in ${edited.join(' and ')}`;

/** Runs `work`. If it fails for a reason that explains it, says so and returns undefined. */
async function unlessExplained<T>(
  reason: string | undefined,
  work: () => Promise<T>,
  report: Progress,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (reason === undefined || !(error instanceof UserError)) throw error;
    const { expected, found } = error.advice;
    report.note(`${reason}, which may be why: ${error.message} Expected ${expected}, found ${found}`);
    return undefined;
  }
}

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
export async function playRounds(door: Door, count: number, within = 10_000): Promise<Round> {
  let round: Round | undefined;
  for (let played = 0; played < count; played++)
    round = await eventually(() => playRound(door), { within, every: EVERY }).catch(() => playRound(door));
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

/** Services that a trace needs. The learner's dice may send spans elsewhere, and a learner's Collector may lose all. */
function servicesWith(edited: readonly string[]): readonly string[] {
  return edited.includes('collector') ? [] : SERVICES.filter((service) => !edited.includes(service));
}

interface TraceOptions {
  /** Components that run files which the learner has edited. */
  readonly edited?: readonly string[];
  /** Time limit in milliseconds. */
  readonly within?: number;
}

/**
 * Waits until a trace has spans of all services, except those that the learner has edited, and no longer grows.
 * @returns the trace
 * @throws UserError after `within` milliseconds
 */
export async function findTrace(
  { url, headers }: Door,
  id: string,
  { edited = [], within = 30_000 }: TraceOptions = {},
): Promise<Trace> {
  let before = 0;
  const services = servicesWith(edited);
  const find = () => traceFromJaeger(new URL('jaeger', url).href, id, headers);
  const findWhole = async (): Promise<Trace | undefined> => {
    const found = await find().catch(() => undefined);
    const settled = found?.spans.length === before;
    before = found?.spans.length ?? 0;
    return found !== undefined && settled && isComplete(found, services, edited) ? found : undefined;
  };
  const trace = await poll(findWhole, { within, every: EVERY });
  if (trace !== undefined) return trace;
  const last = await find().catch((error: unknown) => String(error));
  throw new UserError('The trace of the round did not reach Jaeger completely.', {
    expected: `spans of ${services.join(', ') || 'any service'} in trace ${id} within ${within / 1000} s`,
    found:
      typeof last === 'object'
        ? `${last.spans.length} spans of ${last.services.join(', ')}`
        : (last ?? 'no such trace'),
    todo: ['run this again', "see the Collector's log: kubectl logs -l app.kubernetes.io/component=collector"],
  });
}

function isComplete(trace: Trace, services: readonly string[], edited: readonly string[]): boolean {
  const isWhole = edited.length > 0 || trace.roots.every((span) => !span.orphan);
  return isWhole && services.every((service) => trace.services.includes(service));
}

async function lastError({ url, headers }: Door): Promise<string> {
  return fetch(url, { headers, signal: AbortSignal.timeout(5000) }).then(
    (response) => `status ${response.status}`,
    ({ cause, message }: Error) => (cause instanceof Error ? cause.message : message),
  );
}
