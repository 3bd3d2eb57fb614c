// The outcome of a Run, from "saved" to "the new pod runs", or the reason why it does not.
import type { Component, FileName, PodState } from '../../contract.ts';

export type Tone = 'busy' | 'good' | 'bad' | 'quiet';

export interface Report {
  tone: Tone;
  text: string;
}

/** An error at a place in a file. */
export interface Problem {
  file: FileName;
  line?: number;
  message: string;
}

const files: Record<Component, FileName> = { dice: 'app.ts', collector: 'collector.yaml' };

export class RunWatch {
  readonly #latest = new Map<Component, PodState>();
  #before = new Map<Component, string>();
  #awaited = new Set<Component>();
  #since = 0;
  #took = 0;

  /** Call it before you send the files. Pods that are known by then are the old ones. */
  prepare(now: number): void {
    this.#since = now;
    this.#before = new Map([...this.#latest].map(([component, { pod }]) => [component, pod]));
  }

  /** Call it with what the guide has restarted. @returns whether all of it runs already */
  begin(restarted: string[], now: number): boolean {
    this.#awaited = new Set(
      (Object.keys(files) as Component[]).filter((name) =>
        restarted.some((one) => one === name || one.endsWith(`-${name}`)),
      ),
    );
    for (const state of this.#latest.values()) this.#settle(state, now);
    return this.#awaited.size === 0;
  }

  /** Takes a new state. @returns whether the Run is complete now */
  on(state: PodState, now: number): boolean {
    const known = this.#latest.get(state.component)?.pod;
    // Not a Run: a step was reset, or kubectl restarted the pod.
    if (!this.waiting && known !== state.pod) this.#took = 0;
    this.#latest.set(state.component, state);
    return this.#settle(state, now);
  }

  #settle(state: PodState, now: number): boolean {
    if (state.phase !== 'running' || this.#isOld(state) || !this.#awaited.delete(state.component)) return false;
    this.#took = now - this.#since;
    return this.#awaited.size === 0;
  }

  #isOld({ component, pod }: PodState): boolean {
    return this.#before.get(component) === pod;
  }

  get waiting(): boolean {
    return this.#awaited.size > 0;
  }

  /** The components that a Run still waits for. */
  get awaited(): Component[] {
    return [...this.#awaited];
  }

  /** The newest pod, if it serves. */
  podOf(component: Component): string | undefined {
    const state = this.#latest.get(component);
    return state?.phase === 'running' ? state.pod : undefined;
  }

  problems(): Problem[] {
    return [...this.#latest.values()]
      .filter((state) => isTrouble(state) && !this.#waitsForAnother(state.component))
      .map((state) => ({
        file: files[state.component],
        message: state.message ?? `${state.component} has failed; its log says more.`,
        ...(state.line === undefined ? {} : { line: state.line }),
      }));
  }

  /** Whether the failed pod is an old one, and a new one is starting. */
  #waitsForAnother(component: Component): boolean {
    const state = this.#latest.get(component);
    return this.#awaited.has(component) && state !== undefined && this.#isOld(state);
  }

  report(): Report {
    const [problem] = this.problems();
    if (problem) return { tone: 'bad', text: `${placeOf(problem)}: ${problem.message}` };
    if (this.#awaited.size > 0)
      return {
        tone: 'busy',
        text: `Saved. ${[...this.#awaited].map((component) => this.#waitsFor(component)).join(' ')}`,
      };
    if (this.#took > 0)
      return { tone: 'good', text: `Runs your files, ${(this.#took / 1000).toFixed(1)} s after Run.` };
    return this.#atRest();
  }

  #waitsFor(component: Component): string {
    const state = this.#latest.get(component);
    const message = state?.phase === 'starting' && !this.#isOld(state) ? state.message : undefined;
    return `${component}: ${message ?? 'the new pod is starting…'}`;
  }

  /** The report before the first Run of this page. */
  #atRest(): Report {
    const dice = this.#latest.get('dice');
    if (dice?.phase === 'running') return { tone: 'good', text: `dice runs (pod ${dice.pod}).` };
    if (dice?.phase === 'starting') return { tone: 'busy', text: 'dice is starting…' };
    return { tone: 'quiet', text: dice ? 'dice has no pod.' : 'Asking after dice…' };
  }
}

/** Whether a pod has failed. A pod that serves again after a crash counts too. */
function isTrouble({ phase, message }: PodState): boolean {
  return phase === 'failed' || (phase === 'running' && message !== undefined);
}

/** The place of a problem. It omits a line that the message already names. */
function placeOf({ file, line, message }: Problem): string {
  return line === undefined || message.includes(`line ${line}`) ? file : `${file}, line ${line}`;
}
