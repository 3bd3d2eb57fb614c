// Asks the worker that has TypeScript's language service. Without the worker, every answer is undefined, and the editor
// is as it would be without it.
import type { Assistant } from '../assistant.ts';
import type { Question, Reply, Requests, Verb } from './messages.ts';

/** Milliseconds for an answer. The first includes loading and compiling some megabytes. */
const PATIENCE = 30_000;

type Settle = (answer: unknown) => void;

/** The part of a Worker that the client uses. */
export interface Port {
  postMessage(question: Question): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export class LanguageClient implements Assistant {
  readonly opens = /[\w$.'"/@]$/;
  readonly keeps = /^[\w$]*$/;
  readonly #waiting = new Map<number, Settle>();
  #port: Port | undefined;
  #last = 0;

  constructor(port: Port) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#settle(data.id, 'answer' in data ? data.answer : undefined);
    port.onerror = (event) => {
      // The page works without it, so the console stays clean.
      event.preventDefault();
      this.#stop();
    };
  }

  check(text: string) {
    return this.#ask('check', { text });
  }

  suggest(text: string, at: number) {
    return this.#ask('suggest', { text, at });
  }

  describe(text: string, at: number, label: string) {
    return this.#ask('describe', { text, at, label });
  }

  explain(text: string, at: number) {
    return this.#ask('explain', { text, at });
  }

  #ask<V extends Verb>(verb: V, ask: Requests[V]['ask']): Promise<Requests[V]['answer'] | undefined> {
    const port = this.#port;
    if (!port) return Promise.resolve(undefined);
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stop(), PATIENCE);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer as Requests[V]['answer'] | undefined);
      });
      port.postMessage({ id, verb, ask });
    });
  }

  #settle(id: number, answer: unknown): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  /** Ends a worker that failed, or that a text keeps busy for too long. */
  #stop(): void {
    this.#port?.terminate();
    this.#port = undefined;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, undefined);
  }
}
