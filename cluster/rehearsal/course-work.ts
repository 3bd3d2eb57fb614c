// What a synthetic attendee does: the course's steps, one after another, with the solutions that the guide shows.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CourseOverview, Files, Step, TraceOfPage, Verdict, VersionedFiles } from '../../apps/guide/contract.ts';
import { eventually } from '../../support/waiting.ts';
import type { Attendee } from './attendee.ts';

/** What became of a step. */
export interface StepResult {
  readonly step: string;
  /** Undefined if the step has passed. Otherwise what its last check has found. */
  readonly problem?: string;
  /** Milliseconds that each check took. */
  readonly checks: readonly number[];
}

export interface CourseResult {
  readonly steps: readonly StepResult[];
  /** Milliseconds that each round took. */
  readonly rounds: readonly number[];
  /** How many of the rounds failed. A person sees an error, and goes on. */
  readonly failedRounds: number;
}

/** The last steps need a person, who looks for a cause, or an app that is off by default. */
const FOR_PEOPLE = 2;
/** Milliseconds until a new pod of dice usually serves. */
const RUN_MS = 6_000;
const TRIES = 3;
const ROUNDS = 5;

/** Does the steps, and plays rounds before each of them. @param most number of steps to do */
export async function doCourse(attendee: Attendee, most = Infinity) {
  const now = (): number => performance.now();
  const rounds: number[] = [];
  let failedRounds = 0;
  const steps: StepResult[] = [];
  const { steps: outlines } = await attendee.api<CourseOverview>('course');
  for (const { id } of outlines.slice(0, -FOR_PEOPLE).slice(0, most)) {
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(await timed(now, () => play(attendee).catch(() => void failedRounds++)));
    steps.push(await doStep(attendee, id, now));
  }
  return { rounds, failedRounds, steps } satisfies CourseResult;
}

const play = (attendee: Attendee): Promise<unknown> => attendee.api('rounds', 'POST');

async function timed(now: () => number, work: () => Promise<unknown>): Promise<number> {
  const began = now();
  await work();
  return now() - began;
}

async function doStep(attendee: Attendee, id: string, now: () => number): Promise<StepResult> {
  const step = await attendee.api<Step>(`course/${id}/start`, 'POST');
  if (step.files.length > 0) await run(attendee, id);
  const checks: number[] = [];
  for (;;) {
    const answers = await answersOf(attendee, step);
    let verdict: Verdict | undefined;
    checks.push(
      await timed(now, async () => {
        verdict = await attendee.api<Verdict>(`course/${id}/check`, 'POST', { answers });
      }),
    );
    if (verdict?.passed) return { step: id, checks };
    if (checks.length >= TRIES) return { step: id, checks, problem: problemOf(verdict) };
    await sleep(RUN_MS);
  }
}

const problemOf = (verdict: Verdict | undefined): string =>
  verdict === undefined || verdict.passed ? 'nothing' : `${verdict.hop}: ${verdict.found}`;

/** Saves the step's solution, which restarts what reads the files. */
async function run(attendee: Attendee, id: string): Promise<void> {
  const { version } = await attendee.api<VersionedFiles>('files');
  const files = await attendee.api<Files>(`course/${id}/solution`, 'POST');
  await attendee.api('files', 'PUT', { version, files });
  await sleep(RUN_MS);
}

const LIBRARY = '@opentelemetry/instrumentation-express';

/** Answers the questions of steps 2 and 3. */
async function answersOf(attendee: Attendee, { questions, traceId }: Step): Promise<Record<string, string>> {
  const names = new Set(questions.map(({ name }) => name));
  if (names.has('pick')) return { pick: LIBRARY };
  return names.has('root') && traceId ? readTrace(await traceOf(attendee, traceId)) : {};
}

/** Waits for a trace, whose spans arrive a second or two after its request. */
const traceOf = (attendee: Attendee, traceId: string): Promise<TraceOfPage> =>
  eventually(() => attendee.api<TraceOfPage>(`traces/${traceId}`), { within: 10_000, every: 500 });

/** Names the root of a trace, its slowest span besides, and a parent with a child, by their ids. */
export function readTrace({ roots: [root] }: TraceOfPage): Record<string, string> {
  const below = (span: TraceOfPage['roots'][number]): TraceOfPage['roots'] =>
    span.children.flatMap((child) => [child, ...below(child)]);
  const others = root ? below(root) : [];
  const slowest = others.toSorted((a, b) => b.duration - a.duration)[0];
  const id = root?.spanId ?? '';
  return { root: id, slowest: slowest?.spanId ?? '', parent: id, child: root?.children[0]?.spanId ?? '' };
}
