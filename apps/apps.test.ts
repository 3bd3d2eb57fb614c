// The built apps, really run: what each level of instrumentation emits, and how the processes behave.
import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { edgesOf } from '../otlp/traces.ts';
import type { Trace } from '../otlp/traces.ts';
import { App, buildOutside, freePort } from './testing/apps.ts';
import { eventually } from './testing/eventually.ts';
import { Receiver } from './testing/receiver.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
const { dist } = built;
afterAll(built.remove);

const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;

interface Round {
  player: string;
  roll: number;
  prize: { name: string };
  version: string;
  trace?: string;
  error?: string;
}

function settings(level: string, receiver: Receiver): Record<string, string> {
  return {
    INSTRUMENTATION: level,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BLRP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    PRIZES_VERSION: '2.0.0',
    NODE_POOL: 'green',
  };
}

/** A server that never answers in time, for a round to fail at. */
async function slowServer(): Promise<{ url: string; close: () => void }> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function play(arcade: App): Promise<Round & { status: number }> {
  const answer = await fetch(`${arcade.url}/play?player=ada`, { headers: { 'user-agent': 'a-test' } });
  return { status: answer.status, ...((await answer.json()) as Round) };
}

function names(trace: Trace): string[] {
  return trace.spans.map(({ service, kind, name }) => `${service} ${kind} ${name}`);
}

