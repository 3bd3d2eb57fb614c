import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attributes, counter, metricsJson, redJson } from '../../testing/otlp-json.ts';
import { Telemetry } from './telemetry.ts';

/** Returns a guide that has metrics, and reads them from Prometheus at this URL. */
function guideWith(prometheus: string): Telemetry {
  const telemetry = new Telemetry({ prometheus });
  const now = Date.now();
  telemetry.accept('metrics', redJson('arcade', [{ start: now, time: now, buckets: [3, 0, 0, 0] }]));
  telemetry.accept('metrics', metricsJson([counter('dice.rolls', [{ asInt: '3', attributes: attributes({}) }])]));
  return telemetry;
}

async function expectOwnMetrics(prometheus: string): Promise<void> {
  const { metrics } = guideWith(prometheus);
  const [charts, instruments] = [await metrics.charts(15), await metrics.instruments('dice', 15)];
  expect(charts.services.map(({ service }) => service)).toEqual(['arcade']);
  expect(instruments.instruments.map(({ name }) => name)).toEqual(['dice.rolls']);
  for (const { state } of [charts, instruments]) {
    expect(state.source).toBe('memory');
    expect(state.fallback).toMatch(
      /^These metrics are from the guide's memory: expected metrics from Prometheus, found: /,
    );
  }
}

test("answers from the guide's memory, and says so, while nothing listens in place of Prometheus", () =>
  expectOwnMetrics('http://127.0.0.1:9'));

async function withServer(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.close().closeAllConnections();
}

test("answers from the guide's memory, and says so, while Prometheus reads its log after a restart", () =>
  withServer((_request, response) => response.writeHead(503).end('Service Unavailable'), expectOwnMetrics));

const START = 1_795_979_000_000;

type Samples = readonly (readonly [time: number, value: number])[];

/** Returns what Prometheus has of the samples at each time of a query: the newest one in its window. */
function valuesAt(samples: Samples, query: URLSearchParams): [time: number, value: string][] {
  const milliseconds = (name: string): number => Number(query.get(name)) * 1_000;
  const [start, step] = [milliseconds('start'), milliseconds('step')];
  const window = Number(/\[(\d+)s\]\)$/.exec(query.get('query') ?? '')?.[1]) * 1_000;
  const count = (milliseconds('end') - start) / step + 1;
  return Array.from({ length: count }, (_, at) => start + at * step).flatMap((time): [number, string][] => {
    const newest = samples.findLast(([taken]) => taken <= time && taken > time - window);
    return newest ? [[time / 1_000, String(newest[1])]] : [];
  });
}

/** Answers as Prometheus does that has these samples of dice.rolls, and nothing else. */
const prometheusWith =
  (samples: Samples): RequestListener =>
  ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://prometheus');
    const metric = { __name__: 'dice.rolls', 'service.name': 'dice' };
    const isRange = pathname.endsWith('/query_range');
    const result = isRange ? [{ metric, values: valuesAt(samples, searchParams) }] : [];
    response.end(JSON.stringify({ status: 'success', data: pathname.endsWith('exemplars') ? [] : { result } }));
  };

test('ends a series of Prometheus at its newest report, and a minute later says when that was', () => {
  const samples = [
    [START - 910_000, 1],
    [START - 20_000, 3],
    [START - 1_000, 5],
  ] as const;
  return withServer(prometheusWith(samples), async (prometheus) => {
    let now = START + 3_000;
    const telemetry = new Telemetry({ prometheus, now: () => now });
    telemetry.accept('metrics', metricsJson([counter('dice.rolls', [{ asInt: '3', attributes: [] }])]));
    const series = async () => (await telemetry.metrics.instruments('dice', 15)).instruments[0]?.series;
    expect((await series())?.map(({ values, ended }) => [values.slice(-4), values.slice(0, 3), ended])).toEqual([
      [[3, 3, 5, null], [1, 1, 1], undefined],
    ]);
    now += 60_000;
    expect((await series())?.map(({ values, ended }) => [values.slice(-9, -6), ended])).toEqual([
      [[3, 5, null], START],
    ]);
  });
});
