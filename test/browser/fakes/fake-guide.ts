// A guide for browser tests. It serves the real pages over real HTTP, with a fake lab in memory behind them.
// `node test/browser/fakes/fake-guide.ts ASSETS [PORT]` starts it by hand. ASSETS is the folder that web/build.ts
// writes.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { extname, join, normalize } from 'node:path';
import { print } from '../../../support/output.ts';
import { storedAs } from '../../../apps/guide/server/assets.ts';
import { coursePage } from '../../../apps/guide/server/pages/course.ts';
import type { Viewer } from '../../../apps/guide/server/pages/layout.ts';
import { explorePage } from '../../../apps/guide/server/pages/explore.ts';
import { learntText } from '../../../apps/guide/server/learnt-text.ts';
import { labPage } from '../../../apps/guide/server/pages/lab.ts';
import { learntPage } from '../../../apps/guide/server/pages/learnt.ts';
import { missingTracePage, tracePage } from '../../../apps/guide/server/pages/trace.ts';
import { tracesPage } from '../../../apps/guide/server/pages/traces.ts';
import { whyPage } from '../../../apps/guide/server/pages/why.ts';
import { assetHeaders } from '../../../apps/guide/server/sandbox.ts';
import { ExecPeer } from '../../../apps/testing/exec-peer.ts';
import { solution } from './fake-course.ts';
import { asTrace, FakeLab } from './fake-lab.ts';
import { qualityOf } from './fake-quality.ts';
import { FakeTelemetry } from './fake-telemetry.ts';
import type { Answer } from './fake-telemetry.ts';
import { FakeTraces } from './fake-traces.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

type Route = (lab: FakeLab, body: Record<string, unknown>, match: string[]) => Answer | Promise<Answer>;

const ok = (body: unknown): Answer => ({ body });
const missing = (what: string): Answer => ({ status: 404, body: { error: `expected ${what}, found none` } });

const libraries = [
  {
    name: '@opentelemetry/instrumentation-express',
    version: '0.72.0',
    description: 'middleware and routes of Express',
    for: 'express',
  },
  {
    name: '@opentelemetry/instrumentation-http',
    version: '0.300.0',
    description: 'requests that come in and go out',
    for: 'http',
  },
];

const routes: [string, RegExp, Route][] = [
  ['GET', /^\/api\/course$/, (lab) => ok(lab.course())],
  ['POST', /^\/api\/course\/reset$/, (lab) => ok(lab.resetAll())],
  [
    'GET',
    /^\/api\/course\/([\w-]+)$/,
    (lab, _body, [id = '']) => (lab.step(id) ? ok(lab.step(id)) : missing(`step ${id}`)),
  ],
  [
    'POST',
    /^\/api\/course\/([\w-]+)\/(start|skip|reset)$/,
    (lab, _body, [id = '', verb = '']) => ok(lab.begin(id, verb)),
  ],
  ['POST', /^\/api\/course\/([\w-]+)\/hints$/, (lab, { seen }, [id = '']) => ok(lab.sawHints(id, Number(seen)))],
  ['POST', /^\/api\/course\/[\w-]+\/solution$/, () => ok(solution)],
  ['GET', /^\/api\/files\/kept$/, (lab) => ok({ kept: lab.kept })],
  [
    'POST',
    /^\/api\/course\/([\w-]+)\/check$/,
    (lab, { answers, version }, [id = '']) =>
      ok(lab.check(id, answers as Record<string, string>, version as string | undefined)),
  ],
  ['GET', /^\/api\/files$/, (lab) => ok(lab.versioned())],
  ['PUT', /^\/api\/files$/, (lab, body) => lab.save(body as unknown as Parameters<FakeLab['save']>[0])],
  [
    'POST',
    /^\/api\/rounds$/,
    (lab) => ok({ roll: 4, prize: { name: 'a plush bear' }, version: '1.4.0', trace: lab.newTrace('round') }),
  ],
  [
    'POST',
    /^\/api\/visit$/,
    (lab, { path }) =>
      ok({ status: 200, body: 'Thank you for the visit! You are number 12.', trace: lab.newTrace(String(path)) }),
  ],
  ['GET', /^\/api\/load$/, (lab) => ok({ perMinute: lab.perMinute })],
  ['PUT', /^\/api\/load$/, (lab, { perMinute }) => lab.setLoad(Number(perMinute))],
  [
    'GET',
    /^\/api\/traces\/([0-9a-f]+)$/,
    (lab, _body, [id = '']) => (lab.trace(id) ? ok(lab.trace(id)) : { status: 204, body: undefined }),
  ],
  ['POST', /^\/api\/terminal$/, ({ terminalProblem }) => startTerminal(terminalProblem)],
  ['GET', /^\/api\/faults$/, (lab) => ok({ faults: lab.faults })],
  ['PUT', /^\/api\/faults$/, (lab, { name, on }) => ok({ faults: lab.setFault(String(name), on === true) })],
  ['GET', /^\/api\/instrumentations$/, () => ok({ instrumentations: libraries })],
  ['GET', /^\/api\/why$/, (lab) => ok({ hops: lab.hops })],
  ['GET', /^\/api\/quality$/, (lab) => ok(qualityOf(lab))],
  [
    'GET',
    /^\/api\/status$/,
    () =>
      ok({
        instrumentation: 'auto',
        jaegerUi: true,
        parts: ['arcade', 'dice', 'prizes', 'jaeger', 'collector'].map((name) => ({
          name,
          answers: name !== 'prizes',
        })),
      }),
  ],
];

const startTerminal = (error: string | undefined): Answer =>
  error === undefined ? { status: 204, body: undefined } : { status: 409, body: { error } };

