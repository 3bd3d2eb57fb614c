// Derives the progress of a Run from the states of the pods: "saved", "the new pod runs", or the reason why the new pod
// does not run.
import type { Component, FileName, PodState } from '../../contract.ts';

export type Tone = 'busy' | 'good' | 'bad' | 'quiet';

export interface Report {
  tone: Tone;
  text: string;
}

/** An error, with the file and line where it occurred. */
export interface Problem {
  file: FileName;
  line?: number;
  message: string;
}

const files: Record<Component, FileName> = { dice: 'app.ts', collector: 'collector.yaml' };

/** Milliseconds after which a state is from before a change of the files that the page learns of now. */
const KNOWN_FOR = 3_000;

export class RunWatch {
  readonly #latest = new Map<Component, PodState>();
  /** When each state has arrived. */
  readonly #arrived = new WeakMap<PodState, number>();
  #before = new Map<Component, string>();
  #awaited = new Set<Component>();
  /** The components that the last Run has restarted. */
  #ofRun: ReadonlySet<Component> = new Set();
  /** Whether the page has sent files, and the guide has not answered yet. */
  #saving = false;
  #since = 0;
  #took = 0;
  /** The states from before somebody changed the lab's files. A problem of theirs may be solved already. */
  #outdated: ReadonlySet<PodState> = new Set();

  /** Records which pods exist before a Run. Call it before you send the files. */
  prepare(now: number): void {
    this.#since = now;
    this.#saving = true;
    this.#before = new Map([...this.#latest].map(([component, { pod }]) => [component, pod]));
  }

  /**
   * Records which Deployments the guide has restarted for the Run.
   * @returns whether the new pods of all these Deployments are already ready
   */
  begin(restarted: string[], now: number): boolean {
    this.#awaited = new Set(
      (Object.keys(files) as Component[]).filter((name) =>
        restarted.some((one) => one === name || one.endsWith(`-${name}`)),
      ),
    );
    this.#ofRun = new Set(this.#awaited);
    this.#saving = false;
    for (const state of this.#latest.values()) this.#settle(state, now);
    return this.#awaited.size === 0;
  }

  /** Ends a Run whose files were not saved. */
  cancel(): void {
    this.#saving = false;
  }

  /** Records a new state of a pod. @returns whether this state completes the Run */
  on(state: PodState, now: number): boolean {
    const known = this.#latest.get(state.component)?.pod;
    // Not a Run: a step was reset, or kubectl restarted the pod. A new pod of a component that the Run did not restart
    // changes nothing about the Run: the start of a step may have restarted the Collector just before it.
    if (!this.waiting && known !== state.pod && this.#isOfRun(state.component)) this.#took = 0;
    this.#latest.set(state.component, state);
    this.#arrived.set(state, now);
    return this.#settle(state, now);
  }

  /**
   * Ends the Run: something else has replaced the files in the lab, such as a reset, another tab or kubectl. A state
   * that has just arrived may be that of the new files, whose change the page learns of a moment later.
   */
  forget(now: number): void {
    this.#awaited.clear();
    this.#took = 0;
    const isOld = (state: PodState): boolean => now - (this.#arrived.get(state) ?? 0) > KNOWN_FOR;
    this.#outdated = new Set([...this.#latest.values()].filter(isOld));
  }

  #settle(state: PodState, now: number): boolean {
    if (state.phase !== 'running' || this.#isOld(state) || !this.#awaited.delete(state.component)) return false;
    this.#took = now - this.#since;
    return this.#awaited.size === 0;
  }

  /** Dice always counts, because the status at rest is about it. */
  #isOfRun(component: Component): boolean {
    return component === 'dice' || this.#ofRun.has(component);
  }

  #isOld({ component, pod }: PodState): boolean {
    return this.#before.get(component) === pod;
  }

  get waiting(): boolean {
    return this.#awaited.size > 0;
  }

  /** Returns the components whose new pods the Run still waits for. */
  get awaited(): Component[] {
    return [...this.#awaited];
  }

  /** Returns the name of the component's newest pod if the pod is ready. */
  podOf(component: Component): string | undefined {
    const state = this.#latest.get(component);
    return state?.phase === 'running' ? state.pod : undefined;
  }

  problems(): Problem[] {
    return [...this.#latest.values()]
      .filter((state) => isTrouble(state) && !this.#outdated.has(state) && !this.#waitsForAnother(state.component))
      .map((state) => ({
        file: state.file ?? files[state.component],
        message: state.message ?? `${state.component} has failed; its log says more.`,
        ...(state.line === undefined ? {} : { line: state.line }),
      }));
  }

  /**
   * Returns whether the newest known pod of the component is older than the Run, and the Run still waits for a new pod.
   */
  #waitsForAnother(component: Component): boolean {
    const state = this.#latest.get(component);
    return this.#awaited.has(component) && state !== undefined && this.#isOld(state);
  }

  report(): Report {
    if (this.#saving) return { tone: 'busy', text: 'Saving…' };
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

  /** Returns the status text when no Run is in progress and none has just completed. */
  #atRest(): Report {
    const dice = this.#latest.get('dice');
    if (dice?.phase === 'running') return { tone: 'good', text: `dice runs (pod ${dice.pod}).` };
    if (dice?.phase === 'starting') return { tone: 'busy', text: 'dice is starting…' };
    if (dice?.phase === 'failed') return { tone: 'busy', text: 'The files in the lab have changed. Waiting for dice…' };
    return { tone: 'quiet', text: dice ? 'dice has no pod.' : 'Waiting for news of dice…' };
  }
}

/** Returns whether a pod has failed. A pod that is ready again after a crash counts as failed too. */
function isTrouble({ phase, message }: PodState): boolean {
  return phase === 'failed' || (phase === 'running' && message !== undefined);
}

/** Returns the file and line of a problem. It omits the line if the message already names it. */
function placeOf({ file, line, message }: Problem): string {
  return line === undefined || message.includes(`line ${line}`) ? file : `${file}, line ${line}`;
}
