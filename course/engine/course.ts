// The course: starts, checks, skips and resets steps, and reports the learner's progress.
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Component,
  CourseOverview,
  Files,
  LastCheck,
  SeenStep,
  Step,
  Verdict,
} from '../../apps/guide/contract.ts';
import type {
  CourseOptions as OpenOptions,
  CourseService,
  LearnerRequest,
  WatchOptions,
} from '../../apps/guide/server/course-service.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import type { Outdated } from '../../apps/guide/server/pods/phase.ts';
import type { FileStore } from '../../apps/guide/server/learner/files.ts';
import { HelpRecord } from '../../apps/guide/server/learner/help.ts';
import type { HelpOfSteps } from '../../apps/guide/server/learner/help.ts';
import { Progress } from '../../apps/guide/server/learner/progress.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import type { StepProgress } from '../../apps/guide/passed-steps.ts';
import type { LabView } from './check.ts';
import { viewOf } from './lab-view.ts';
import { watchLive } from './live.ts';
import { Steps } from './steps.ts';
import { withReport } from './with-report.ts';

export interface CourseOptions {
  readonly steps: Steps;
  readonly progress: Progress;
  readonly help: HelpRecord;
  readonly lab: Lab;
  /** Stores the learner's files. Outside a cluster it is undefined, and the course changes no files. */
  readonly files?: FileStore | undefined;
  /** Time limit of a check in milliseconds. */
  readonly deadline?: number;
  /** How long a check waits for a pod that is starting, in milliseconds. */
  readonly handover?: number;
}

const pause = 300; // ms between two reads of the pods

/** Asks until nothing is outdated, or until waiting does not help. @returns the last answer */
async function untilOver(ask: () => Promise<Outdated | 'current'>, within: number): Promise<Outdated | 'current'> {
  const end = Date.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer === 'current' || !answer.passes || Date.now() + pause > end) return answer;
    await delay(pause);
  }
}

const notJudged = (component: Component, { reason: found, todo = whatToDo }: Outdated): Verdict => ({
  passed: false,
  ...(component === 'dice'
    ? { hop: 'pod', finding: 'pod/not-running' }
    : { hop: 'collector', finding: 'collector/not-running' }),
  expected: `the newest pod of ${component} to run, with your files as they are now`,
  found,
  hint: `Nothing was checked: what answers now is from before your last change. ${todo}`,
});

/** Returns the step with this id, if the learner has started it, or that which the learner has started last. */
function startedStep(known: Readonly<Record<string, StepProgress>>, id: string | undefined): string | undefined {
  if (id !== undefined && known[id]) return id;
  const begun = ([, { startedAt = '' }]: [string, StepProgress]): string => startedAt;
  return Object.entries(known).toSorted((a, b) => begun(b).localeCompare(begun(a)))[0]?.[0];
}

const seenIn = (seen: HelpOfSteps, id: string): Pick<Step, 'seen'> => (seen[id] ? { seen: seen[id] } : {});
const whatToDo = 'Fix the error and press Run, or wait if the pod is only starting.';

/** Opens the course that is in the guide's image. */
export function openCourse({
  environment: { release, namespace, kube, files, signer, lab },
  folder,
  prizes,
}: OpenOptions): CourseService {
  const steps = new Steps(folder, { RELEASE: release, NAMESPACE: namespace, PRIZES_URL: prizes, FLASK_URL: lab.flask });
  const progress = new Progress({ release, steps: steps.ids, ...(signer && { signer }), ...(kube && { kube }) });
  // The first read signs the progress of an older guide again, for the operator to see.
  void suppressTracing(() => progress.steps()).catch(() => undefined);
  return new Course({ steps, progress, help: new HelpRecord({ release, kube }), lab, files });
}

