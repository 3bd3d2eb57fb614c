// Serves the board's pages with prepared states, for tests of the pages in a browser and to look at them:
// `node apps/portal/web/testing/board-server.ts ASSETS PORT`.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Action, BoardState, ScreenState } from '../../board/contract.ts';
import { pageHeaders } from '../../../guide/server/pages/document.ts';
import { boardPage } from '../../board/pages/board.ts';
import { classListPage } from '../../board/pages/class-list.ts';
import { loginPage } from '../../board/pages/login.ts';
import { messagePage } from '../../board/pages/message.ts';
import { privacyPage } from '../../board/pages/privacy.ts';
import { screenPage } from '../../board/pages/screen.ts';
import { aBoard, aScreen } from './states.ts';

export const WHO = { name: 'Sam', csrf: 'the-token' };

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

/** What the server answers to an action: 204, a link, or a problem. */
export type ActionAnswer = { readonly status: number; readonly body?: object };

export class BoardServer {
  state: BoardState = aBoard();
  screen: ScreenState = aScreen();
  /** The actions that pages have asked for, with their token. */
  readonly actions: { readonly action: Action; readonly csrf: unknown }[] = [];
  answer: (action: Action) => ActionAnswer = () => ({ status: 204 });
  /** Whether the server takes streams. */
  isReachable = true;
  isLoggedIn = true;
  /** How many streams pages have opened so far. */
  opened = 0;
  readonly #assets: string;
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;

  constructor(assets: string) {
    this.#assets = assets;
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.size;
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Sends a new state to all boards. */
  show(state: BoardState): void {
    this.state = state;
    this.send('state', state);
  }

  send(event: string, data: unknown): void {
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Ends all streams, as a network that fails does. */
  cut(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '', 'http://board').pathname;
    if (path.startsWith('/assets/')) return this.#asset(path, response);
    if (path.endsWith('/events')) return this.#stream(path.endsWith('/screen/events'), response);
    if (path.endsWith('/actions')) return void this.#act(request, response);
    if (!this.isLoggedIn && path !== '/login') return void response.writeHead(303, { location: '/login' }).end();
    response.writeHead(200, pageHeaders()).end(this.#page(path));
  }

  #page(path: string): string {
    const { workshop } = this.state;
    const pages: Readonly<Record<string, () => string>> = {
      '/login': () => loginPage({ problem: 'Expected the instructor key, found another text.' }),
      '/board': () => classListPage([workshop, { ...workshop, name: 'otel-102', state: 'NotStarted' }], WHO),
      [`/board/${workshop.name}`]: () => boardPage(this.state, WHO),
      [`/board/${workshop.name}/screen`]: () => screenPage(workshop.name, this.screen),
      [`/board/${workshop.name}/privacy`]: () => privacyPage({ ...workshop, afterExpiry: 'Stop' }, WHO),
    };
    const page = pages[path];
    return page ? page() : messagePage({ title: 'A lab', text: path, status: 404 });
  }

  #asset(path: string, response: ServerResponse): void {
    const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain';
    response
      .writeHead(200, { 'content-type': type })
      .end(readFileSync(join(this.#assets, path.replace('/assets/', ''))));
  }

  #stream(isScreen: boolean, response: ServerResponse): void {
    if (!this.isLoggedIn) return void response.writeHead(401).end();
    if (!this.isReachable) return void response.destroy();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 200\n\nevent: state\ndata: ${JSON.stringify(isScreen ? this.screen : this.state)}\n\n`);
    this.opened++;
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  async #act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = JSON.parse(Buffer.concat(chunks).toString()) as Action;
    this.actions.push({ action, csrf: request.headers['x-intro-otel-csrf'] });
    const { status, body } = this.answer(action);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body));
  }
}

if (import.meta.main) {
  const [assets = '.', port = '24510'] = process.argv.slice(2);
  await new BoardServer(assets).start(Number(port));
}
