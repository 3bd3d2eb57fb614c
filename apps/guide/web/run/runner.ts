// Shows the state, the log and the errors of the learner's pods. The guide streams them to the page as Server-Sent
// Events.
import type { Component, LogLine, PodState, SeenStep, Shared, SharedVersion } from '../../contract.ts';
import { button, byId, fill } from '../dom.ts';
import { openStream } from '../shared-stream.ts';
import { LogView } from '../log/view.ts';
import { LogBuffer } from './log-buffer.ts';
import { RunWatch } from './watch.ts';
import type { Problem, Report } from './watch.ts';

const patience = 5_000; // ms

export class Runner {
  readonly #watch = new RunWatch();
  readonly #logs: Record<Component, { buffer: LogBuffer; pod: string }> = {
    dice: { buffer: new LogBuffer(), pod: '' },
    collector: { buffer: new LogBuffer(), pod: '' },
  };
  /** The box that shows the log of the chosen component. */
  readonly log = new LogView(() => this.#logs[this.#choice.value as Component].buffer.text());
  readonly #choice = byId<HTMLSelectElement>('log-of');
  readonly #status = byId('run-status');
  readonly #more = byId('run-more');
  #stopListening: (() => void) | undefined;
  #problems = '';
  readonly #versions = new Map<Shared, string>();

  /** Is called with all current problems whenever they change. */
  onProblems: (problems: Problem[]) => void = () => {};
  /** Is called when a Run is complete. */
  onUp: () => void = () => {};
  onGoTo: (problem: Problem) => void = () => {};
  /** Is called when somebody has changed what the page shows, in this tab, in another one or in a terminal. */
  onChange: (subject: Shared) => void = () => {};
  /** Is called with what the learner's own requests show of a step. */
  onSeen: (seen: SeenStep) => void = () => {};

  constructor() {
    this.#choice.addEventListener('change', () => this.log.change());
  }

  /**
   * Listens to the guide's events while the page is visible. A browser opens only a few connections to one site, and
   * all tabs share them.
   */
  start(): void {
    // A page that was opened in the background listens once somebody looks at it.
    if (document.visibilityState !== 'hidden') this.#listen();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#stopListening?.();
      else this.#listen();
    });
  }

  #listen(): void {
    this.#stopListening?.();
    const stop = openStream({
      url: 'api/run',
      worker: 'assets/stream-worker.js',
      on: {
        state: (data) => this.#onState(JSON.parse(data) as PodState),
        log: (data) => this.#onLog(JSON.parse(data) as LogLine),
        seen: (data) => this.onSeen(JSON.parse(data) as SeenStep),
        version: (data) => this.#onVersion(JSON.parse(data) as SharedVersion),
      },
      onOpen: () => {
        // The guide repeats the recent lines of each log.
        for (const log of Object.values(this.#logs)) log.pod = '';
        this.#report();
      },
      onError: (isRefused) => {
        if (!this.#watch.waiting) this.say({ tone: 'quiet', text: 'No connection to the guide. Trying again…' });
        // The browser reconnects by itself after a broken connection, but not after a refusal.
        if (isRefused) setTimeout(() => stop === this.#stopListening && this.#listen(), patience);
      },
    });
    this.#stopListening = stop;
  }

  /** The first version is the one that the page has just read. */
  #onVersion({ subject, version }: SharedVersion): void {
    const known = this.#versions.get(subject);
    this.#versions.set(subject, version);
    if (known !== undefined && known !== version) this.onChange(subject);
  }

  /** Returns the name of the component's newest pod if the pod is ready. */
  newest(component: Component): string | undefined {
    return this.#watch.podOf(component);
  }

  prepare(): void {
    this.#watch.prepare(performance.now());
    this.say(this.#watch.report());
  }

  begin(restarted: string[]): void {
    const up = this.#watch.begin(restarted, performance.now());
    const [component] = this.#watch.awaited;
    if (component) this.#showLogOf(component);
    if (restarted.length === 0) this.say({ tone: 'good', text: 'Nothing to run: the lab already had these files.' });
    else this.#report();
    if (up) this.onUp();
  }

  /** Ends a Run whose files were not saved. @param text why not, and what to do */
  cancel(text: string): void {
    this.#watch.cancel();
    this.say({ tone: 'bad', text });
  }

  /** Ends the Run, because the lab's files are no longer the ones that it has sent. */
  forget(): void {
    this.#watch.forget(performance.now());
    this.#report();
  }

  /** Shows the state of the pods again, in place of a message that no longer holds. */
  restate(): void {
    this.#report();
  }

  say({ tone, text }: Report): void {
    this.#status.dataset.tone = tone;
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #onState(state: PodState): void {
    const up = this.#watch.on(state, performance.now());
    if (state.phase !== 'gone') this.#beginLog(state);
    this.#report();
    if (up) this.onUp();
  }

  #report(): void {
    this.say(this.#watch.report());
    const problems = this.#watch.problems();
    const text = JSON.stringify(problems);
    if (text === this.#problems) return;
    this.#problems = text;
    this.#more.hidden = problems.length === 0;
    fill(
      this.#more,
      problems.map((problem) => this.#wayOn(problem)),
    );
    this.onProblems(problems);
  }

  /** Creates a button that moves the cursor to the file and line of a problem. */
  #wayOn(problem: Problem): HTMLElement {
    const label = problem.line === undefined ? `Open ${problem.file}` : `Go to ${problem.file}, line ${problem.line}`;
    return button(label, () => this.onGoTo(problem), { class: 'quiet' });
  }

  #onLog({ component, pod, line }: LogLine): void {
    this.#beginLog({ component, pod });
    this.#logs[component].buffer.add(line);
    if (component === this.#choice.value) this.log.draw();
  }

  /** Clears the log when a new pod appears, even before the pod prints anything. */
  #beginLog({ component, pod }: Pick<LogLine, 'component' | 'pod'>): void {
    const log = this.#logs[component];
    if (pod === log.pod) return;
    log.buffer.clear();
    log.buffer.add(`— pod ${pod} —`);
    log.pod = pod;
    if (component === this.#choice.value) this.log.draw();
  }

  #showLogOf(component: Component): void {
    this.#choice.value = component;
    this.log.change();
  }
}