export class Course implements CourseService {
  readonly #options: CourseOptions;
  /** The last check of each step since it began. */
  readonly #checked = new Map<string, LastCheck>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: CourseOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#options.steps.has(id);
  }

  async overview(): Promise<CourseOverview> {
    const { steps, progress, help, files } = this.#options;
    const [known, seen] = await Promise.all([progress.steps(), help.read()]);
    const all = steps
      .outlines()
      .map((step) => ({ ...step, state: progress.stateOf(step.id, known[step.id]), ...seenIn(seen, step.id) }));
    return {
      passed: all.filter(({ state }) => state === 'passed').length,
      total: all.length,
      editing: files !== undefined,
      steps: all,
    };
  }

  async step(id: string): Promise<Step> {
    const { steps, progress, help } = this.#options;
    const [{ [id]: known }, seen] = await Promise.all([progress.steps(), help.read()]);
    const { traceId, startedAt } = known ?? {};
    const checked = known && this.#checked.get(id);
    return {
      ...steps.step(id),
      state: progress.stateOf(id, known),
      ...seenIn(seen, id),
      ...(traceId ? { traceId } : {}),
      ...(startedAt ? { startedAt } : {}),
      ...(checked ? { checked } : {}),
    };
  }

  /**
   * Starts a step. The first start writes the step's files, and keeps copies of the files that they replace. A step
   * that has passed stays passed.
   */
  async start(id: string): Promise<Step> {
    const { steps, files } = this.#options;
    const { state } = await this.step(id);
    if (state === 'passed') return this.step(id);
    if (state === 'open') await files?.write(steps.startFiles(id), { keepAs: `before-${id}` });
    await this.#begin(id);
    return this.step(id);
  }

  async reset(id: string): Promise<Step> {
    await this.#replaceFiles(id);
    await this.#begin(id);
    return this.step(id);
  }

  /**
   * Writes the files that the learner would have if all earlier steps were done. It does not mark these steps as
   * passed.
   */
  async skip(id: string): Promise<Step> {
    const { state } = await this.step(id);
    await this.#replaceFiles(id);
    if (state !== 'passed') await this.#begin(id);
    return this.step(id);
  }

  async resetAll(): Promise<CourseOverview> {
    const { steps, help, progress } = this.#options;
    const [first] = steps.ids;
    if (first) await this.#replaceFiles(first);
    await progress.reset();
    this.#checked.clear();
    await help.reset();
    return this.overview();
  }

  async sawHints(id: string, count: number): Promise<void> {
    await this.#options.help.sawHints(id, Math.min(count, this.#options.steps.step(id).hints.length));
  }

  async solution(id: string): Promise<Files> {
    await this.#options.help.sawSolution(id);
    return this.#options.steps.atEnd(id);
  }

  async watch(
    id: string | undefined,
    requests: readonly LearnerRequest[],
    { answers, signal, onSeen }: WatchOptions,
  ): Promise<void> {
    const { steps, progress, lab } = this.#options;
    const known = await progress.steps();
    const step = startedStep(known, id);
    if (step === undefined || progress.stateOf(step, known[step]) !== 'started') return;
    const code = await steps.code(step);
    const since = Date.parse(known[step]?.startedAt ?? '') || 0;
    const report = (requirements: SeenStep['requirements']): void => onSeen({ step, requirements });
    await watchLive({ lab, code, requests, answers, since, signal, onSeen: report });
  }

  /** Writes all files as they are at the start of a step, and keeps copies of those that it replaces. */
  async #replaceFiles(id: string): Promise<void> {
    await this.#options.files?.write(this.#options.steps.atStart(id), { keepAs: 'before-reset' });
  }

  /** Checks a step. Only one check runs at a time, because each check sends requests and has a time limit. */
  check(id: string, answers: Record<string, string>, version = ''): Promise<Verdict> {
    const turn = this.#turn.then(async () => {
      const verdict = await this.#check(id, answers);
      this.#checked.set(id, { at: new Date().toISOString(), verdict, version });
      await this.#record(id, verdict, answers);
      return verdict;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #check(id: string, answers: Record<string, string>): Promise<Verdict> {
    const { steps } = this.#options;
    const known = await this.#startedStep(id);
    const { check, judges = ['dice', 'collector'] } = await steps.code(id);
    const begun = Date.now();
    const verdict =
      (await suppressTracing(() => this.#outdated(judges))) ??
      (await this.#withJaeger(await check(this.#view(known, answers)), Date.parse(known?.startedAt ?? '')));
    return judges.includes('dice') ? withReport(verdict, this.#options.lab, begun) : verdict;
  }

  async #record(id: string, verdict: Verdict, answers: Record<string, string>): Promise<void> {
    const { progress } = this.#options;
    if (verdict.passed) return progress.pass(id, { ...(verdict.traceId ? { traceId: verdict.traceId } : {}), answers });
    // A record that can't be written keeps no verdict from the learner.
    return progress.fail(id, verdict).catch(() => undefined);
  }

  async #startedStep(id: string): Promise<StepProgress | undefined> {
    const { progress } = this.#options;
    const known = (await progress.steps())[id];
    if (known) return known;
    await progress.start(id);
    return (await progress.steps())[id];
  }

  /**
   * Returns the verdict that nothing was checked, because what answers does not run the learner's files as they are
   * now. A pod that is only starting gets some time first.
   */
  async #outdated(components: readonly Component[]): Promise<Verdict | undefined> {
    const { lab, handover = 8_000 } = this.#options;
    for (const component of components) {
      const ask = async () => (await lab.outdated?.(component).catch(() => undefined)) ?? 'current';
      const last = await untilOver(ask, handover);
      if (last !== 'current' && last.blocks) return notJudged(component, last);
    }
    return undefined;
  }

  /**
   * Adds a hint to the verdict of a failed check if Jaeger restarted during the step. The restart deleted all earlier
   * traces.
   */
  async #withJaeger(verdict: Verdict, since: number): Promise<Verdict> {
    if (verdict.passed) return verdict;
    const started = await this.#options.lab.startOf?.('jaeger');
    // Kubernetes reports whole seconds, so a restart in the second in which the step started may be a later one.
    if (started === undefined || !(started > since - 1000)) return verdict;
    const lost =
      `Jaeger restarted at ${new Date(started).toISOString().slice(11, 19)} UTC, after you started this ` +
      'step. It keeps traces in memory, so the earlier ones are gone. ' +
      'Repeat what the step tells you to play, ask or switch on.';
    return { ...verdict, hint: `${verdict.hint} ${lost}` };
  }

  async #begin(id: string): Promise<void> {
    const { steps, progress } = this.#options;
    const { begin } = await steps.code(id);
    const begun = await begin?.(this.#view(undefined, {}));
    await progress.start(id, { ...begun, anew: true });
    this.#checked.delete(id);
  }

  #view(known: StepProgress | undefined, answers: Record<string, string>): LabView {
    const { lab, deadline } = this.#options;
    return viewOf(lab, {
      answers,
      since: Date.parse(known?.startedAt ?? '') || Date.now(),
      traceId: known?.traceId,
      ...(deadline ? { deadline } : {}),
    });
  }
}
