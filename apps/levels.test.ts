// Tests of the telemetry that the built apps send at each instrumentation level.
import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { edgesOf } from '../otlp/traces.ts';
import type { Trace } from '../otlp/traces.ts';
import { App, buildOutside } from './testing/apps.ts';
import { waitFor } from '../support/waiting.ts';
import { Receiver } from './testing/receiver.ts';
import { parent, settings, traceparent } from './testing/settings.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
const { dist } = built;
afterAll(built.remove);

interface Round {
  readonly player: string;
  readonly roll: number;
  readonly prize: { name: string };
  readonly version: string;
  readonly trace?: string;
  readonly error?: string;
}

/** Starts a server that never answers, so that a round exceeds its time budget. */
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

describe.each(['none', 'auto', 'manual'])('instrumentation level %s of the apps', (level) => {
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

  test('lets a visitor play a round of the game', async () => {
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

  test("doesn't change the answers of dice that the slides show", async () => {
    const text = async (path: string) => (await fetch(dice.url + path)).text();
    expect(await text('/')).toMatch(/visited \d+ times/);
    expect(await text('/visit')).toMatch(/^Thank you for the visit! You are number \d+\.$/);
    expect(await text('/rolldice')).toMatch(/^[1-6]$/);
    expect(await text('/server_request?param=hello')).toBe('served');
    await waitFor('the parameter in the log', () => dice.log().find(({ msg }) => msg === 'hello'));
  });

  test('makes the arcade answer with status 504 if a round takes longer than its time budget', async () => {
    expect(await play(hasty)).toMatchObject({ status: 504, error: 'the round took longer than its 80 ms' });
  });

  if (level === 'none') {
    test('sends no telemetry, and returns no trace ID for a round, at level none', async () => {
      expect((await play(arcade)).trace).toBeUndefined();
      await delay(600);
      expect(receiver.requests).toEqual([]);
    });
    return;
  }

  const spansOfRound = level === 'auto' ? 8 : 4;

  test('creates one trace per round, with a call from the arcade to dice and one to prizes', async () => {
    const { trace: traceId = '' } = await play(arcade);
    const trace = await receiver.trace(traceId, spansOfRound);
    expect(edgesOf(trace)).toEqual(['arcade→dice', 'arcade→prizes']);
    expect(trace.roots).toHaveLength(1);
    expect(trace.roots[0]).toMatchObject({ service: 'arcade', kind: 'server', name: 'GET /play', orphan: false });
  });

  test("records the visitor's headers as attributes of the arcade's span", async () => {
    const headers = { 'x-browser-plugins': 'ad-blocker/1.62', 'x-client-version': '3.2.0', 'user-agent': 'a-test' };
    const { trace: traceId = '' } = (await (await fetch(`${arcade.url}/play`, { headers })).json()) as Round;
    const { spans } = await receiver.trace(traceId, spansOfRound);
    const { attributes = {} } = spans.find(({ name }) => name === 'GET /play') ?? {};
    expect(attributes['user_agent.original']).toBe('a-test');
    expect(Object.values(attributes).flat()).toEqual(expect.arrayContaining(['ad-blocker/1.62', '3.2.0']));
  });

  test('adds the span of dice to the trace of its caller', async () => {
    await fetch(`${dice.url}/server_request?param=x`, { headers: { traceparent } });
    const trace = await receiver.trace(parent.traceId);
    expect(trace.spans[0]).toMatchObject({ service: 'dice', kind: 'server', parentSpanId: parent.spanId });
  });

  test('records an exception, and sets the span status to error, for a failed round', async () => {
    const { trace: traceId = '' } = await play(hasty);
    const trace = await receiver.trace(traceId, level === 'auto' ? 3 : 1);
    const failed = trace.spans.filter(({ status }) => status.code === 'error');
    const exceptions = failed.flatMap(({ events }) => events).filter(({ name }) => name === 'exception');
    expect(exceptions.map(({ attributes }) => attributes['exception.message'])).toContain(
      'the round took longer than its 80 ms',
    );
  });

  test('adds trace and span IDs to log records, on the console and by OTLP', async () => {
    const { trace: traceId = '' } = await play(arcade);
    const line = await waitFor('the log line', () => arcade.log().find((candidate) => candidate.trace_id === traceId));
    expect(line).toMatchObject({ msg: 'round played', span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    const record = await waitFor('the log record', () =>
      receiver.logRecords().find(({ spanId }) => spanId === line.span_id),
    );
    expect(record).toMatchObject({ severityText: 'info', traceId, body: { stringValue: 'round played' } });
  });

  test('creates no spans for health probes', async () => {
    await fetch(`${arcade.health}/readyz`);
    const { trace: traceId = '' } = await play(arcade);
    await receiver.trace(traceId);
    const paths = receiver.traces().flatMap(({ spans }) => spans.map(({ attributes }) => attributes['url.path']));
    expect(paths).toContain('/play');
    expect(paths).not.toContain('/readyz');
  });

  if (level === 'auto') {
    test('names HTTP spans by their route, and creates Express spans', async () => {
      const { trace: traceId = '' } = await play(arcade);
      const trace = await receiver.trace(traceId, spansOfRound);
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

    test('sends only spans of instrumentation libraries at level auto', async () => {
      const { trace: traceId = '' } = await play(arcade);
      const trace = await receiver.trace(traceId, spansOfRound);
      expect(
        trace.spans.map(({ scope }) => scope).filter((scope) => !scope.startsWith('@opentelemetry/instrumentation-')),
      ).toEqual([]);
    });

    test('sends metrics by OTLP', async () => {
      await waitFor('a metric', () => receiver.metricNames().find((name) => name === 'http.server.request.duration'));
    });
  }

  if (level === 'manual') {
    test('sets the integer attribute roll.value on the span do_roll', async () => {
      const { trace: traceId = '', roll } = await play(arcade);
      const trace = await receiver.trace(traceId, spansOfRound);
      const span = trace.spans.find(({ name }) => name === 'do_roll');
      expect(span).toMatchObject({ service: 'dice', attributes: { 'roll.value': roll } });
      const sent = receiver.requests.map(({ bytes }) => bytes.toString('utf8')).join('');
      expect(sent).toMatch(/"key":"roll.value","value":\{"intValue":/);
    });

    test('sends only hand-written spans at level manual', async () => {
      const { trace: traceId = '' } = await play(arcade);
      const trace = await receiver.trace(traceId, spansOfRound);
      expect(new Set(trace.spans.map(({ scope }) => scope))).toEqual(new Set(['arcade', 'dice', 'prizes']));
    });
  }
});
