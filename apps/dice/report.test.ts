// Tests what dice reports about itself while the learner's code runs, with the built dice.
import { jest } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { App, buildOutside } from '../testing/apps.ts';
import { Receiver } from '../testing/receiver.ts';
import { settings } from '../testing/settings.ts';
import type { Report } from '../telemetry/report.ts';
import { waitFor } from '../../support/waiting.ts';

jest.setTimeout(60_000);

const source = `import { trace } from '@opentelemetry/api';
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
app.listen(process.env.PORT ?? 8080);
`;

const { dist, remove } = await buildOutside();
let receiver: Receiver;
const refusing = createServer((_request, response) => void response.writeHead(404).end('no such path'));
let dice: App;

async function report(app: App): Promise<Report> {
  return (await (await fetch(`${app.health}/report`)).json()) as Report;
}

beforeAll(async () => {
  receiver = await Receiver.start();
  await once(refusing.listen(0, '127.0.0.1'), 'listening');
  const file = join(dist, 'dice', 'report.ts');
  writeFileSync(file, source);
  const env = {
    ...settings('manual', receiver),
    OTEL_TRACE_EXPORTER: 'console',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1/wrong`,
  };
  dice = await App.start(dist, 'dice', env, [file]);
  await dice.ready();
  for (const path of ['/rolldice', '/rolldice', '/late', '/broken']) await fetch(dice.url + path);
});

afterAll(async () => {
  await dice.stop();
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

test('reports why an exporter failed', async () => {
  const errors = await waitFor('an error', async () => {
    const { exporterErrors } = await report(dice);
    return exporterErrors.length > 0 ? exporterErrors : undefined;
  });
  expect(errors[0]?.message).toBe('Not Found (HTTP status 404)');
});

test('reports little, whatever the code does', async () => {
  await fetch(`${dice.url}/many`);
  const { spans } = await report(dice);
  expect(spans.open).toMatchObject([{ count: 500 }]);
  expect(JSON.stringify(await report(dice)).length).toBeLessThan(20_000);
});
