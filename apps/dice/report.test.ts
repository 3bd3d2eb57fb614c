// Tests what dice reports about itself while the learner's code runs, with the built dice.
import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { flushAt } from '../guide/server/pods/dice-report.ts';
import { App, buildOutside } from '../testing/apps.ts';
import { Receiver } from '../testing/receiver.ts';
import { settings } from '../testing/settings.ts';
import type { Report } from '../telemetry/report.ts';
import { waitFor } from '../../support/waiting.ts';

jest.setTimeout(60_000);

const source = `import { metrics, trace } from '@opentelemetry/api';
import express from 'express';
const tracer = trace.getTracer('dice');
const app = express();
app.get('/rolldice', (request, response) => {
  const span = tracer.startSpan('do_roll');
  span.setAttribute('roll.value', BigInt(4));
  response.send('4');
});
app.get('/late', (request, response) => {
  const span = tracer.startSpan('late_roll');
  span.end();
  span.setAttribute('roll.value', 4);
  span.end();
  response.send('4');
});
app.get('/many', (request, response) => {
  for (let index = 0; index < 700; index += 1) tracer.startSpan('do_roll');
  response.send('4');
});
app.get('/broken', (request, response) => {
  response.send(nope);
});
metrics.getMeter('dice').createCounter('dice.starts').add(1);
app.listen(process.env.PORT ?? 8080);
`;

