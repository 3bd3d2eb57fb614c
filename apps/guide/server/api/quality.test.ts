import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { FakeJaeger } from '../../../testing/jaeger.ts';
import { counter, logsJson, metricsJson } from '../../testing/otlp-json.ts';
import type { QualityReport } from '../../quality-contract.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { qualityApi } from './quality.ts';

const running: { close(): void }[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close();
});

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const traceOf = (service: string): string => Buffer.from(service).toString('hex').padEnd(32, '0');

/** Returns spans of a service, each with an attribute of its own. */
const spansOf = (service: string, count: number, start = Date.now()) => ({
  resource: { attributes: [text('service.name', service)] },
  scopeSpans: [
    {
      scope: { name: 'dice' },
      spans: Array.from({ length: count }, (_item, index) => ({
        traceId: traceOf(service),
        spanId: index.toString(16).padStart(16, '0'),
        name: `do_roll ${'x'.repeat(1_000)}`,
        startTimeUnixNano: `${start}000000`,
        endTimeUnixNano: `${start + 1}000000`,
        attributes: [text(`http.${'x'.repeat(1_000)}${index}`, '<b>')],
      })),
    },
  ],
});

interface Lab {
  readonly spans?: ReturnType<typeof spansOf>[];
  readonly telemetry?: Telemetry;
}

async function ask(path: string, { spans = [], telemetry = new Telemetry() }: Lab = {}) {
  const jaeger = await FakeJaeger.start([{ resourceSpans: () => spans }]);
  const files = () => Promise.resolve(undefined);
  const app = express().use('/quality', qualityApi({ jaeger: jaeger.url, telemetry, files }));
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  running.push({ close: () => server.close().closeAllConnections() }, { close: () => jaeger.stop() });
  await new Promise((resolve) => server.once('listening', resolve));
  const answer = await fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`);
  return { status: answer.status, body: (await answer.json()) as QualityReport & { error?: string } };
}

test.each([
  '/quality',
  '/quality?within=0',
  '/quality?within=x',
  '/quality?within=3600001',
  '/quality?within=1&within=2',
])('refuses %s and says what it expects', async (path) => {
  const { status, body } = await ask(path);
  expect([status, body.error]).toEqual([400, expect.stringMatching(/"within" to be a whole number of millis/)]);
});

test('has no findings and no score before anything has arrived', async () => {
  const { body } = await ask('/quality?within=60000');
  expect(body).toMatchObject({ findings: [], more: 0, judged: { spans: 0, instruments: 0, logs: 0 } });
  expect(body.score).toBeUndefined();
});

test('judges what dice has sent within the time, by any name, and nothing of other services', async () => {
  const now = Date.now();
  const telemetry = new Telemetry();
  telemetry.accept('metrics', metricsJson([counter('arcade.games', [{ asInt: '3' }])], { service: 'arcade' }));
  telemetry.accept('metrics', metricsJson([counter('dice.rolls', [{ asInt: '3' }])], { service: 'my-dice' }));
  telemetry.accept('logs', logsJson([{ body: { stringValue: 'rolled' } }], { service: 'my-dice' }));
  const spans = [spansOf('my-dice', 2, now), spansOf('prizes', 3, now), spansOf('dice', 1, now - 120_000)];
  const { body } = await ask('/quality?within=60000', { spans, telemetry });
  expect(body.judged).toEqual({ spans: 2, instruments: 1, logs: 1 });
});

test('bounds its answer, however much dice sends', async () => {
  const { body } = await ask('/quality?within=60000', { spans: [spansOf('dice', 400)] });
  expect([body.findings.length, body.more]).toEqual([50, 351]);
  expect(JSON.stringify(body).length).toBeLessThan(100_000);
});
