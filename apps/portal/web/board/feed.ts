// Follows the server's events. The stream is closed while the page is hidden, because a browser has few connections.
import type { StreamEnd } from '../../board/contract.ts';
import { openStream } from '../../../guide/web/shared-stream.ts';

export type Connection =
  | { readonly state: 'live' }
  | { readonly state: 'connecting' }
  /** The page has no news since then: the browser's time in milliseconds since 1970. */
  | { readonly state: 'lost'; readonly since: number }
  | { readonly state: 'ended'; readonly reason: StreamEnd['reason'] };

export interface FeedOptions<State> {
  readonly url: string;
  readonly onState: (state: State) => void;
  readonly onConnection: (connection: Connection) => void;
  /** Whether the instructor is no longer logged in. The feed asks after the server has refused a stream. */
  readonly isLoggedOut: () => Promise<boolean>;
}

/** Milliseconds without an event after which the stream counts as lost. The server sends one every 15 s. */
const SILENCE = 40_000;
/** Milliseconds before a stream that the server has refused is opened again. */
const PAUSE = 3_000;

export class Feed<State> {
  readonly #options: FeedOptions<State>;
  #stop: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = Date.now();
  #hasEnded = false;

  constructor(options: FeedOptions<State>) {
    this.#options = options;
    document.addEventListener('visibilitychange', () => this.#look());
    window.addEventListener('pagehide', () => this.#close());
    window.addEventListener('pageshow', () => this.#look());
    // The server ends the stream of a session that has ended. The answer is another page, so nobody has to ask why.
    for (const form of document.querySelectorAll('form.logout')) form.addEventListener('submit', () => this.#close());
  }

  start(): void {
    this.#look();
  }

  #look(): void {
    if (this.#hasEnded) return;
    if (document.visibilityState === 'hidden') this.#close();
    else if (!this.#stop) this.#begin();
  }

  #begin(): void {
    this.#options.onConnection({ state: 'connecting' });
    this.#open();
  }

  #open(): void {
    this.#close();
    const stop = openStream({
      url: this.#options.url,
      worker: '/assets/stream-worker.js',
      on: {
        state: (data) => {
          this.#hear();
          this.#options.onState(JSON.parse(data) as State);
        },
        beat: () => this.#hear(),
        end: (data) => {
          const { reason } = JSON.parse(data) as StreamEnd;
          if (reason === 'class') this.#end(reason);
          else void this.#refused(stop);
        },
      },
      onError: (isRefused) => {
        this.#lose();
        if (isRefused) void this.#refused(stop);
      },
    });
    this.#stop = stop;
    this.#watch();
  }

  #hear(): void {
    this.#last = Date.now();
    this.#options.onConnection({ state: 'live' });
    this.#watch();
  }

  /** Opens the stream again when it has been silent for too long: the network may be gone without a word. */
  #watch(): void {
    this.#after(SILENCE, () => {
      this.#open();
      this.#lose();
    });
  }

  /** Opens the stream again later, unless the instructor is logged out. A server that restarts ends streams, too. */
  async #refused(stop: () => void): Promise<void> {
    stop();
    const isLoggedOut = await this.#options.isLoggedOut();
    if (stop !== this.#stop) return;
    if (isLoggedOut) this.#end('session');
    else this.#after(PAUSE, () => this.#open());
  }

  #lose(): void {
    this.#options.onConnection({ state: 'lost', since: this.#last });
  }

  #end(reason: StreamEnd['reason']): void {
    this.#hasEnded = true;
    this.#close();
    this.#options.onConnection({ state: 'ended', reason });
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#stop?.();
    this.#stop = undefined;
  }

  #after(milliseconds: number, work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, milliseconds);
  }
}

/** Whether the server would send this page to the login. */
export async function isLoggedOut(): Promise<boolean> {
  try {
    const { type, status } = await fetch(location.href, { redirect: 'manual', cache: 'no-store' });
    return type === 'opaqueredirect' || status === 401;
  } catch {
    return false;
  }
}
