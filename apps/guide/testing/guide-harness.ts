// Runs the built guide twice for tests of its API: once in a fake cluster that the test controls, and once outside a
// cluster.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer, podOf } from '../../testing/api-server.ts';
import { App, buildOutside } from '../../testing/apps.ts';
import { certificate } from '../../testing/certificate.ts';
import { FakeJaeger } from '../../testing/jaeger.ts';
import { Receiver } from '../../testing/receiver.ts';

/** The headers that the guide requires for a request that changes something. */
export const changeHeaders = { 'x-intro-otel': '1', 'content-type': 'application/json' };

/** The token that logs in to the guide. */
export const guideToken = 't'.repeat(32);

const GUIDE_POD = 'lab-guide-1';
const GUIDE = podOf('guide', GUIDE_POD);

export interface HarnessOptions {
  /** Environment variables of the guide in the fake cluster, besides those that every guide has. */
  readonly env?: Record<string, string>;
  /** The guide's pod. With a second container in it, the guide doesn't trust requests from loopback. */
  readonly pod?: typeof GUIDE;
}

export interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** The guide that gets the request. The default is the guide that runs in the fake cluster. */
  readonly at?: App;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Parts {
  readonly dist: string;
  readonly account: string;
  readonly api: ApiServer;
  readonly receiver: Receiver;
  readonly jaeger: FakeJaeger;
  readonly dice: Server;
  readonly settings: Record<string, string>;
  readonly guide: App;
  readonly alone: App;
  readonly pod: typeof GUIDE;
  readonly remove: () => void;
}

export class GuideHarness {
  readonly #parts: Parts;
  /** The guide in the fake cluster. */
  readonly guide: App;
  /** The guide that runs outside a cluster. */
  readonly alone: App;
  readonly api: ApiServer;
  readonly receiver: Receiver;
  /** Ids of the course's steps, as the build of the guide contains them. */
  readonly steps: readonly string[];

  /** @param app answers the requests to all apps */
  static async start(
    app: RequestListener = echo,
    { env = {}, pod = GUIDE }: HarnessOptions = {},
  ): Promise<GuideHarness> {
    const { dist, remove } = await buildOutside();
    const account = mkdtempSync(join(tmpdir(), 'intro-otel-account-'));
    const { key, cert } = certificate(account);
    const api = await ApiServer.start({ key, cert });
    writeFileSync(join(account, 'token'), api.token);
    writeFileSync(join(account, 'key'), 'k'.repeat(32));
    writeFileSync(join(account, 'guide-token'), guideToken);
    api.pods.set(GUIDE_POD, pod);
    const receiver = await Receiver.start();
    const jaeger = await FakeJaeger.start([receiver]);
    const dice = await appServer(app);
    const settings = settingsFor({ dice: urlOf(dice), jaeger: jaeger.url, receiver: receiver.url, account });
    const guide = await App.start(dist, 'guide', {
      ...settings,
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(api.port),
      SERVICE_ACCOUNT_DIR: account,
      POD_NAME: GUIDE_POD,
      ...env,
    });
    const alone = await App.start(dist, 'guide', settings);
    await Promise.all([guide.ready(), alone.ready()]);
    return new GuideHarness({ dist, account, api, receiver, jaeger, dice, settings, guide, alone, pod, remove });
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.guide = parts.guide;
    this.alone = parts.alone;
    this.api = parts.api;
    this.receiver = parts.receiver;
    this.steps = readdirSync(join(parts.dist, 'course')).filter((name) => /^\d\d-/.test(name));
  }

  /** Resets the objects of the fake cluster to those of a new lab. */
  reset(): void {
    this.api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}\n' });
    this.api.put('lab-progress', { passed: '0', total: String(this.steps.length), steps: '{}' });
    this.api.put('lab-faults', { faults: '' });
    this.api.pods.clear();
    this.api.pods.set(GUIDE_POD, this.#parts.pod);
    this.api.restarts.length = 0;
  }

  async stop(): Promise<void> {
    const { guide, alone, api, receiver, jaeger, dice, account, remove } = this.#parts;
    await Promise.all([guide.stop(), alone.stop()]);
    [api, receiver, jaeger].forEach((server) => server.stop());
    dice.close().closeAllConnections();
    rmSync(account, { recursive: true, force: true });
    remove();
  }

  /** Sends a request to the guide's API. */
  async ask(
    path: string,
    { method = 'GET', body, headers = changeHeaders, at = this.guide }: ApiRequest = {},
  ): Promise<ApiAnswer> {
    const answer = await fetch(`${at.url}/api${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) as Record<string, unknown> };
  }

  post(path: string, body: unknown = {}): Promise<ApiAnswer> {
    return this.ask(path, { method: 'POST', body });
  }

  put(path: string, body: unknown): Promise<ApiAnswer> {
    return this.ask(path, { method: 'PUT', body });
  }

  /** Runs a program of the guide's pod, such as course.js, until it ends. */
  async run(program: string, args: string[], env: Record<string, string> = {}): Promise<App> {
    const { dist, settings } = this.#parts;
    const port = new URL(this.guide.url).port;
    const app = await App.run(dist, [join(dist, `${program}.js`), ...args], { ...settings, PORT: port, ...env });
    await app.exited();
    return app;
  }
}

interface Urls {
  readonly dice: string;
  readonly jaeger: string;
  readonly receiver: string;
  readonly account: string;
}

const settingsFor = ({ dice, jaeger, receiver, account }: Urls): Record<string, string> => ({
  ARCADE_URL: dice,
  DICE_URL: dice,
  PRIZES_URL: 'http://lab-prizes:8080',
  JAEGER_URL: jaeger,
  JAEGER_BASE_PATH: '/jaeger',
  OPEN_WITHIN_MS: '0',
  INSTRUMENTATION: 'auto',
  RELEASE: 'lab',
  POD_NAMESPACE: 'ns',
  GUIDE_KEY_FILE: join(account, 'key'),
  GUIDE_TOKEN_FILE: join(account, 'guide-token'),
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_METRICS_EXPORTER: 'none',
});

/** Answers with the path and the trace context of the request. */
const echo: RequestListener = (request, response) =>
  response.end(JSON.stringify({ url: request.url, trace: request.headers.traceparent }));

/** Starts a server that stands for every app. */
async function appServer(answer: RequestListener): Promise<Server> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
