// Runs the check of step 9 again and again with the real parts and no cluster: dice with its SDK, the pinned Collector
// and the pinned Jaeger. A server before the guide's receiver adds the attributes of the pod as k8sattributes does: not
// to the first exports, and in another order each time.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { flushAt } from '../../apps/guide/server/pods/dice-report.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import { attributes, counter, metricsJson, nanoseconds } from '../../apps/guide/testing/otlp-json.ts';
import { App, buildOutside } from '../../apps/testing/apps.ts';
import { viewOf } from '../../course/engine/lab-view.ts';
import { check } from '../../course/steps/09-metrics-and-logs/check.ts';
import { startCollector } from '../support/otlp/collector.ts';
import { startJaeger } from '../support/otlp/jaeger.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';

/** How often each check runs. Set CHECKS for more. */
const CHECKS = Number(process.env['CHECKS'] ?? 3);
const files = join(import.meta.dirname, '../../course/steps/09-metrics-and-logs/files');
const NAMES = ['k8s.namespace.name', 'k8s.pod.uid', 'k8s.deployment.name', 'k8s.node.name'];

const telemetry = new Telemetry();
/** Exports of dice's counter that come before the Collector knows the pod. */
let early = 2;
let built: Awaited<ReturnType<typeof buildOutside>>;
let dice: App;
let collector: LoopbackProcess;
let jaeger: LoopbackProcess;

interface Resource {
  readonly resource: { attributes?: object[] };
}

function withPod({ resource }: Resource): void {
  const order = NAMES.toSorted(() => Math.random() - 0.5);
  const more = attributes(Object.fromEntries(order.map((name) => [name, `the ${name}`])));
  resource.attributes = [...(resource.attributes ?? []), ...more];
}

const guide: Server = createServer((request, response) => {
  void json(request).then((body) => {
    const { resourceMetrics = [], resourceLogs = [] } = body as Record<string, Resource[]>;
    if (JSON.stringify(body).includes('"dice.rolls"')) early -= 1;
    if (early < 0) [...resourceMetrics, ...resourceLogs].forEach(withPod);
    telemetry.accept(request.url === '/v1/logs' ? 'logs' : 'metrics', JSON.stringify(body));
    response.setHeader('content-type', 'application/json').end('{}');
  });
}).listen(0, '127.0.0.1');

const prizes = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');

beforeAll(async () => {
  built = await buildOutside();
  const started = await startJaeger();
  jaeger = started;
  collector = await startCollector({
    guide: `http://127.0.0.1:${(guide.address() as AddressInfo).port}`,
    own: JSON.stringify({ exporters: { 'otlp_http/jaeger': { endpoint: started.otlp } } }),
  });
  const app = join(built.dist, 'dice', 'app.ts');
  const code = readFileSync(join(files, 'app.ts'), 'utf8');
  writeFileSync(app, code.replaceAll('$PRIZES_URL', `http://127.0.0.1:${(prizes.address() as AddressInfo).port}`));
  dice = await App.start(built.dist, 'dice', { ...settings(), OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=dice-1' }, [app]);
  await dice.ready();
}, 90_000);

afterAll(async () => {
  for (const server of [guide, prizes]) server.close().closeAllConnections();
  for (const started of [dice, collector, jaeger]) await started.stop();
  built.remove();
});

/** The settings that the chart gives dice, and those of the step's solution. */
const settings = (): Record<string, string> => ({
  INSTRUMENTATION: 'manual',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
});

/** Runs the check as often as CHECKS says. @returns what the checks did not find to be right */
async function troubles(): Promise<string[]> {
  const found: string[] = [];
  for (let left = CHECKS; left > 0; left -= 1) {
    const nobody = 'http://127.0.0.1:1';
    const lab = {
      ...{ dice: dice.url, arcade: nobody, flask: nobody, jaeger: jaeger.url, collector: collector.url },
      ...{ settings: settings(), telemetry },
      files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': '' }),
      podLog: () => Promise.resolve(dice.stdout),
      flush: () => flushAt(dice.health),
      truth: () => ({}),
    };
    const verdict = await check(viewOf(lab, { since: Date.now() }));
    if (!verdict.passed) found.push(`${verdict.expected}: ${verdict.found}. ${verdict.hint}`);
  }
  return found;
}

test('passes right code at once after its start, and each time after that', async () => {
  expect(await troubles()).toEqual([]);
}, 60_000);

test('passes right code while others roll 150 times a minute', async () => {
  let isOver = false;
  const visitor = (async () => {
    for (; !isOver; await delay(800 * Math.random()))
      await fetch(`${dice.url}/rolldice`).then((answer) => answer.text());
  })();
  const found = await troubles();
  isOver = true;
  await visitor;
  expect(found).toEqual([]);
}, 60_000);

test('passes right code after a pod before it has sent 3,000 series', async () => {
  const times = { startTimeUnixNano: nanoseconds(Date.now() - 600_000), timeUnixNano: nanoseconds(Date.now()) };
  const points = Array.from({ length: 3_000 }, (_one, id) => ({
    ...times,
    asInt: '1',
    attributes: attributes({ id }),
  }));
  const flood = metricsJson([counter('flood', points)], { resource: { 'k8s.pod.name': 'dice-0' } });
  telemetry.accept('metrics', flood);
  expect(telemetry.lostPoints).toBeGreaterThan(0);
  expect(await troubles()).toEqual([]);
}, 60_000);
