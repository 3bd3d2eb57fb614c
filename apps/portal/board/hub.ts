// Sends the state of one class to all pages that show it, as server-sent events. The state is computed once for all.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from 'node:http';
import type { StreamEnd } from './contract.ts';

export interface HubOptions {
  /** Returns the state. Undefined if the class is gone. */
  readonly state: () => { readonly at: string } | undefined;
  /** Called when the last page has left. */
  readonly onEmpty: () => void;
  /** Least milliseconds from one event to the next. */
  readonly pace?: number;
  /** Milliseconds from one heartbeat to the next. */
  readonly heartbeat?: number;
}

export interface Viewer {
  readonly response: ServerResponse;
  /** Whether the session of the page is still valid. */
  readonly isValid: () => boolean;
}

/** Bytes that may wait for a slow page, before the page is left to connect again. */
const MOST_WAITING = 4 * 1024 * 1024;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
  // nginx would otherwise keep events back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
  'x-accel-buffering': 'no',
} as const;

const eventOf = (name: 'state' | 'beat' | 'end', data: string): string => `event: ${name}\ndata: ${data}\n\n`;

export class Hub {
  readonly #options: HubOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #heartbeat: NodeJS.Timeout;
  #pending: NodeJS.Timeout | undefined;
  #sentAt = -Infinity;
  /** The last state without `at`, as JSON. The same state is not sent twice. */
  #last = '';

  constructor(options: HubOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeat ?? 15_000).unref();
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** Adds a page, and sends it the state that there is now. */
  add(viewer: Viewer): void {
    const { response } = viewer;
    response.writeHead(200, STREAM_HEADERS);
    this.#viewers.add(viewer);
    response.once('close', () => this.#remove(viewer));
    // A write to a connection that has just broken is no problem of ours.
    response.on('error', () => response.destroy());
    // The next event goes to all, because this page may have seen another state than the others.
    this.#last = '';
    const state = this.#options.state();
    if (state) response.write(eventOf('state', JSON.stringify(state)));
    else this.end('class');
  }

  /** Says that something may have changed. Many changes in a row make one event. */
  changed(): void {
    const { pace = 500 } = this.#options;
    this.#pending ??= setTimeout(() => this.#send(), Math.max(0, this.#sentAt + pace - performance.now()));
  }

  /** Ends all streams, and tells the pages why. */
  end(reason: StreamEnd['reason']): void {
    for (const viewer of [...this.#viewers]) this.#endStream(viewer, reason);
    this.#close();
  }

  /** Ends the streams of pages whose session has ended. */
  endInvalid(): void {
    for (const viewer of [...this.#viewers]) if (!viewer.isValid()) this.#endStream(viewer, 'session');
  }

  #endStream(viewer: Viewer, reason: StreamEnd['reason']): void {
    this.#viewers.delete(viewer);
    viewer.response.end(eventOf('end', JSON.stringify({ reason })));
  }

  #send(): void {
    this.#pending = undefined;
    this.#sentAt = performance.now();
    const state = this.#options.state();
    if (!state) return this.end('class');
    const { at, ...rest } = state;
    const text = JSON.stringify(rest);
    if (text === this.#last) return;
    this.#last = text;
    const event = eventOf('state', `{"at":${JSON.stringify(at)},${text.slice(1)}`);
    for (const { response } of [...this.#viewers]) {
      response.write(event);
      if (response.writableLength > MOST_WAITING) response.destroy();
    }
  }

  /**
   * Sends a sign of life, as an event, because a page can't see comments. Some of the state depends on the time only,
   * so each heartbeat looks for a change, too.
   */
  #beat(): void {
    this.endInvalid();
    const beat = eventOf('beat', JSON.stringify({ at: new Date().toISOString() }));
    for (const { response } of [...this.#viewers]) response.write(beat);
    this.changed();
  }

  #remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.#close();
  }

  #close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#options.onEmpty();
  }
}
