// Watches whether new code starts: it must not throw, exit or block, and must listen in time. The learner's own process
// is watched from within, because a second process would need as much memory as dice itself.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BLOCKED, DONE } from './beat.ts';

const BEAT = 250;
/** Milliseconds that code which does not listen has been idle at least. On a busy machine it may still be loading. */
const IDLE = 1_000;
/** Milliseconds after the trial, when code that does not listen has failed in any case. */
const LONGEST = 9_000;

/** How a trial ends. */
export interface TrialEvents {
  /** Whether the code listens where it should. */
  readonly isReady: () => boolean;
  /** Is called once, as soon as the code listens. */
  readonly onReady: () => void;
  /** Is called if the code has listened, and has not failed to the end. */
  readonly onPassed: () => void;
  readonly onError: (error: unknown) => void;
  /** @param line the line of the code that runs, or 0 */
  readonly onBlocked: (line: number) => void;
  readonly onSilent: () => void;
}

const LISTENS = 'tracing:net.server.listen:asyncEnd';

export class Trial {
  readonly #events: TrialEvents;
  /** Milliseconds in which the code must listen, for which it is watched, and for which it may block. */
  readonly #length: number;
  readonly #beats = new Int32Array(new SharedArrayBuffer(4));
  #isReady = false;
  /** Beats until the end. Beats come late on a machine that has too much to do, which gives code more time. */
  #left = Infinity;
  #loaded = performance.eventLoopUtilization();
  #timer: NodeJS.Timeout;

  constructor(length: number, events: TrialEvents) {
    this.#length = length;
    this.#events = events;
    Object.assign(globalThis, { [Symbol.for(BLOCKED)]: (line: number) => events.onBlocked(line) });
    startWatchdog(this.#beats, length);
    this.#timer = setInterval(() => this.#beat(), BEAT);
    process.on('uncaughtException', events.onError);
    subscribe(LISTENS, this.#onListening);
  }

  /** Starts the time in which the code must listen. Call it just before the code is loaded. */
  load(): void {
    this.#left = this.#length / BEAT;
    this.#loaded = performance.eventLoopUtilization();
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer);
    process.off('uncaughtException', this.#events.onError);
    unsubscribe(LISTENS, this.#onListening);
    Atomics.store(this.#beats, 0, DONE);
    Atomics.notify(this.#beats, 0);
  }

  /** Whether the code listens is known once the callbacks of `listen` have run. */
  readonly #onListening = (): void => void setImmediate(() => this.#look());

  #look(): void {
    if (this.#isReady || !this.#events.isReady()) return;
    this.#isReady = true;
    this.#events.onReady();
  }

  #mayStillLoad(): boolean {
    const { idle } = performance.eventLoopUtilization(this.#loaded);
    return idle < IDLE && this.#left > -LONGEST / BEAT;
  }

  #beat(): void {
    Atomics.add(this.#beats, 0, 1);
    Atomics.notify(this.#beats, 0);
    this.#look();
    this.#left -= 1;
    if (this.#left > 0 || (!this.#isReady && this.#mayStillLoad())) return;
    this.stop();
    if (this.#isReady) this.#events.onPassed();
    else this.#events.onSilent();
  }
}

/** The thread has no preloads, no environment, and little memory. */
function startWatchdog(beats: Int32Array, patience: number): void {
  const worker = new Worker(join(import.meta.dirname, 'watchdog.js'), {
    workerData: { beats, patience },
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
  });
  // Without the watchdog, the kubelet's liveness probe ends a loop after a minute.
  worker.on('error', () => undefined);
  worker.unref();
}
