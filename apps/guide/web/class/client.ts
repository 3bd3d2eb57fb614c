// Asks the portal for the state of the class, and tells it what the person does.
import type { ClassState } from '../../class-contract.ts';

/** Why there is no state. `gone`: the seat is no longer this person's. `silent`: the portal doesn't answer now. */
export type Failure = 'gone' | 'silent';

/** What a person reads when an action failed without a reason. */
const NO_ANSWER = 'The portal does not answer. Try again in a moment.';

export class ClassClient {
  readonly #base: URL;
  #text = '';
  #state: ClassState | undefined;
  #offset = 0;

  /** @param base URL of the paths of the class, with a slash at the end */
  constructor(base: URL) {
    this.#base = base;
  }

  /** The time now by the portal's clock, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /** Returns the state now. It is the same object as before if nothing has changed. */
  async state(): Promise<ClassState | Failure> {
    const answer = await this.#fetch('state', { headers: { accept: 'application/json' } });
    if (!answer) return 'silent';
    this.#readClock(answer);
    const text = await answer.text().catch(() => '');
    if (!answer.ok || answer.redirected) return isGone(answer) ? 'gone' : 'silent';
    if (text === this.#text && this.#state) return this.#state;
    const state = parsed(text);
    if (!state) return 'silent';
    this.#text = text;
    this.#state = state;
    return state;
  }

  /** Sends what the person does. @returns why it failed, as a sentence to show, or undefined */
  async send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<string | undefined> {
    const answer = await this.#fetch(path, {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (answer?.ok && !answer.redirected) return undefined;
    const { error } = ((await answer?.json().catch(() => undefined)) ?? {}) as { error?: unknown };
    return typeof error === 'string' ? sentence(error) : NO_ANSWER;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response | undefined> {
    return fetch(new URL(path, this.#base), { cache: 'no-store', ...init }).catch(() => undefined);
  }

  #readClock(answer: Response): void {
    const date = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#offset = date - Date.now();
  }
}

function parsed(text: string): ClassState | undefined {
  try {
    return JSON.parse(text) as ClassState;
  } catch {
    return undefined;
  }
}

/** The portal redirects a person who was moved to another seat, and refuses one whose seat was freed. */
const isGone = ({ redirected, status }: Response): boolean => redirected || [401, 403, 404].includes(status);

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