describe.each(['none', 'auto', 'manual'])('at level %s', (level) => {
  let receiver: Receiver;
  let slow: Awaited<ReturnType<typeof slowServer>>;
  let dice: App;
  let prizes: App;
  let arcade: App;
  let hasty: App;
  let all: App[];

  beforeAll(async () => {
    receiver = await Receiver.start();
    slow = await slowServer();
    const env = settings(level, receiver);
    dice = await App.start(dist, 'dice', env, level === 'manual' ? [join(dist, 'dice', 'app.manual.ts')] : []);
    prizes = await App.start(dist, 'prizes', env);
    arcade = await App.start(dist, 'arcade', { ...env, DICE_URL: dice.url, PRIZES_URL: prizes.url, BUDGET_MS: '5000' });
    hasty = await App.start(dist, 'arcade', { ...env, DICE_URL: slow.url, PRIZES_URL: prizes.url, BUDGET_MS: '80' });
    all = [dice, prizes, arcade, hasty];
    await Promise.all(all.map((app) => app.ready()));
  });

  afterAll(async () => {
    await Promise.all(all.map((app) => app.stop()));
    slow.close();
    receiver.stop();
  });

  test('a round is played', async () => {
    const round = await play(arcade);
    expect(round).toMatchObject({
      status: 200,
      player: 'ada',
      version: '2.0.0',
      prize: { name: expect.stringMatching(/that glows$/) as string },
    });
    expect(round.roll).toBeGreaterThanOrEqual(1);
    expect(round.roll).toBeLessThanOrEqual(6);
  });

  test("the deck's routes answer as the deck says", async () => {
    const text = async (path: string) => (await fetch(dice.url + path)).text();
    expect(await text('/')).toMatch(/visited \d+ times/);
    expect(await text('/visit')).toMatch(/^Thank you for the visit! You are number \d+\.$/);
    expect(await text('/rolldice')).toMatch(/^[1-6]$/);
    expect(await text('/server_request?param=hello')).toBe('served');
    await eventually('the parameter in the log', () => dice.log().find(({ msg }) => msg === 'hello'));
  });

  test('a round that takes longer than its budget is a 504', async () => {
    expect(await play(hasty)).toMatchObject({ status: 504, error: 'the round took longer than its 80 ms' });
  });

  if (level === 'none') {
    test('nothing is emitted, and a round has no trace', async () => {
      expect((await play(arcade)).trace).toBeUndefined();
      await delay(600);
      expect(receiver.requests).toEqual([]);
    });
    return;
  }

  test('a round is one trace with the edges arcade→dice and arcade→prizes', async () => {
    const { trace: traceId = '' } = await play(arcade);
    const trace = await receiver.trace(traceId, level === 'auto' ? 8 : 4);
    expect(edgesOf(trace)).toEqual(['arcade→dice', 'arcade→prizes']);
    expect(trace.roots).toHaveLength(1);
    expect(trace.roots[0]).toMatchObject({ service: 'arcade', kind: 'server', name: 'GET /play', orphan: false });
  });

  test("what visitors say of themselves is on the arcade's span", async () => {
    const headers = { 'x-browser-plugins': 'ad-blocker/1.62', 'x-client-version': '3.2.0', 'user-agent': 'a-test' };
    const { trace: traceId = '' } = (await (await fetch(`${arcade.url}/play`, { headers })).json()) as Round;
    const { attributes = {} } = (await receiver.trace(traceId, 4)).spans.find(({ name }) => name === 'GET /play') ?? {};
    expect(attributes['user_agent.original']).toBe('a-test');
    expect(Object.values(attributes).flat()).toEqual(expect.arrayContaining(['ad-blocker/1.62', '3.2.0']));
  });

  test("a caller's trace is continued", async () => {
    await fetch(`${dice.url}/server_request?param=x`, { headers: { traceparent } });
    const trace = await receiver.trace(parent.traceId);
    expect(trace.spans[0]).toMatchObject({ service: 'dice', kind: 'server', parentSpanId: parent.spanId });
  });

  test('a round that fails has status error and a recorded exception', async () => {
    const { trace: traceId = '' } = await play(hasty);
    const trace = await receiver.trace(traceId, level === 'auto' ? 3 : 1);
    const failed = trace.spans.filter(({ status }) => status.code === 'error');
    const exceptions = failed.flatMap(({ events }) => events).filter(({ name }) => name === 'exception');
    expect(exceptions.map(({ attributes }) => attributes['exception.message'])).toContain(
      'the round took longer than its 80 ms',
    );
  });

  test('log lines carry the ids of their trace and span, on the console and by OTLP', async () => {
    const { trace: traceId = '' } = await play(arcade);
    const line = await eventually('the log line', () =>
      arcade.log().find((candidate) => candidate.trace_id === traceId),
    );
    expect(line).toMatchObject({ msg: 'round played', span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    const record = await eventually('the log record', () =>
      receiver.logRecords().find(({ spanId }) => spanId === line.span_id),
    );
    expect(record).toMatchObject({ severityText: 'info', traceId, body: { stringValue: 'round played' } });
  });

  test('the probes make no spans', async () => {
    await fetch(`${arcade.health}/readyz`);
    const { trace: traceId = '' } = await play(arcade);
    await receiver.trace(traceId);
    const paths = receiver.traces().flatMap(({ spans }) => spans.map(({ attributes }) => attributes['url.path']));
    expect(paths).toContain('/play');
    expect(paths).not.toContain('/readyz');
  });

  if (level === 'auto') {
    test('HTTP and Express spans appear, named by their route', async () => {
      const { trace: traceId = '' } = await play(arcade);
      const trace = await receiver.trace(traceId, 8);
      expect(names(trace)).toEqual(
        expect.arrayContaining([
          'arcade server GET /play',
          'dice server GET /rolldice',
          'prizes server GET /prizes/:roll',
        ]),
      );
      const express = trace.spans
        .filter(({ scope }) => scope === '@opentelemetry/instrumentation-express')
        .map(({ service }) => service);
      expect(express).toEqual(expect.arrayContaining(['arcade', 'dice']));
    });

    test('the hand-written spans stay silent', async () => {
      const { trace: traceId = '' } = await play(arcade);
      const trace = await receiver.trace(traceId, 8);
      expect(
        trace.spans.map(({ scope }) => scope).filter((scope) => !scope.startsWith('@opentelemetry/instrumentation-')),
      ).toEqual([]);
    });

    test('metrics leave by OTLP', async () => {
      await eventually('a metric', () =>
        receiver.metricNames().find((name) => name === 'http.server.request.duration'),
      );
    });
  }

  if (level === 'manual') {
    test('do_roll carries an integer roll.value', async () => {
      const { trace: traceId = '', roll } = await play(arcade);
      const trace = await receiver.trace(traceId, 4);
      const span = trace.spans.find(({ name }) => name === 'do_roll');
      expect(span).toMatchObject({ service: 'dice', attributes: { 'roll.value': roll } });
      const sent = receiver.requests.map(({ bytes }) => bytes.toString('utf8')).join('');
      expect(sent).toMatch(/"key":"roll.value","value":\{"intValue":/);
    });

    test('no instrumentation library makes a span', async () => {
      const { trace: traceId = '' } = await play(arcade);
      const trace = await receiver.trace(traceId, 4);
      expect(new Set(trace.spans.map(({ scope }) => scope))).toEqual(new Set(['arcade', 'dice', 'prizes']));
    });
  }
});

describe('the environment', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  afterAll(() => receiver.stop());

  test('SIGTERM ends a process with code 0 within two seconds, its telemetry sent', async () => {
    const dice = await (
      await App.start(dist, 'dice', { ...settings('auto', receiver), OTEL_BSP_SCHEDULE_DELAY: '60000' })
    ).ready();
    await fetch(`${dice.url}/visit`, { headers: { traceparent } });
    const { code, took } = await dice.stop();
    expect(code).toBe(0);
    expect(took).toBeLessThan(2_000);
    expect((await receiver.trace(parent.traceId)).spans.map(({ name }) => name)).toContain('GET /visit');
  });

  test('with DRAIN_MS a process says at once that it is leaving, and serves on for that long', async () => {
    const dice = await (await App.start(dist, 'dice', { ...settings('auto', receiver), DRAIN_MS: '1500' })).ready();
    const ended = dice.stop();
    const ready = await eventually('a readiness that is gone', async () => {
      const { status } = await fetch(`${dice.health}/readyz`);
      return status === 503 ? status : undefined;
    });
    const visit = await fetch(`${dice.url}/visit`);
    expect([ready, visit.status]).toEqual([503, 200]);
    const { code, took } = await ended;
    expect(code).toBe(0);
    expect(took).toBeGreaterThanOrEqual(1_500);
    expect(took).toBeLessThan(3_500);
  });

  test('by default telemetry leaves as protobuf', async () => {
    const env: Record<string, string | undefined> = {
      ...settings('auto', receiver),
      OTEL_EXPORTER_OTLP_PROTOCOL: undefined,
    };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    await fetch(`${dice.url}/visit`);
    const sent = await eventually('a request', () =>
      receiver.requests.find(({ path, type }) => path === '/v1/traces' && type === 'application/x-protobuf'),
    );
    expect(sent.bytes.includes('GET /visit')).toBe(true);
    await dice.stop();
  });

  test('the console exporters print spans and metrics, at the interval that is set', async () => {
    const env = {
      ...settings('auto', receiver),
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'console',
      OTEL_LOGS_EXPORTER: 'none',
    };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    await fetch(`${dice.url}/visit`);
    await eventually('a span and a metric on the console', () =>
      dice.stdout.includes("name: 'GET /visit'") && dice.stdout.includes('http.server.request.duration')
        ? true
        : undefined,
    );
    await dice.stop();
  });

  test('exporters that are rarely used load when they are asked for', async () => {
    const port = String(await freePort());
    const env = {
      ...settings('auto', receiver),
      OTEL_TRACES_EXPORTER: 'otlp,zipkin',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
    };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    await fetch(`${dice.url}/visit`);
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('http_server_request_duration');
    expect((await dice.stop()).code).toBe(0);
  });

  test.each(['arcade', 'prizes', 'guide'])('%s ends where its port is taken, and says so', async (component) => {
    const taken = createServer().listen(0);
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const app = await App.start(dist, component, {
      ...settings('none', receiver),
      PORT: String(port),
      OPEN_WITHIN_MS: '0',
      DICE_URL: receiver.url,
      PRIZES_URL: receiver.url,
      ARCADE_URL: receiver.url,
      JAEGER_URL: receiver.url,
      JAEGER_BASE_PATH: '/jaeger',
    });
    const code = await app.exited().finally(() => taken.close());
    expect([code, app.stderr]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`^expected to listen on port ${port}, found .*EADDRINUSE.* Set PORT to one that is free\\.\n$`),
      ) as string,
    ]);
  });

  test('a value that OpenTelemetry does not know is said and ignored', async () => {
    const dice = await (
      await App.start(dist, 'dice', { ...settings('auto', receiver), OTEL_TRACES_EXPORTER: 'otpl' })
    ).ready();
    expect(dice.stderr).toContain(
      'OTEL_TRACES_EXPORTER is "otpl": expected one or more (with commas) of otlp, console, zipkin, none.',
    );
    await dice.stop();
  });

  test('a Collector that is not there is said, not over and over, and the app works on', async () => {
    const dice = await (
      await App.start(dist, 'dice', {
        ...settings('auto', receiver),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      })
    ).ready();
    await fetch(`${dice.url}/visit`);
    await eventually('a word about it', () => (dice.stderr.includes('OpenTelemetry error') ? true : undefined));
    await delay(1_200); // two more intervals of OTEL_METRIC_EXPORT_INTERVAL
    expect(dice.stderr.split('\n').filter((line) => line.includes('metrics export timed out'))).toHaveLength(1);
    expect((await fetch(`${dice.url}/visit`)).status).toBe(200);
    expect(await dice.stop()).toMatchObject({ code: 0 });
  });

  test('an unknown level is refused', async () => {
    const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'full' });
    expect(await dice.exited()).toBe(1);
    expect(dice.stderr).toBe('INSTRUMENTATION is "full": expected one of none, auto, manual\n');
  });

  test('a missing setting is named', async () => {
    const arcade = await App.start(dist, 'arcade', { PRIZES_URL: 'http://127.0.0.1:1' });
    expect(await arcade.exited()).toBe(1);
    expect(arcade.stderr).toContain('DICE_URL is not set');
  });
});

