// The thread that watches whether new code blocks the process. It sleeps as long as the main thread beats. If the beats
// stop, it pauses the main thread's JavaScript, finds the line where it is, and lets the main thread start the previous
// code. A thread can do so where nothing else can run: https://nodejs.org/api/inspector.html#sessionconnecttomainthread
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { BLOCKED, DONE } from './beat.ts';

interface Pause {
  readonly callFrames: readonly { readonly location: { readonly scriptId: string; readonly lineNumber: number } }[];
}

const { beats, patience } = workerData as { beats: Int32Array; patience: number };

/** Milliseconds of CPU time that a loop takes at least while the main thread does not beat. */
const BUSY = 1_000;
/** After this many times `patience`, the main thread waits for something that blocks it. */
const LONGEST = 4;

/** Milliseconds of CPU time of all threads. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Waits until the main thread is done, or has not beaten for `patience`. A process that has got no CPU time meanwhile
 * is slow, and not blocked, because the machine has too much to do.
 * @returns whether the main thread is blocked
 */
function isBlocked(): boolean {
  for (;;) {
    const [seen, before] = [Atomics.load(beats, 0), cpuTime()];
    if (seen === DONE) return false;
    for (let times = 1; Atomics.wait(beats, 0, seen, patience) === 'timed-out'; times += 1)
      if (cpuTime() - before > BUSY || times === LONGEST) return Atomics.load(beats, 0) === seen;
  }
}

/** Ids of the scripts that are the learner's code. */
const own = new Set<string>();

/** Returns the line of the learner's code at which the main thread is paused, or 0. */
function lineIn({ callFrames }: Pause): number {
  const frame = callFrames.find(({ location }) => own.has(location.scriptId));
  return frame ? frame.location.lineNumber + 1 : 0;
}

if (isBlocked()) {
  const session = new Session();
  session.connectToMainThread();
  session.on('Debugger.scriptParsed', ({ params }: { params: { scriptId: string; url: string } }) => {
    if (params.url.endsWith('/app.ts')) own.add(params.scriptId);
  });
  session.once('Debugger.paused', ({ params }: { params: Pause }) => {
    session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('${BLOCKED}')](${lineIn(params)})` });
  });
  // The session alone doesn't keep the thread.
  setInterval(() => undefined, 60_000);
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}
