// A synthetic attendee: joins a class at the portal, as a browser does, and asks the guide of the seat through it.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PORTAL } from '../../lab/names.ts';

/** Milliseconds between two looks at the page of a seat that is not ready yet. A browser looks as often. */
const LOOK_EVERY = 2000;
const ANSWER_WITHIN = 60_000;

export class Attendee {
  readonly #portal: string;
  #cookie = '';
  #seat = '';

  /** @param portal URL of the portal, without a path */
  constructor(portal: string) {
    this.#portal = portal;
  }

  /**
   * Takes a seat of the class. In a class with a list of attendees, `name` is one of them. Repeats the same claim while
   * no seat is free. @throws Error after `within` ms
   */
  async join(code: string, name: string, within: number): Promise<void> {
    const body = new URLSearchParams({ name, attendee: name, claim: randomBytes(18).toString('base64url') });
    const until = Date.now() + within;
    for (;;) {
      const answer = await this.#send(`${PORTAL.join}${code}`, { method: 'POST', body, redirect: 'manual' });
      this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie;
      if (answer.status === 303) return;
      if (Date.now() > until)
        throw new Error(`expected a seat within ${within / 1000} s, found the page “${titleOf(await answer.text())}”`);
      await sleep(LOOK_EVERY);
    }
  }

  /** Waits until the page of the seat has the link to the lab, and opens it. @throws Error after `within` ms */
  async open(within: number): Promise<void> {
    const until = Date.now() + within;
    for (;;) {
      const page = await (await this.#send('/seat')).text();
      this.#seat = /href="(\/s\/[^"/]+)\/"/.exec(page)?.[1] ?? '';
      if (this.#seat !== '') return void (await this.ask(''));
      if (Date.now() > until)
        throw new Error(`expected a lab within ${within / 1000} s, found the page “${titleOf(page)}”`);
      await sleep(LOOK_EVERY);
    }
  }

  /** Sends a request to the guide. @returns the answer as text @throws Error if the answer is no success */
  async ask(path: string, method = 'GET', body?: object): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const json = method === 'GET' ? {} : { body: JSON.stringify(body ?? {}), headers };
    const answer = await this.#send(`${this.#seat}/${path}`, { method, ...json });
    const text = await answer.text();
    if (answer.ok) return text;
    throw new Error(`expected an answer to ${method} ${path || '/'}, found ${answer.status}: ${text.slice(0, 200)}`);
  }

  /** Sends a request to the guide's API, and parses the answer. */
  async api<T>(path: string, method?: string, body?: object): Promise<T> {
    return JSON.parse(await this.ask(`api/${path}`, method, body)) as T;
  }

  #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, cookie: this.#cookie, origin: this.#portal, 'x-intro-otel': '1' };
    return fetch(`${this.#portal}${path}`, { ...init, headers, signal: AbortSignal.timeout(ANSWER_WITHIN) });
  }
}

const titleOf = (page: string): string => /<title>([^<]*)</.exec(page)?.[1] ?? page.slice(0, 100);
