// Floods a real guide through a real Collector, as a learner's code can: with distinct series, long log lines, and many
// log lines. With FLOOD=full it sends a million series, and lines for a minute. It needs no cluster.
import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import type { Charts, Instruments, Logs, SignalState } from '../../apps/guide/explore-contract.ts';
import { attributes, counter, logsJson, metricsJson } from '../../apps/guide/testing/otlp-json.ts';
import { App, buildOutside, freePort } from '../../apps/testing/apps.ts';
import { waitFor } from '../../support/waiting.ts';
import { startCollector } from '../support/otlp/collector.ts';
import type { CollectorProcess } from '../support/otlp/collector.ts';

jest.setTimeout(300_000);

const isFull = process.env['FLOOD'] === 'full';
const SERIES = isFull ? 1_000_000 : 50_000;
const LONG_LINES = isFull ? 20 : 3;
const SECONDS = isFull ? 60 : 3;
const LINES_PER_SECOND = 5_000;

/** The memory limit of the guide's container in MiB. */
const LIMIT = 160;
/** Time in milliseconds within which the guide answers. It is 1 s alone on a machine, and other tests run beside. */
const ANSWER_TIME = isFull ? 1_000 : 5_000;

/** The environment of the image, which decides how much memory a process takes. */
const IMAGE = { NODE_OPTIONS: '--max-semi-space-size=1', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };

let dist: { dist: string; remove: () => void };
let guide: App;
let collector: CollectorProcess;

beforeAll(async () => {
  dist = await buildOutside();
  const port = await freePort();
  collector = await startCollector({ guide: `http://127.0.0.1:${port}` });
  guide = await App.start(dist.dist, 'guide', {
    ...IMAGE,
    ...Object.fromEntries(
      ['ARCADE_URL', 'DICE_URL', 'PRIZES_URL', 'JAEGER_URL'].map((name) => [name, 'http://127.0.0.1:9']),
    ),
    JAEGER_BASE_PATH: '/jaeger',
    OPEN_WITHIN_MS: '0',
    INSTRUMENTATION: 'auto',
    RELEASE: 'lab',
    OTLP_PORT: String(port),
    COLLECTOR_METRICS_URL: collector.metrics,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  await guide.ready();
});

afterAll(async () => {
  await Promise.all([guide.stop(), collector.stop()]);
  dist.remove();
});

const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${guide.url}/api/${path}`)).json()) as T;

/** Sends OTLP JSON to the Collector. It refuses some when its queue is full. */
async function send(path: '/v1/metrics' | '/v1/logs', body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(collector.url + path, { method: 'POST', headers, body });
  return status;
}

/** Returns the most memory that the guide has had resident, in MiB. */
const peakMemory = (): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${guide.pid}/status`, 'utf8'))?.[1]) / 1024;

