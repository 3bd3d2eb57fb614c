// What a Run comes to: from "saved" to "the new pod runs", or why it does not, in words.
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

  /** To be called before the files are sent: pods that are known by now are the old ones. */
  prepare(now: number): void {
    this.#since = now;
    this.#before = new Map([...this.#latest].map(([component, { pod }]) => [component, pod]));
  }

  /** The guide has restarted these. @returns whether all of them run already */
  begin(restarted: string[], now: number): boolean {
    this.#awaited = new Set(
      (Object.keys(files) as Component[]).filter((name) =>
        restarted.some((one) => one === name || one.endsWith(`-${name}`)),
      ),
    );
    for (const state of this.#latest.values()) this.#settle(state, now);
    return this.#awaited.size === 0;
  }

  /** @returns whether this was the last that a Run was waiting for */
  on(state: PodState, now: number): boolean {
    const known = this.#latest.get(state.component)?.pod;
    // A restart that was not asked for by Run: a step was reset, or kubectl did it.
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

  /** What a Run still waits for. */
  get awaited(): Component[] {
    return [...this.#awaited];
  }

  /** The newest pod, once it serves. */
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

  /** While the pod that failed is the old one, and a new one is on its way. */
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

  /** When nothing was run from this page yet. */
  #atRest(): Report {
    const dice = this.#latest.get('dice');
    if (dice?.phase === 'running') return { tone: 'good', text: `dice runs (pod ${dice.pod}).` };
    if (dice?.phase === 'starting') return { tone: 'busy', text: 'dice is starting…' };
    return { tone: 'quiet', text: dice ? 'dice has no pod.' : 'Asking after dice…' };
  }
}

/** A pod that runs again, and says what ended it before, is no better than one that has just failed. */
function isTrouble({ phase, message }: PodState): boolean {
  return phase === 'failed' || (phase === 'running' && message !== undefined);
}

/** Where a problem is; a line that its message names already is not said twice. */
function placeOf({ file, line, message }: Problem): string {
  return line === undefined || message.includes(`line ${line}`) ? file : `${file}, line ${line}`;
}
