// Shows the progress of work that consists of steps. On a terminal, it keeps one line up to date with the elapsed and
// the expected time. In a CI log or a pipe, it prints a line when a step starts, when the step ends, and every 30
// seconds while the step runs.
import { coloured, duration } from './output.ts';

export interface StepOptions {
  /** The expected duration, in seconds. */
  readonly estimate?: number;
}

/** Shows the progress of steps. Steps may run at the same time, and a step may contain other steps. */
export interface Progress {
  /** Runs `work` as a step and shows how long it takes. Returns the result of `work`, or throws its error. */
  step<T>(title: string, work: (progress: Progress) => Promise<T>, options?: StepOptions): Promise<T>;
  /** Sets a text that says what this step is doing right now. The text is shown until another text replaces it. */
  detail(text: string): void;
  /** Prints a line that is not overwritten later. */
  note(text: string): void;
}

interface Step {
  title: string;
  depth: number;
  began: number;
  estimate: number | undefined;
  detail: string;
}

export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const LIVE_EVERY = 200;
const SIGN_OF_LIFE_EVERY = 30_000;

/** Creates a Progress that prints to `stream`. `now` returns the current time in milliseconds. */
export function createProgress(
  stream: ProgressOutput = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  const screen = stream.isTTY === true ? new LiveScreen(stream, now) : new PlainScreen(stream, now);
  return progressAt(screen, now, undefined);
}

/** Creates a Progress that prints nothing, for tests and for commands whose output a program reads. */
export function silentProgress(): Progress {
  return createProgress({ write: () => true });
}

function progressAt(screen: Screen, now: () => number, parent: Step | undefined): Progress {
  const depth = parent === undefined ? 0 : parent.depth + 1;
  return {
    async step(title, work, options = {}) {
      const step: Step = { title, depth, began: now(), estimate: options.estimate, detail: '' };
      screen.begin(step);
      try {
        const value = await work(progressAt(screen, now, step));
        screen.end(step, true);
        return value;
      } catch (error) {
        screen.end(step, false);
        throw error;
      }
    },
    detail(text) {
      if (parent !== undefined) parent.detail = text;
    },
    note: (text) => screen.note('  '.repeat(depth) + text),
  };
}

/**
 * The base class of the outputs for a terminal and for a log. It has the list of running steps. Its timer runs while
 * there are running steps.
 */
abstract class Screen {
  protected readonly running: Step[] = [];
  protected readonly stream: ProgressOutput;
  protected readonly now: () => number;
  readonly #every: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: ProgressOutput, now: () => number, every: number) {
    this.stream = stream;
    this.now = now;
    this.#every = every;
  }

  begin(step: Step): void {
    this.running.push(step);
    this.#timer ??= setInterval(() => this.tick(), this.#every).unref();
  }

  end(step: Step, ok: boolean): void {
    this.running.splice(this.running.indexOf(step), 1);
    if (this.running.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.note(`${'  '.repeat(step.depth)}${mark(ok)} ${step.title}  ${dim(duration(this.now() - step.began))}`);
  }

  abstract note(text: string): void;
  protected abstract tick(): void;
}

class PlainScreen extends Screen {
  constructor(stream: ProgressOutput, now: () => number) {
    super(stream, now, SIGN_OF_LIFE_EVERY);
  }

  override begin(step: Step): void {
    super.begin(step);
    const estimate = step.estimate === undefined ? '' : ` (about ${duration(step.estimate * 1000)})`;
    this.note(`${'  '.repeat(step.depth)}… ${step.title}${estimate}`);
  }

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }

  protected tick(): void {
    this.note(liveText(this.running, this.now()));
  }
}

class LiveScreen extends Screen {
  #frame = 0;

  constructor(stream: ProgressOutput, now: () => number) {
    super(stream, now, LIVE_EVERY);
  }

  override begin(step: Step): void {
    super.begin(step);
    this.tick();
  }

  note(text: string): void {
    this.stream.write(`\r\x1b[K${text}\n`);
    if (this.running.length > 0) this.tick();
  }

  protected tick(): void {
    const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[this.#frame++ % 10] ?? '';
    const text = `${spinner} ${liveText(this.running, this.now())}`;
    this.stream.write(`\r\x1b[K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }
}

/**
 * Returns the innermost running steps as one line of text, in the order in which they began: `kubelet 1 min 40 s of
 * about 3 min 00 s · etcd 12.0 s`.
 */
export function liveText(
  running: readonly Pick<Step, 'title' | 'depth' | 'began' | 'estimate' | 'detail'>[],
  now: number,
): string {
  const deepest = Math.max(...running.map((step) => step.depth));
  return running
    .filter((step) => step.depth === deepest)
    .map((step) => {
      const estimate = step.estimate === undefined ? '' : ` of about ${duration(step.estimate * 1000)}`;
      const detail = step.detail === '' ? '' : `: ${step.detail}`;
      return `${step.title} ${duration(now - step.began)}${estimate}${detail}`;
    })
    .join(' · ');
}

function mark(ok: boolean): string {
  return ok ? coloured('green', '✓', process.stderr) : coloured('red', '✗', process.stderr);
}

function dim(text: string): string {
  return coloured('dim', text, process.stderr);
}