describe.each(['auto', 'manual'])('visitors at level %s', (level) => {
  test('wait for the arcade without a trace, then play rounds that are each a trace rooted at them', async () => {
    const receiver = await Receiver.start();
    const port = await freePort();
    const visitors = await App.start(dist, 'visitors', {
      ...settings(level, receiver),
      ARCADE_URL: `http://127.0.0.1:${port}`,
      ROUNDS_PER_MINUTE: '1200',
    });
    await visitors.ready();
    await delay(400);
    expect(receiver.traces()).toEqual([]);

    const rounds: IncomingHttpHeaders[] = [];
    const arcade = createServer((request, response) => {
      rounds.push(request.headers);
      response.end('{}');
    }).listen(port, '127.0.0.1');
    const traces = await eventually('three rounds', () =>
      receiver.traces().length >= 3 ? receiver.traces() : undefined,
    );
    await visitors.stop();
    arcade.close();
    receiver.stop();

    expect(traces[0]?.roots[0]).toMatchObject({
      service: 'visitors',
      kind: 'client',
      orphan: false,
      status: { code: 'unset' },
    });
    expect(rounds.slice(0, 3).map(({ traceparent }) => String(traceparent).split('-')[1])).toEqual(
      traces.slice(0, 3).map(({ traceId }) => traceId),
    );
    expect(new Set(rounds.slice(0, 3).map((headers) => headers['user-agent'])).size).toBe(3);
  });
});

