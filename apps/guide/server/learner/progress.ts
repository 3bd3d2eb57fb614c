// Stores the learner's progress in the ConfigMap `<release>-progress`. A step counts as passed only with a proof that
// this guide's check passed. The guide signs the proof with a key that only the guide has. So nobody can pass a step by
// editing the ConfigMap.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isConflict, isNotFound } from '../../../../kubernetes/api.ts';
import type { StepState } from '../../contract.ts';
import type { Kube } from '../kube.ts';

export interface StepProgress {
  startedAt: string;
  passedAt?: string;
  /** Id of the trace that the step started with, or of the trace that passed its check. */
  traceId?: string;
  answers?: Record<string, string>;
  proof?: string;
}

export interface ProgressOptions {
  readonly release: string;
  /** Ids of the course's steps. Progress in other steps does not count. */
  readonly steps: readonly string[];
  /** The key that signs the proofs. Without a key no step counts as passed. */
  readonly key?: Buffer;
  /** The Kubernetes client. Outside a cluster there is none, and progress is kept in memory. */
  readonly kube?: Kube;
  readonly now?: () => Date;
}

type Steps = Record<string, StepProgress>;

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
      const proof = this.#proofOf(id, step);
      steps[id] = { ...step, ...(proof ? { proof } : {}) };
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

  #proofOf(id: string, { passedAt = '', traceId = '' }: StepProgress): string | undefined {
    return (
      this.#options.key &&
      createHmac('sha256', this.#options.key).update([id, passedAt, traceId].join('\n')).digest('hex')
    );
  }

  #isProven(id: string, step: StepProgress): boolean {
    const [expected, found] = [Buffer.from(this.#proofOf(id, step) ?? ''), Buffer.from(String(step.proof ?? ''))];
    return expected.length > 0 && expected.length === found.length && timingSafeEqual(expected, found);
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
      const steps = stepsOf(data['steps']);
      if (data['passed'] !== undefined && data['passed'] !== String(this.#passed(steps))) {
        await kube.patchConfigMap(`${release}-progress`, { passed: String(this.#passed(steps)) });
        return await this.#read();
      }
      return { steps, ...(resourceVersion !== undefined && { version: resourceVersion }) };
    } catch (error) {
      if (isNotFound(error)) return { steps: structuredClone(this.#memory) };
      throw error;
    }
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

/** Parses the steps in the ConfigMap. Somebody may have edited them by hand, so it drops values that are not valid. */
function stepsOf(text: string | undefined): Steps {
  try {
    const steps: unknown = JSON.parse(text ?? '{}');
    if (typeof steps !== 'object' || steps === null) return {};
    return Object.fromEntries(
      Object.entries(steps as Record<string, unknown>).filter((entry): entry is [string, StepProgress] =>
        isStep(entry[1]),
      ),
    );
  } catch {
    return {};
  }
}

function isStep(step: unknown): step is StepProgress {
  return (
    typeof step === 'object' &&
    step !== null &&
    'startedAt' in step &&
    !Number.isNaN(Date.parse(String(step.startedAt)))
  );
}
