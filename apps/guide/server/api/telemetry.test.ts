import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Logs } from '../../explore-contract.ts';
import { counter, logsJson, metricsJson, redJson } from '../../testing/otlp-json.ts';
import { NewestLosses } from '../lab/losses.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { telemetryApi } from './telemetry.ts';

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close().closeAllConnections();
});

async function ask(
  path: string,
  telemetry = new Telemetry(),
  losses = new NewestLosses({ telemetry }),
): Promise<{ status: number; body: unknown }> {
  const server = createServer(express().use(telemetryApi({ telemetry, losses }))).listen(0, '127.0.0.1');
  running.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const answer = await fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`);
  return { status: answer.status, body: await answer.json() };
}

test.each([
  ['/charts?minutes=0', /"minutes" to be a whole number from 1 to 15/],
  ['/charts?minutes=16', /"minutes"/],
  ['/charts?minutes=', /"minutes"/],
  ['/charts?minutes=1&minutes=2', /"minutes"/],
  ['/metrics', /"service" to be a text/],
  ['/metrics?service=dice&minutes=x', /"minutes"/],
  [`/metrics?service=${'x'.repeat(201)}`, /"service"/],
  ['/metrics/otlp?service=dice', /"service" and "name"/],
  ['/logs?after=-1', /"after" to be the id/],
  ['/logs?limit=501', /"limit" to be a whole number from 1 to 500/],
  ['/logs?traceId=abc', /"traceId" to be 32/],
  ['/logs?severity=loud', /"severity" to be one of trace, debug/],
  ['/logs?service=a&service=b', /"service" and "text"/],
])('refuses %s and says what it expects', async (path, expected) => {
  expect(await ask(path)).toEqual({ status: 400, body: { error: expect.stringMatching(expected) as string } });
});

test.each([
  ['/charts', { services: [], step: 5000, state: { signal: 'metrics', source: 'memory', dropped: [] } }],
  ['/metrics?service=dice', { instruments: [], step: 10_000, state: { signal: 'metrics' } }],
  ['/logs', { records: [], services: [], last: 0, state: { signal: 'logs' } }],
])('answers %s before anything has arrived', async (path, body) => {
  expect(await ask(path)).toMatchObject({ status: 200, body });
});

test.each(['/charts', '/metrics?service=dice', '/logs'])(
  'says in the answer to %s why nothing will arrive',
  async (path) => {
    const telemetry = new Telemetry({ unavailable: 'no receiver' });
    expect(await ask(path, telemetry)).toMatchObject({ status: 200, body: { state: { unavailable: 'no receiver' } } });
  },
);

test('answers with what has arrived', async () => {
  const telemetry = new Telemetry();
  const now = Date.now() + 1;
  telemetry.accept('metrics', redJson('arcade', [{ start: now, time: now, buckets: [1, 0, 0, 0] }]));
  telemetry.accept('metrics', metricsJson([counter('dice.rolls', [{ asInt: '3' }])]));
  telemetry.accept('logs', logsJson([{ body: { stringValue: 'hi' } }]));
  expect((await ask('/charts?minutes=1', telemetry)).body).toMatchObject({ services: [{ service: 'arcade' }] });
  expect((await ask('/metrics?service=dice', telemetry)).body).toMatchObject({ instruments: [{ name: 'dice.rolls' }] });
  expect((await ask('/logs?text=H&limit=1&severity=unspecified', telemetry)).body).toMatchObject({
    records: [{ body: 'hi' }],
  });
  expect((await ask('/metrics/otlp?service=dice&name=dice.rolls', telemetry)).body).toHaveProperty('resourceMetrics');
  expect(await ask('/metrics/otlp?service=dice&name=other', telemetry)).toEqual({
    status: 404,
    body: { error: 'expected an export of other from dice, found none' },
  });
});

test('says what was lost before it came to the guide, without waiting for dice or the Collector', async () => {
  const telemetry = new Telemetry();
  telemetry.lost('logs', 'size', 'a request');
  const lost = { hop: 'collector', to: 'the guide' } as const;
  const losses = new NewestLosses({
    telemetry,
    collectorLosses: () =>
      Promise.resolve([
        { ...lost, signal: 'logs', reason: 'refused', count: 200 },
        { ...lost, signal: 'metrics', reason: 'size', count: 7 },
        { ...lost, signal: 'traces', reason: 'size', count: 1, to: 'Jaeger' },
      ]),
    report: () => Promise.reject(new Error('dice is gone')),
  });
  const droppedOf = async (path: string) =>
    ((await ask(path, telemetry, losses)).body as Logs).state.dropped.map(({ last, ...one }) => [one, typeof last]);
  const own = { signal: 'logs', hop: 'guide', reason: 'size', count: 1, example: 'a request' };
  expect(await droppedOf('/logs')).toEqual([[own, 'number']]);
  expect(await droppedOf('/logs')).toEqual([[{ ...own, items: 200 }, 'number']]);
  const point = { ...lost, signal: 'metrics', reason: 'size', count: 7 };
  expect(await droppedOf('/metrics?service=dice')).toEqual([[point, 'undefined']]);
  expect(await droppedOf('/charts')).toEqual([[point, 'undefined']]);
});
