// Stores the learner's progress in the ConfigMap `<release>-progress`. A step counts as passed only with a proof that
// this guide's check passed.
import { isConflict, isNotFound } from '../../../../kubernetes/api.ts';
import type { Failed, StepState } from '../../contract.ts';
import { hasOldProof, isProven, MOST_FAILURES, proofOf, stepsOf } from '../../passed-steps.ts';
import type { Signer, StepProgress, Steps } from '../../passed-steps.ts';
import type { Kube } from '../kube.ts';

export interface ProgressOptions {
  readonly release: string;
  /** Ids of the course's steps. Progress in other steps does not count. */
  readonly steps: readonly string[];
  /** What the proofs are signed with. Without it no step counts as passed. */
  readonly signer?: Signer;
  /** The Kubernetes client. Outside a cluster there is none, and progress is kept in memory. */
  readonly kube?: Kube;
  readonly now?: () => Date;
}

export class Progress {
  readonly #options: ProgressOptions;
  #memory: Steps = {};
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  async steps(): Promise<Steps> {
    return (await this.#read()).steps;
  }

  stateOf(id: string, step: StepProgress | undefined): StepState {
    if (!step) return 'open';
    if (!step.passedAt) return 'started';
    return this.#isProven(id, step) ? 'passed' : 'unverified';
  }

  /**
   * Records that a step has started. If the step has a record already, that record keeps its start time. With `anew`
   * the step gets a new record.
   */
  start(id: string, { traceId, anew = false }: { traceId?: string; anew?: boolean } = {}): Promise<void> {
    return this.#change((steps) => {
      const startedAt = this.#now().toISOString();
      const known = anew ? undefined : steps[id];
      steps[id] = {
        ...(known ?? { startedAt }),
        ...(traceId ? { traceId, startedAt: known?.startedAt ?? startedAt } : {}),
      };
    });
  }

  /** Records that a step's check has passed. Only the code that runs checks may call this. */
  pass(id: string, { traceId, answers }: { traceId?: string; answers?: Record<string, string> }): Promise<void> {
    return this.#change((steps) => {
      const now = this.#now().toISOString();
      const step: StepProgress = {
        startedAt: steps[id]?.startedAt ?? now,
        passedAt: now,
        ...(traceId ? { traceId } : {}),
        ...(answers && Object.keys(answers).length > 0 ? { answers } : {}),
      };
      const { signer } = this.#options;
      steps[id] = { ...step, ...(signer ? { proof: proofOf(signer, id, step) } : {}) };
    });
  }

  /** Records that a step's check has failed, and on what. */
  fail(id: string, { finding, hop }: Pick<Failed, 'finding' | 'hop'>): Promise<void> {
    return this.#change((steps) => {
      const at = this.#now().toISOString();
      const known = steps[id] ?? { startedAt: at };
      if (this.stateOf(id, known) === 'passed') return;
      const times = Math.min((known.failed?.times ?? 0) + 1, MOST_FAILURES);
      steps[id] = { ...known, failed: { finding, hop, times, at } };
    });
  }

  forget(id: string): Promise<void> {
    return this.#change((steps) => {
      delete steps[id];
    });
  }

  reset(): Promise<void> {
    return this.#change((steps) =>
      Object.keys(steps).forEach((id) => {
        delete steps[id];
      }),
    );
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #isProven(id: string, step: StepProgress | undefined): boolean {
    const { signer } = this.#options;
    return signer !== undefined && isProven(signer, id, step);
  }

  /** Returns the steps with a new proof for each step that has a right proof of the old form. */
  #resigned(steps: Steps): Steps {
    const { signer } = this.#options;
    if (!signer) return steps;
    return Object.fromEntries(
      Object.entries(steps).map(([id, step]) => [
        id,
        hasOldProof(signer, id, step) ? { ...step, proof: proofOf(signer, id, step) } : step,
      ]),
    );
  }

  #passed(steps: Steps): number {
    return this.#options.steps.filter((id) => this.stateOf(id, steps[id]) === 'passed').length;
  }

  /**
   * Applies changes of the progress one after another. If somebody else changed the ConfigMap meanwhile, it reads again
   * and repeats the change.
   */
  #change(change: (steps: Steps) => void): Promise<void> {
    const turn = this.#turn.then(() => this.#tryChange(change));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #tryChange(change: (steps: Steps) => void): Promise<void> {
    for (;;) {
      const { steps, version } = await this.#read();
      change(steps);
      if (await this.#write(steps, version)) return;
    }
  }

  async #read(): Promise<{ steps: Steps; version?: string }> {
    const { kube, release } = this.#options;
    if (!kube) return { steps: structuredClone(this.#memory) };
    try {
      const {
        data = {},
        metadata: { resourceVersion },
      } = await kube.configMap(`${release}-progress`);
      const repairs = this.#repairsOf(data);
      if (repairs) {
        await kube.patchConfigMap(`${release}-progress`, repairs, resourceVersion).catch(ignoreConflict);
        return await this.#read();
      }
      return { steps: stepsOf(data['steps']), ...(resourceVersion !== undefined && { version: resourceVersion }) };
    } catch (error) {
      if (isNotFound(error)) return { steps: structuredClone(this.#memory) };
      throw error;
    }
  }

  /** Returns what must change in the ConfigMap: proofs of the old form, and a wrong number of passed steps. */
  #repairsOf(data: Readonly<Record<string, string>>): Record<string, string> | undefined {
    const steps = stepsOf(data['steps']);
    const resigned = this.#resigned(steps);
    const [before, after] = [JSON.stringify(steps), JSON.stringify(resigned)];
    const passed = String(this.#passed(resigned));
    const isCounted = data['passed'] === undefined || data['passed'] === passed;
    return before === after && isCounted ? undefined : { passed, ...(before !== after && { steps: after }) };
  }

  async #write(steps: Steps, version: string | undefined): Promise<boolean> {
    const { kube, release } = this.#options;
    this.#memory = steps;
    if (!kube || version === undefined) return true;
    const data = {
      passed: String(this.#passed(steps)),
      total: String(this.#options.steps.length),
      lastActivity: this.#now().toISOString(),
      steps: JSON.stringify(steps),
    };
    try {
      await kube.patchConfigMap(`${release}-progress`, data, version);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}

function ignoreConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}
