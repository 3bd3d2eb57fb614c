// Starts a portal on loopback, with an API server in memory, and a small guide for each seat.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPortal } from '../portal.ts';
import type { PortalOptions } from '../parts.ts';
import { Polls } from '../polls.ts';
import type { Secrets } from '../secret-files.ts';
import { CODE } from './objects.ts';
import type { SeatApi } from './seat-api.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** The key with which guides check the portal's tokens in tests. */
export const PUBLIC_KEY: KeyObject = publicKey;

export const newSecrets = (): Secrets => ({ signing: privateKey, cookie: randomBytes(32), people: randomBytes(32) });

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A guide that records the requests that reach it. `answer` decides what it answers. */
export class FakeGuide {
  readonly received: { method: string; url: string; headers: IncomingHttpHeaders }[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    void response.end('the guide');
  readonly server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    this.received.push({ method, url, headers });
    this.answer(request, response);
  });
  port = 0;

  async start(): Promise<this> {
    this.port = await listen(this.server);
    return this;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Asks for a page, and follows no redirect. */
export const getPage = (origin: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(origin + path, { redirect: 'manual', headers: { accept: 'text/html', ...headers } });

interface SentForm {
  readonly fields: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** Sends a form as a page of the same origin does, and follows no redirect. */
export const sendForm = (origin: string, path: string, { fields, headers }: SentForm): Promise<Response> =>
  fetch(origin + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, accept: 'text/html', ...headers },
    body: new URLSearchParams(fields),
  });

/** A running portal, and a client for it that keeps no cookies. */
export class PortalHarness {
  readonly api: SeatApi;
  readonly guides = new Map<string, FakeGuide>();
  readonly classes;
  readonly polls: Polls;
  secrets = newSecrets();
  url = '';
  readonly #server: Server;

  constructor(api: SeatApi, options: Partial<PortalOptions> = {}) {
    this.api = api;
    this.classes = api.watch();
    this.polls = new Polls({ api, namespace: 'portal', prefix: 'room-poll', people: () => this.secrets.people });
    this.#server = createPortal({
      api,
      classes: this.classes,
      polls: this.polls,
      secrets: () => this.secrets,
      findGuide: (seat) => Promise.resolve(this.#guideOf(seat)),
      assets: import.meta.dirname,
      ...options,
    });
  }

  #guideOf(seat: string) {
    const guide = this.guides.get(seat);
    return guide && { host: '127.0.0.1', port: guide.port };
  }

  async start(...seats: readonly string[]): Promise<this> {
    for (const seat of seats) await this.addGuide(seat);
    this.url = `http://127.0.0.1:${await listen(this.#server)}`;
    return this;
  }

  /** Starts a guide of a seat on a port of its own. */
  async addGuide(seat: string): Promise<void> {
    this.guides.set(seat, await new FakeGuide().start());
  }

  async stop(): Promise<void> {
    this.guides.forEach((guide) => guide.close());
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  guide(seat: string): FakeGuide {
    const guide = this.guides.get(seat);
    if (!guide) throw new Error(`expected a guide of ${seat}, found none`);
    return guide;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return getPage(this.url, path, headers);
  }

  /** Sends a form as the portal's own page does. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return sendForm(this.url, path, { fields, headers });
  }

  /** Sends JSON as a page of a lab does. */
  send(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: { origin: this.url, accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** Joins the class as a browser does. @returns the cookie, the person's words and the answer to the form */
  async join(name = 'Ada', fields: Record<string, string> = {}): Promise<{ cookie: string; words: string }> {
    const claim = claimIn(await (await this.get(`/join/${CODE}`)).text());
    const answer = await this.post(`/join/${CODE}`, { claim, name, ...fields });
    const cookie = cookieIn(answer);
    const page = await (await this.get('/seat', { cookie })).text();
    return { cookie, words: /<p class="words">([^<]*)</.exec(page)?.[1] ?? '' };
  }
}

/** Returns the claim id in the form of a page. */
export const claimIn = (page: string): string => /name="claim" value="([^"]*)"/.exec(page)?.[1] ?? '';

/** Returns the cookie that an answer sets, as the browser sends it back. */
export const cookieIn = (answer: Response): string => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
