// Fills what the guide keeps of metrics and logs, and prints how much memory that took, and how much the guide says.
// Run it with --expose-gc.
import { Telemetry } from '../server/telemetry/telemetry.ts';
import { attributes, counter, logsJson, metricsJson, redJson } from './otlp-json.ts';

const SERVICES = ['dice', 'prizes', 'arcade', 'visitors', 'flask', 'guide', 'others'];
const ROUNDS = 4;
const INTERVAL = 5_000;

let now = Date.now();
const listOf = <T>(length: number, item: (index: number) => T): T[] =>
  Array.from({ length }, (_item, index) => item(index));

const text = (length: number): string => 'x'.repeat(length);

type Fill = (telemetry: Telemetry, service: string, round: number) => void;

const fills: Record<string, Fill> = {
  logs(telemetry, service, round) {
    const records = listOf(500, (index) => ({
      body: { stringValue: `line ${round} ${index} ${text(index % 300)}` },
      attributes: attributes({ index, player: 'somebody' }),
    }));
    telemetry.accept('logs', logsJson(records, { service, resource: { pod: `${service}-${round}`, note: text(500) } }));
  },
  charts(telemetry, service, round) {
    const series = listOf(400, (index) => ({
      name: `GET /${round}/${index}`,
      status: 200 + index,
      start: now,
      time: now,
      buckets: [round, index, 1, 2],
      exemplars: [exemplar(round * 400 + index)],
    }));
    telemetry.accept('metrics', redJson(service, series));
  },
  instruments(telemetry, service, round) {
    for (const name of listOf(6, (index) => `instrument.${index}`)) {
      const user = (index: number) => attributes({ user: `${index}-${round}`, region: text(20) });
      const points = listOf(60, (index) => ({ asDouble: index + 0.5, attributes: user(index) }));
      const values = listOf(60, (index) => ({
        ...{
          count: index + 1,
          sum: index + 0.5,
          min: index,
          max: index + 0.5,
          explicitBounds: [1, 2, 3.5],
          bucketCounts: [index, 0, 0, 1],
        },
        attributes: user(index),
        exemplars: [exemplar(index), exemplar(index + 100)],
      }));
      const histogram = { name: `${name}.value`, histogram: { aggregationTemporality: 2, dataPoints: values } };
      const from = { service, resource: { pod: `${service}-${round}`, note: text(300) } };
      telemetry.accept('metrics', metricsJson([counter(name, points), histogram], from));
    }
  },
};

const exemplar = (index: number) => ({
  value: index,
  asDouble: index,
  traceId: String(index).padStart(32, 'a'),
  spanId: String(index).padStart(16, 'b'),
});

function fill(signal: Fill): Telemetry {
  const telemetry = new Telemetry({ now: () => now });
  for (let round = 1; round <= ROUNDS; round += 1) {
    now += INTERVAL;
    for (const service of SERVICES) signal(telemetry, service, round);
  }
  return telemetry;
}

function used(): number {
  for (let times = 0; times < 4; times += 1) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Returns how many bytes `create` adds to the memory in use. */
async function measure(name: string): Promise<object> {
  const signal = fills[name] as Fill;
  fill(signal);
  // The buffers for log records are there from the beginning.
  const kept: (Telemetry | undefined)[] = [name === 'logs' ? undefined : new Telemetry()];
  const before = used();
  const filled = (kept[0] = fill(signal));
  const took = used() - before;
  const { bytes, limit } = name === 'logs' ? filled.logs.state() : (await filled.metrics.charts(1)).state;
  return { name, took, bytes, limit };
}

const results: object[] = [];
for (const name of Object.keys(fills)) results.push(await measure(name));
process.stdout.write(JSON.stringify(results));
