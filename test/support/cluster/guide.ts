// A client of a lab's guide. It connects through a forwarded port, as a learner does, so that paths and headers arrive
// unchanged.
import { connect } from 'node:net';
import type { PodState } from '../../../apps/guide/contract.ts';
import { say } from '../../../support/output.ts';
import { textOf } from './cluster.ts';
import { eventually, type Patience } from '../../../support/waiting.ts';
import { Forward } from './forward.ts';
import type { Lab } from './lab.ts';

/** The headers that the guide requires of every request that changes something. */
export const OWN_HEADERS = { 'x-intro-otel': '1', 'content-type': 'application/json' };

export class Guide {
  readonly origin: string;
  readonly #stop: () => void;

  static async open(lab: Lab): Promise<Guide> {
    const forward = new Forward(lab);
    await forward.open();
    return new Guide(forward.origin, () => forward.close());
  }

  private constructor(origin: string, stop: () => void) {
    this.origin = origin;
    this.#stop = stop;
  }

  close(): void {
    this.#stop();
  }

  /** Sends a request to the guide's API, as the page does. @throws Error if the status isn't 2xx */
  async ask<T>(path: string, body?: object, method = 'POST'): Promise<T> {
    const init = body && { method, headers: OWN_HEADERS, body: JSON.stringify(body) };
    return JSON.parse(await textOf(await fetch(`${this.origin}/api${path}`, init))) as T;
  }

  /** Saves dice's code and restarts dice, as the button Run does. */
  async run(source: string): Promise<void> {
    const { version } = await this.ask<{ version: string }>('/files');
    await this.ask('/files', { version, files: { 'app.ts': source } }, 'PUT');
  }

  /** Sends a request line and headers exactly as given. Other HTTP clients would normalize them. @returns the answer */
  raw(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(this.origin).port), '127.0.0.1', () =>
        socket.write(`${request}\r\nConnection: close\r\n\r\n`),
      );
      socket
        .on('data', (chunk) => {
          text += chunk.toString();
        })
        .on('close', () => resolve(text))
        .on('error', reject);
    });
  }
}

/** Receives the events of `GET /api/run` from now on. */
export class RunEvents {
  readonly states: PodState[] = [];
  /** The newest log lines of dice. */
  lines: string[] = [];
  bytes = 0;
  readonly #leave = new AbortController();

  static async listen(guide: Guide): Promise<RunEvents> {
    const events = new RunEvents();
    const { body } = await fetch(`${guide.origin}/api/run`, { signal: events.#leave.signal });
    void events.#read(body ?? new ReadableStream()).catch((error: unknown) => {
      if (!events.#leave.signal.aborted) say(`the event stream of GET /api/run broke off: ${String(error)}`);
    });
    return events;
  }

  close(): void {
    this.#leave.abort();
  }

  /** Remembers which pod and which events exist now. @returns a function that waits for a later event of another pod */
  mark(): (isSuch: (state: PodState) => boolean, patience?: Partial<Patience>) => Promise<PodState> {
    const from = this.states.length;
    const old = this.states.at(-1)?.pod;
    return (isSuch, patience = {}) =>
      eventually(
        () => {
          const states = this.states.slice(from).filter(({ pod }) => pod !== old);
          const match = states.find(isSuch);
          if (match !== undefined) return match;
          const lines = states.map(({ pod, phase, message = '' }) => `${pod} ${phase} ${message}`);
          throw new Error(`the guide's events so far:\n${lines.join('\n')}`);
        },
        { every: 100, ...patience },
      );
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = '';
    for await (const chunk of body) {
      this.bytes += chunk.length;
      const parts = (rest + Buffer.from(chunk).toString()).split('\n\n');
      rest = parts.pop() ?? '';
      parts.forEach((part) => this.#take(part));
    }
  }

  #take(text: string): void {
    const [, type, data = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(text) ?? [];
    if (type === undefined) return;
    const event = JSON.parse(data) as PodState & { line: string };
    if (event.component !== 'dice') return;
    if (type === 'state') this.states.push(event);
    else this.lines = [...this.lines.slice(-400), event.line];
  }
}
