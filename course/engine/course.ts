// The course: which step is where, and what starting, checking, skipping and resetting one does.
import type { FileStore } from '../../apps/guide/server/learner/files.ts';
import type { Course as Overview, Files, Step as StepView, Verdict } from '../../apps/guide/contract.ts';
import type { CourseOptions as OpenOptions, CourseService } from '../../apps/guide/server/course-service.ts';
import { Progress } from '../../apps/guide/server/learner/progress.ts';
import type { StepProgress } from '../../apps/guide/server/learner/progress.ts';
import { Steps } from './steps.ts';
import { viewOf } from './lab-view.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';

export interface CourseOptions {
  steps: Steps;
  progress: Progress;
  lab: Lab;
  /** Without it (outside of a cluster) nothing can be edited. */
  files?: FileStore | undefined;
  /** Milliseconds that a check may take. */
  deadline?: number;
}

/** The course of the image, for the guide to serve. */
export function openCourse({
  environment: { release, namespace, kube, files, key, lab },
  folder,
  prizes,
}: OpenOptions): CourseService {
  const steps = new Steps(folder, { RELEASE: release, NAMESPACE: namespace, PRIZES_URL: prizes });
  const progress = new Progress({ release, steps: steps.ids, ...(key ? { key } : {}), ...(kube ? { kube } : {}) });
  return new Course({ steps, progress, lab, files });
}

export class Course implements CourseService {
  readonly #options: CourseOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: CourseOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#options.steps.has(id);
  }

  async overview(): Promise<Overview> {
    const { steps, progress, files } = this.#options;
    const known = await progress.steps();
    const all = steps.outlines().map((step) => ({ ...step, state: progress.stateOf(step.id, known[step.id]) }));
    return {
      passed: all.filter(({ state }) => state === 'passed').length,
      total: all.length,
      editing: files !== undefined,
      steps: all,
    };
  }

  async step(id: string): Promise<StepView> {
    const { steps, progress } = this.#options;
    const known = (await progress.steps())[id];
    const { traceId, startedAt } = known ?? {};
    return {
      ...steps.step(id),
      state: progress.stateOf(id, known),
      ...(traceId ? { traceId } : {}),
      ...(startedAt ? { startedAt } : {}),
    };
  }

  /** The first start writes the files that the step brings along, and keeps what they replace. A step that is passed stays so. */
  async start(id: string): Promise<StepView> {
    const { steps, files } = this.#options;
    const { state } = await this.step(id);
    if (state === 'passed') return this.step(id);
    if (state === 'open') await files?.write(steps.ownStart(id), { keepAs: `before-${id}` });
    await this.#begin(id);
    return this.step(id);
  }

  async reset(id: string): Promise<StepView> {
    await this.#options.files?.write(this.#options.steps.atStart(id));
    await this.#begin(id);
    return this.step(id);
  }

  /** To this step, as if all before it were done: the files, that is; nothing is passed by it. */
  async skip(id: string): Promise<StepView> {
    const { state } = await this.step(id);
    await this.#options.files?.write(this.#options.steps.atStart(id));
    if (state !== 'passed') await this.#begin(id);
    return this.step(id);
  }

  async resetAll(): Promise<Overview> {
    const { steps, files, progress } = this.#options;
    const [first] = steps.ids;
    if (first) await files?.write(steps.atStart(first));
    await progress.reset();
    return this.overview();
  }

  solution(id: string): Files {
    return this.#options.steps.atEnd(id);
  }

  /** One check after the other: each drives traffic, and has its time. */
  check(id: string, answers: Record<string, string>): Promise<Verdict> {
    const turn = this.#turn.then(() => this.#check(id, answers));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #check(id: string, answers: Record<string, string>): Promise<Verdict> {
    const { steps, progress } = this.#options;
    let known = (await progress.steps())[id];
    if (!known) {
      await progress.start(id);
      known = (await progress.steps())[id];
    }
    const { check } = await steps.code(id);
    const verdict = await this.#withJaeger(
      await this.#withPods(await check(this.#view(known, answers))),
      Date.parse(known?.startedAt ?? ''),
    );
    if (verdict.passed) await progress.pass(id, { ...(verdict.traceId ? { traceId: verdict.traceId } : {}), answers });
    return verdict;
  }

  /** What is wrong with the spans is beside the point while they are those of an older pod, since the new one does not serve. */
  async #withPods(verdict: Verdict): Promise<Verdict> {
    if (verdict.passed) return verdict;
    for (const component of ['dice', 'collector'] as const) {
      const trouble = await this.#options.lab.podTrouble?.(component);
      if (trouble)
        return {
          passed: false,
          hop: component === 'dice' ? 'pod' : component,
          expected: `the newest pod of ${component} to run`,
          found: trouble,
          hint: 'What you changed last is not what was checked: the pod before it goes on until the new one runs. Mend it and Run, or wait if it is only starting.',
        };
    }
    return verdict;
  }

  /** What was sent before Jaeger was started again is nowhere any more, however right it was. */
  async #withJaeger(verdict: Verdict, since: number): Promise<Verdict> {
    if (verdict.passed) return verdict;
    const started = await this.#options.lab.startOf?.('jaeger');
    // Kubernetes tells whole seconds: that in which the step began may be that in which Jaeger was started, just after.
    if (started === undefined || !(started > since - 1000)) return verdict;
    const lost = `Jaeger was started again at ${new Date(started).toISOString().slice(11, 19)} UTC, since this step began, and keeps traces in memory: those from before are gone. What the step tells you to play, ask or switch on has to be done once more.`;
    return { ...verdict, hint: `${verdict.hint} ${lost}` };
  }

  async #begin(id: string): Promise<void> {
    const { steps, progress } = this.#options;
    const { begin } = await steps.code(id);
    const begun = await begin?.(this.#view(undefined, {}));
    await progress.start(id, { ...begun, anew: true });
  }

  #view(known: StepProgress | undefined, answers: Record<string, string>) {
    const { lab, deadline } = this.#options;
    return viewOf(lab, {
      answers,
      since: Date.parse(known?.startedAt ?? '') || Date.now(),
      traceId: known?.traceId,
      ...(deadline ? { deadline } : {}),
    });
  }
}
