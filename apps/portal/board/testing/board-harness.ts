// Starts a board on loopback with an API server in memory and a small guide for each seat, and logs in as a browser.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnsweredPoll } from '../../polls.ts';
import { FakeGuide, getPage, listen, newSecrets, sendForm } from '../../testing/portal-harness.ts';
import { createBoard } from '../board.ts';
import { EndedSessions } from '../ended-sessions.ts';
import { CSRF_HEADER } from '../contract.ts';
import type { Action, BoardState } from '../contract.ts';
import type { BoardOptions } from '../parts.ts';
import { newSession, BOARD_COOKIE, sessionIn } from '../session.ts';
import type { PollAnswer } from '../state.ts';
import { SESSIONS } from './board-api.ts';
import type { BoardApi } from './board-api.ts';

export const KEY = 'an-instructor-key-of-forty-three-characters';

/** What a browser of an instructor sends. */
export interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}

export class BoardHarness {
  readonly api: BoardApi;
  readonly guides = new Map<string, FakeGuide>();
  readonly answers: PollAnswer[] = [];
  /** The polls that the export finds. */
  readonly answered: AnsweredPoll[] = [];
  secrets = newSecrets();
  key = KEY;
  url = '';
  readonly ended;
  readonly #listeners: (() => void)[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'intro-otel-board-'));
  readonly #server;

  constructor(api: BoardApi, options: Partial<BoardOptions> = {}) {
    this.api = api;
    writeFileSync(join(this.#folder, 'guide.js'), 'export const own = true;\n');
    this.ended = new EndedSessions({ api: api.api, configMap: SESSIONS });
    api.onSessions((configMap) => this.ended.cache.upsert(configMap));
    this.#server = createBoard({
      ended: this.ended,
      api: api.api,
      classes: api.classes,
      secrets: () => this.secrets,
      key: () => this.key,
      polls: {
        results: () => this.answers,
        all: () => this.answered,
        onChange: (listener) => this.#listeners.push(listener),
      },
      findGuide: (seat) => Promise.resolve(this.#guideOf(seat)),
      portal: { port: 8080 },
      assets: { board: this.#folder, guide: this.#folder },
      instance: 'portal-0',
      streams: { most: 8, pace: 30, heartbeat: 100 },
      ...options,
    });
  }

  #guideOf(seat: string) {
    const guide = this.guides.get(seat);
    return guide && { host: '127.0.0.1', port: guide.port };
  }

  async start(...seats: readonly string[]): Promise<this> {
    for (const seat of seats) this.guides.set(seat, await new FakeGuide().start());
    this.url = `http://127.0.0.1:${await listen(this.#server)}`;
    return this;
  }

  async stop(): Promise<void> {
    this.guides.forEach((guide) => guide.close());
    rmSync(this.#folder, { recursive: true });
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  guide(seat: string): FakeGuide {
    const guide = this.guides.get(seat);
    if (!guide) throw new Error(`expected a guide of ${seat}, found none`);
    return guide;
  }

  /** Answers the open poll. */
  answer(answer: PollAnswer): void {
    this.answers.push(answer);
    this.#listeners.forEach((listener) => listener());
  }

  /** Returns what the browser of an instructor has, without the way through the login page. */
  as(name = 'Grace'): Browser {
    const secrets = { cookie: this.secrets.cookie, key: this.key };
    const value = newSession(name, secrets, Date.now());
    return { cookie: `${BOARD_COOKIE}=${value}`, csrf: sessionIn(value, secrets, Date.now())?.csrf ?? '' };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return getPage(this.url, path, headers);
  }

  /** Sends a form as the board's own page does. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return sendForm(this.url, path, { fields, headers });
  }

  /** Asks for an action as the board's own page does. */
  act(body: Action, { cookie, csrf } = this.as(), workshop = 'otel'): Promise<Response> {
    return this.send(`/board/${workshop}/actions`, body, { cookie, [CSRF_HEADER]: csrf });
  }

  /** Sends JSON from a page of the board, with these headers. */
  send(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: this.url, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Opens a stream. `next` resolves with the next event but a heartbeat, or undefined at the stream's end. */
  async stream(path: string, { cookie }: Pick<Browser, 'cookie'> = this.as()) {
    const leave = new AbortController();
    const answer = await fetch(this.url + path, { headers: { cookie }, signal: leave.signal });
    const events = eventsOf(answer);
    const next = async () => (await events.next()).value ?? undefined;
    return { status: answer.status, headers: answer.headers, next, leave: () => leave.abort() };
  }
}

export interface StreamEvent {
  readonly event: string;
  readonly data: Partial<BoardState> & { readonly reason?: string };
}

async function* eventsOf({ body }: Response): AsyncGenerator<StreamEvent, undefined, void> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (event !== undefined && event !== 'beat')
        yield { event, data: JSON.parse(data ?? '{}') as StreamEvent['data'] };
    }
  }
  return undefined;
}