/** Asks for the charts again and again while `work` lasts. @returns the longest time that an answer took */
async function slowestAnswer(work: Promise<unknown>): Promise<number> {
  let [isDone, slowest] = [false, 0];
  const done = work.finally(() => (isDone = true));
  while (!isDone) {
    const start = performance.now();
    await ask<Charts>('charts');
    slowest = Math.max(slowest, performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await done;
  return slowest;
}

/** Checks what holds during each flood, and prints the figures. */
async function expectCalm(what: string, work: Promise<unknown>): Promise<void> {
  const slowest = await slowestAnswer(work);
  const peak = peakMemory();
  if (isFull) process.stderr.write(`${what}: peak ${peak.toFixed(1)} MiB, slowest answer ${slowest.toFixed(0)} ms\n`);
  expect(slowest).toBeLessThan(ANSWER_TIME);
  expect(peak).toBeLessThan(LIMIT);
}

const report = (state: SignalState): void => {
  if (isFull) process.stderr.write(`${JSON.stringify(state)}\n`);
};

async function sendSeries(): Promise<void> {
  for (let from = 0; from < SERIES; from += 1_000) {
    const points = Array.from({ length: 1_000 }, (_one, index) => ({
      asInt: '1',
      attributes: attributes({ 'user.id': from + index }),
    }));
    await send('/v1/metrics', metricsJson([counter('dice.rolls', points)]));
  }
}

async function sendLines(): Promise<void> {
  const lines = Array.from({ length: 100 }, (_one, index) => ({
    severityNumber: 9,
    body: { stringValue: `rolled ${index} for a player with a name` },
    attributes: attributes({ player: index, sides: 6 }),
  }));
  const body = logsJson(lines, { resource: { 'k8s.pod.name': 'dice-1' } });
  const start = performance.now();
  for (let sent = 0; sent < SECONDS * LINES_PER_SECOND; sent += lines.length) {
    await send('/v1/logs', body);
    const ahead = (sent / LINES_PER_SECOND) * 1_000 - (performance.now() - start);
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
  }
}

test('stays small and answers while it gets distinct series, and says what it dropped', async () => {
  await waitFor('a metric of prizes', async () => {
    await send('/v1/metrics', metricsJson([counter('prizes.given', [{ asInt: '1' }])], { service: 'prizes' }));
    return (await ask<Instruments>('metrics?service=prizes')).instruments.length > 0 ? true : undefined;
  });
  await expectCalm(`${SERIES} series`, sendSeries());
  const { state, instruments } = await waitFor('dropped series', async () => {
    const answer = await ask<Instruments>('metrics?service=dice');
    return answer.state.dropped.some(({ reason }) => reason === 'series') ? answer : undefined;
  });
  report(state);
  expect(state.dropped).toContainEqual(
    expect.objectContaining({ reason: 'series', example: expect.stringContaining('dice.rolls of dice') as string }),
  );
  expect(instruments[0]?.series).toHaveLength(100);
  expect((await ask<Instruments>('metrics?service=prizes')).instruments).toMatchObject([{ name: 'prizes.given' }]);
});

test('has room for the pod that replaces one with distinct series, as soon as it reports', async () => {
  const seriesOf = async (name: string) =>
    (await ask<Instruments>('metrics?service=dice')).instruments.find((one) => one.name === name)?.series ?? [];
  const points = Array.from({ length: 6 }, (_one, index) => ({ asInt: '1', attributes: attributes({ roll: index }) }));
  const metrics = ['dice.rolls', 'dice.new'].map((name) => counter(name, points));
  await send('/v1/metrics', metricsJson(metrics, { resource: { 'k8s.pod.name': 'dice-2' } }));
  await waitFor('the series of the new pod', async () => (await seriesOf('dice.new')).length === 6 || undefined);
  expect((await seriesOf('dice.rolls')).filter(({ attributes: { roll } }) => roll !== undefined)).toHaveLength(6);
});

test('stays small and answers while it gets log lines of megabytes, and keeps their beginnings', async () => {
  const sendLong = async (): Promise<void> => {
    for (const megabytes of Array.from({ length: LONG_LINES }, (_line, index) => (index % 2 === 0 ? 3 : 10)))
      await send('/v1/logs', logsJson([{ body: { stringValue: 'x'.repeat(megabytes * 1e6) } }]));
  };
  await expectCalm(`${LONG_LINES} log lines of up to 10 MB`, sendLong());
  const { state, records } = await waitFor('a record that was cut', async () => {
    const answer = await ask<Logs>('logs?text=cut%20from');
    return answer.records.length > 0 ? answer : undefined;
  });
  report(state);
  expect(records.at(-1)?.body).toMatch(/^x{16384}… cut from \d+ MB$/);
  expect(state.dropped).toContainEqual(expect.objectContaining({ hop: 'guide', reason: 'cut' }));
  const tooLong = Math.floor(LONG_LINES / 2);
  await waitFor('what the Collector dropped', async () => {
    const { dropped } = (await ask<Logs>('logs?limit=1')).state;
    return dropped.find(({ hop, count }) => hop === 'collector' && count >= tooLong);
  });
});

test('stays small and answers while it gets thousands of log lines a second, and keeps those of others', async () => {
  await waitFor('a record of prizes', async () => {
    await send('/v1/logs', logsJson([{ body: { stringValue: 'keep me' } }], { service: 'prizes' }));
    return (await ask<Logs>('logs?service=prizes')).records.length > 0 ? true : undefined;
  });
  await expectCalm(`${LINES_PER_SECOND} log lines a second for ${SECONDS} s`, sendLines());
  const { state, records } = await ask<Logs>('logs?service=prizes');
  report(state);
  expect(records.map(({ body }) => body)).toContain('keep me');
  expect(state.dropped).toContainEqual(expect.objectContaining({ reason: 'age', example: 'records of dice' }));
});