describe("the learner's code", () => {
  async function failure(name: string, code: string): Promise<App> {
    writeFileSync(join(dist, 'dice', name), code);
    const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'none' }, [join(dist, 'dice', name)]);
    expect(await dice.exited()).toBe(1);
    return dice;
  }

  test('a syntax error is shown with its file and line', async () => {
    const { stderr } = await failure('syntax.ts', "import express from 'express';\nconst app = express(;\n");
    expect(stderr).toContain('syntax.ts:2');
    expect(stderr).toContain('const app = express(;');
    expect(stderr.split('\n').length).toBeLessThan(10);
  });

  test('an error that V8 finds is shown with its file and line', async () => {
    expect((await failure('twice.ts', 'let a: number = 1;\nlet a = 2;\n')).stderr).toContain('twice.ts:2');
  });

  test('an error at the start is shown with its file and line', async () => {
    const { stderr } = await failure('throws.ts', 'const a: number = 1;\n\nthrow new Error(`no ${a}`);\n');
    expect(stderr).toContain('Error: no 1');
    expect(stderr).toContain('throws.ts:3');
  });

  test("TypeScript that Node can't run as it is is named", async () => {
    expect((await failure('enum.ts', 'enum Side { one }\n')).stderr).toContain('TypeScript enum is not supported');
  });
});