/** Code that makes telemetry of each signal, and a call that the SDK refuses. */
const signals = `import { logs, metrics, trace } from '@opentelemetry/api';
import express from 'express';
const rolls = metrics.getMeter('dice').createCounter('dice.rolls');
const app = express();
app.get('/rolldice', (request, response) => {
  const span = trace.getTracer('dice').startSpan('do_roll');
  span.setAttribute('roll.value', BigInt(4));
  rolls.add(1);
  logs.getLogger('dice').emit({ body: 'rolled' });
  span.end();
  response.send('4');
});
app.get('/flood', (request, response) => {
  for (let index = 0; index < 3000; index += 1) logs.getLogger('dice').emit({ body: 'flood' });
  response.send('4');
});
app.listen(process.env.PORT ?? 8080);
`;
const onceAMinute = {
  OTEL_BSP_SCHEDULE_DELAY: '60000',
  OTEL_BLRP_SCHEDULE_DELAY: '60000',
  OTEL_METRIC_EXPORT_INTERVAL: '60000',
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const { dist, remove } = await buildOutside();
let receiver: Receiver;
let isRefusing = true;
const refusing = createServer((_request, response) => {
  if (isRefusing) response.writeHead(404).end('no such path');
  else response.writeHead(200).end();
});
let dice: App;
/** A dice that exports once a minute, and whose exporter of logs fails. */
let flushing: App;

async function report(app: App): Promise<Report> {
  return (await (await fetch(`${app.health}/report`)).json()) as Report;
}

/** Starts a dice with this code, at the level `manual`. */
async function start(code: string, env: Record<string, string>): Promise<App> {
  const file = join(dist, 'dice', `${sha256(code).slice(0, 8)}.ts`);
  writeFileSync(file, code);
  return (await App.start(dist, 'dice', { ...settings('manual', receiver), ...env }, [file])).ready();
}

beforeAll(async () => {
  receiver = await Receiver.start();
  await once(refusing.listen(0, '127.0.0.1'), 'listening');
  const wrong = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1/wrong`;
  dice = await start(source, {
    OTEL_TRACE_EXPORTER: 'console',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: wrong,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: wrong,
  });
  flushing = await start(signals, { ...onceAMinute, OTEL_LOG_LEVEL: 'ERROR', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: wrong });
  for (const path of ['/rolldice', '/rolldice', '/late', '/broken']) await fetch(dice.url + path);
});

afterAll(async () => {
  await Promise.all([dice.stop(), flushing.stop()]);
  receiver.stop();
  refusing.close().closeAllConnections();
  remove();
});

test('reports where dice listens, its level, its sampler and a misspelt variable', async () => {
  expect(await report(dice)).toMatchObject({
    stage: 'loaded',
    level: 'manual',
    port: Number(new URL(dice.url).port),
    listening: [{ port: Number(new URL(dice.url).port) }],
    sampler: 'parentbased_always_on',
    instrumentations: [],
    mistakes: ['there is no variable OTEL_TRACE_EXPORTER. Did you mean OTEL_TRACES_EXPORTER?'],
  });
});

test('reports the spans that started and never ended, with their number and age', async () => {
  const { spans } = await report(dice);
  expect(spans).toMatchObject({ started: 3, ended: 1 });
  expect(spans.open).toEqual([{ name: 'do_roll', scope: 'dice', count: 2, oldest: expect.any(Number) as number }]);
});

test('reports a refused attribute, and calls on a span that had ended, with the line in the code', async () => {
  const { refused } = await report(dice);
  expect(refused.map(({ message, line, count }) => ({ message, line, count }))).toEqual([
    { message: 'a second end() of late_roll', line: 14, count: 1 },
    { message: 'setAttribute() after the end of late_roll', line: 13, count: 1 },
    { message: 'roll.value: expected a text, a number, true, false or a list of these', line: 7, count: 2 },
  ]);
});

test('reports an exception in a handler with its line', async () => {
  const { exceptions } = await report(dice);
  expect(exceptions).toMatchObject([{ message: 'ReferenceError: nope is not defined', line: 22, count: 1 }]);
});

test('reports what an exporter of spans or metrics could not send, and why', async () => {
  const losses = await waitFor('lost spans and metrics', async () => {
    const found = (await report(dice)).losses;
    return ['traces', 'metrics'].every((signal) => found.some((one) => one.signal === signal)) ? found : undefined;
  });
  for (const signal of ['traces', 'metrics'])
    expect(losses.find((one) => one.signal === signal)).toMatchObject({
      at: 'export',
      message: 'Not Found (HTTP status 404): no such path',
      count: expect.any(Number) as number,
    });
  expect(losses.every(({ count }) => count > 0)).toBe(true);
});

test('reports little, whatever the code does', async () => {
  await fetch(`${dice.url}/many`);
  const { spans } = await report(dice);
  expect(spans.open).toMatchObject([{ count: 500 }]);
  expect(JSON.stringify(await report(dice)).length).toBeLessThan(20_000);
});

test('sends spans and metrics when the guide asks for it, and not a minute later', async () => {
  await fetch(`${flushing.url}/rolldice`);
  expect(receiver.metricNames()).not.toContain('dice.rolls');
  expect(await flushAt(flushing.health)).toBe(true);
  expect(receiver.traces().flatMap(({ spans }) => spans.map(({ name }) => name))).toContain('do_roll');
  expect(receiver.metricNames()).toContain('dice.rolls');
});

test('has no flush at the level none', async () => {
  const plain = await start("import http from 'node:http';\nhttp.createServer().listen(process.env.PORT);", {
    INSTRUMENTATION: 'none',
  });
  expect(await flushAt(plain.health)).toBe(false);
  expect((await fetch(`${plain.health}/flush`, { method: 'PUT' })).status).toBe(404);
  await plain.stop();
});

test('reports refused calls also with OTEL_LOG_LEVEL, which prints only what it asks for', async () => {
  const { refused } = await report(flushing);
  expect(refused).toMatchObject([
    { message: expect.stringContaining('roll.value: expected a text') as string, line: 7 },
  ]);
  expect(flushing.stderr + flushing.stdout).not.toContain('Invalid attribute value');
});

test('reports how many log records did not leave: those that were refused, and those beyond the queue', async () => {
  await fetch(`${flushing.url}/flood`);
  await flushAt(flushing.health);
  const { losses } = await report(flushing);
  expect(losses.map(({ signal, at, message }) => [signal, at, message]).sort()).toEqual([
    ['logs', 'export', 'Not Found (HTTP status 404): no such path'],
    ['logs', 'queue', '2048'],
  ]);
  expect(losses.reduce((sum, { count }) => sum + count, 0)).toBe(3_000 + 1);
});

test('reports that an exporter sends again that had failed, and nothing of exporters that never did', async () => {
  expect((await report(flushing)).recovered).toEqual({});
  isRefusing = false;
  await fetch(`${flushing.url}/rolldice`);
  await flushAt(flushing.health);
  const { recovered, losses } = await report(flushing);
  expect(recovered).toEqual({ logs: expect.any(Number) as number });
  expect(recovered.logs).toBeLessThan(losses.find(({ at }) => at === 'export')?.ago ?? 0);
});

test('reports with which code and settings it has started', async () => {
  expect((await report(flushing)).files).toEqual({ 'app.ts': sha256(signals) });
});
