// The open shells of the terminal. The browser and the API server speak WebSocket with each other, and the guide passes
// their bytes on. So it needs no library, holds at most a few buffers for each shell, and reads nothing that is typed.
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecConnection } from '../../../../kubernetes/exec.ts';
import { TERMINAL } from '../../../../lab/names.ts';
import type { Kube } from '../kube.ts';
import { TerminalError } from './terminal-error.ts';
import type { TerminalPod } from './terminal-pod.ts';

/** Shells that a seat may have open at the same time. */
export const MAX_SHELLS = 2;

/**
 * Milliseconds after which a shell ends whose page has sent nothing. A page that is open sends something every 25 s,
 * until nobody has typed for ten minutes.
 */
const SILENCE_MS = 3 * 60_000;

/** Bytes that a shell may print in a second, and at once. More waits, and the program that prints waits with it. */
const RATE = { perSecond: 512 * 1024, burst: 1024 * 1024 };

const SHELL = ['sh', '-l'];

export interface ShellOptions {
  readonly kube: Kube;
  readonly pod: Pick<TerminalPod, 'ensure' | 'remove'>;
  /** Milliseconds without an open shell after which the pod is removed. */
  readonly idleMs: number;
  /** Is called when the pod could not be removed. */
  readonly onTrouble: (error: unknown) => void;
}

export class Shells {
  readonly #options: ShellOptions;
  #open = 0;
  #removal: NodeJS.Timeout | undefined;

  /** Removes the pod in time that an earlier guide may have left. */
  constructor(options: ShellOptions) {
    this.#options = options;
    this.#awaitIdle();
  }

  /** Starts the pod of the terminal, if it does not run. @throws TerminalError if there can be no further shell */
  async prepare(): Promise<void> {
    this.#refuseMore();
    clearTimeout(this.#removal);
    try {
      await this.#options.pod.ensure();
    } finally {
      this.#awaitIdle();
    }
  }

  /**
   * Opens a shell for a browser that asks for a WebSocket. Resolves when the shell has ended.
   * @param accept is called once there is a shell. It returns the browser's socket
   * @throws TerminalError or ApiError if there is none
   */
  async connect(request: IncomingMessage, accept: (shell: ExecConnection) => Duplex): Promise<void> {
    this.#refuseMore();
    this.#open += 1;
    clearTimeout(this.#removal);
    try {
      const shell = await this.#options.kube.exec({
        pod: TERMINAL.pod,
        container: TERMINAL.container,
        command: SHELL,
        key: keyOf(request),
      });
      await join(accept(shell), shell.socket);
    } finally {
      this.#open -= 1;
      this.#awaitIdle();
    }
  }

  #refuseMore(): void {
    if (this.#open < MAX_SHELLS) return;
    throw new TerminalError(
      `expected at most ${MAX_SHELLS} open terminals in a seat, found another. Close one of them first.`,
      409,
    );
  }

  #awaitIdle(): void {
    clearTimeout(this.#removal);
    if (this.#open > 0) return;
    const { pod, idleMs, onTrouble } = this.#options;
    this.#removal = setTimeout(() => void pod.remove().catch(onTrouble), idleMs).unref();
  }
}

/** Returns the key of a WebSocket. https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
function keyOf({ headers: { 'sec-websocket-key': key = '', 'sec-websocket-version': version } }: IncomingMessage) {
  if (/^[A-Za-z0-9+/]{22}==$/.test(key) && version === '13') return key;
  throw new TerminalError('expected a WebSocket of version 13 with a key, found another request', 400);
}

/** Passes bytes between a browser and a shell until one of them ends. */
async function join(browser: Duplex, shell: Duplex): Promise<void> {
  const end = (): void => void shell.destroy();
  let silence = setTimeout(end, SILENCE_MS);
  browser.on('data', () => {
    clearTimeout(silence);
    silence = setTimeout(end, SILENCE_MS);
  });
  try {
    await Promise.race([pipeline(browser, shell), pipeline(shell, paced, browser)]);
  } catch {
    // One side has broken off, as when a page is closed.
  } finally {
    clearTimeout(silence);
    browser.destroy();
    shell.destroy();
  }
}

/** Passes chunks on, not faster than RATE. */
async function* paced(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  let [credit, at] = [RATE.burst, Date.now()];
  for await (const chunk of chunks) {
    yield chunk;
    const now = Date.now();
    credit = Math.min(RATE.burst, credit + ((now - at) * RATE.perSecond) / 1000) - chunk.length;
    at = now;
    if (credit < 0) await sleep((-credit / RATE.perSecond) * 1000);
  }
}
