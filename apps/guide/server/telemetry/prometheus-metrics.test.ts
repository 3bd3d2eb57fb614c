import { createServer } from 'node:http';
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

test("answers from the guide's memory, and says so, while Prometheus reads its log after a restart", async () => {
  const server = createServer((_request, response) => response.writeHead(503).end('Service Unavailable'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  await expectOwnMetrics(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.close().closeAllConnections();
});