export class FakeGuide {
  readonly lab = new FakeLab();
  readonly telemetry = new FakeTelemetry();
  readonly traces = new FakeTraces();
  /** Who looks at the pages. */
  viewer: Viewer = {};
  /** All requests so far with a method other than GET, such as `PUT /api/files`. */
  readonly changes: string[] = [];
  /** Whether the lab has a terminal. */
  hasTerminal = false;
  /** The shells that the page has opened. */
  readonly shells: ExecPeer[] = [];
  readonly #assets: string;
  readonly #prefix: string;
  readonly #server: Server;

  /** @param prefix path below which the guide is, such as /s/class-5-ada. Nothing else is there. */
  static async start(assets: string, { port = 0, prefix = '' } = {}): Promise<FakeGuide> {
    const guide = new FakeGuide(assets, prefix);
    guide.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => guide.#openShell(request, socket));
    guide.#server.listen(port, '127.0.0.1');
    await once(guide.#server, 'listening');
    return guide;
  }

  private constructor(assets: string, prefix: string) {
    this.#assets = assets;
    this.#prefix = prefix;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  /** Opens a shell, which echoes what is typed. */
  #openShell(request: IncomingMessage, socket: Duplex): void {
    if (request.url !== `${this.#prefix}/api/terminal/shell`) return void socket.destroy();
    const echo = (peer: ExecPeer, channel: number, text: string): void => {
      if (channel === 0) peer.send(1, text.replaceAll('\x15', '').replaceAll('\r', '\r\nok\r\n~ $ '));
    };
    const shell = new ExecPeer(request, socket, echo);
    // Colours of three kinds: of the palette, of 24 bits, and inverted.
    shell.send(1, '\x1b[32mgreen\x1b[0m \x1b[38;2;200;80;20morange\x1b[0m \x1b[7minverted\x1b[0m\r\n~ $ ');
    this.shells.push(shell);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#prefix}`;
  }

  /** Adds a trace of a round with log records, to which the exemplars of prizes lead. @returns its id */
  addTraceWithLogs(): string {
    this.lab.delay = 0;
    const id = this.lab.newTrace('round');
    this.telemetry.traceId = id;
    const trace = this.lab.trace(id);
    if (trace) this.telemetry.logTrace(trace);
    return id;
  }

  stop(): void {
    this.lab.stop();
    this.#server.close().closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (!path.startsWith(`${this.#prefix}/`)) return void response.writeHead(404).end();
    const url = new URL(path.slice(this.#prefix.length), 'http://guide');
    const { pathname } = url;
    if (pathname.startsWith('/assets/')) return this.#asset(pathname.slice('/assets'.length), response);
    if (pathname === '/api/run') return this.lab.stream(response);
    if (pathname === '/api/traces')
      return sendAnswer(response, { body: { traces: this.lab.begunBy(url.searchParams.get('service') ?? '') } });
    if (pathname === '/api/explore/traces')
      return sendAnswer(response, { body: await this.traces.page(url.searchParams) });
    const telemetry = this.telemetry.answer(url, (id) => this.lab.trace(id));
    if (telemetry) return sendAnswer(response, telemetry);
    if (pathname.startsWith('/api/')) return this.#api(request, response, pathname);
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
    });
    response.end(this.#page(pathname));
  }

  #page(path: string): string {
    if (path === '/explore') return explorePage('intro-otel/lab', this.viewer);
    if (path === '/lab') return labPage('auto', this.viewer);
    if (path === '/learnt') return learntPage(this.lab.learnt(), this.viewer);
    if (path === '/learnt.md') return learntText(this.lab.learnt());
    if (path === '/why') return whyPage(this.viewer);
    if (path === '/traces') return tracesPage(this.lab.traces().map(asTrace), 'here', this.viewer);
    const id = /^\/traces\/([0-9a-f]+)$/.exec(path)?.[1];
    if (id === undefined) return coursePage('intro-otel/lab', this.viewer, this.hasTerminal);
    const trace = this.lab.trace(id);
    const options = { root: '../', viewer: this.viewer };
    return trace ? tracePage(asTrace(trace), 'here', options) : missingTracePage(id, options);
  }

  async #asset(path: string, response: ServerResponse): Promise<void> {
    const stored = storedAs(path);
    const body = await readFile(join(this.#assets, normalize(stored))).catch(() => undefined);
    const headers = { 'content-type': types[extname(path)] ?? 'text/plain', ...assetHeaders(stored) };
    response.writeHead(body ? 200 : 404, headers).end(body);
  }

  async #api(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    sendAnswer(response, await this.#answer(request, path));
  }

  async #answer(request: IncomingMessage, path: string): Promise<Answer> {
    const { method = 'GET' } = request;
    const found = routes.find(([verb, pattern]) => verb === method && pattern.test(path));
    if (!found) return missing(path);
    if (method !== 'GET') this.changes.push(`${method} ${path}`);
    if (
      method !== 'GET' &&
      (request.headers['x-intro-otel'] !== '1' || request.headers['content-type'] !== 'application/json')
    ) {
      return { status: 403, body: { error: 'expected the header x-intro-otel and JSON' } };
    }
    const [, pattern, route] = found;
    return route(this.lab, await bodyOf(request), (pattern.exec(path) ?? []).slice(1));
  }
}

/** Sends an answer as JSON. Status 0 closes the connection instead. */
function sendAnswer(response: ServerResponse, { status = 200, body }: Answer): void {
  if (status === 0) return void response.destroy();
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(body === undefined ? undefined : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>) : {};
}

if (import.meta.main) {
  const guide = await FakeGuide.start(process.argv[2] ?? '', { port: Number(process.argv[3] ?? 0) });
  guide.addTraceWithLogs();
  print(`a guide of a lab that is not there: ${guide.url}`);
}
