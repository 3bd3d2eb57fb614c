// Tests what is seen of a step while the telemetry of the learner's own requests arrives, with the checks of the course
// and a fake Jaeger.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SeenRequirement } from '../../apps/guide/contract.ts';
import type { LearnerRequest } from '../../apps/guide/server/course-service.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import * as manual from '../steps/06-manual/check.ts';
import * as methods from '../steps/07-span-methods/check.ts';
import * as setUp from '../steps/01-set-up/check.ts';
import { eventually } from '../../support/waiting.ts';
import type { StepCode } from './check.ts';
import { watchLive } from './live.ts';

/** What Jaeger has, as OTLP, by trace id. */
const traces = new Map<string, object[]>();
const asked: string[] = [];
let server: Server;
let lab: Lab;

const idOf = (number: number, length: number): string => String(number).padStart(length, '0');

const span = (name: string, more: object = {}) => ({
  name,
  kind: 1,
  startTimeUnixNano: `${Date.now()}000000`,
  endTimeUnixNano: `${Date.now() + 1}000000`,
  ...more,
});

const integer = (key: string, intValue: number) => ({ key, value: { intValue: String(intValue) } });

/** Adds a span to a trace. The first one is the guide's own. */
function arrives(traceId: string, service: string, made: object): void {
  const all = traces.get(traceId) ?? [];
  const spanId = idOf(Number(traceId) * 10 + all.length, 16);
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  traces.set(traceId, [
    ...all,
    { resource, scopeSpans: [{ scope: { name: service }, spans: [{ traceId, spanId, ...made }] }] },
  ]);
}

beforeAll(async () => {
  server = createServer(({ url = '', method = '' }, response) => {
    asked.push(`${method} ${url}`);
    const id = /traces\/([0-9]{32})/.exec(url)?.[1] ?? '';
    const resourceSpans = traces.get(id);
    response.setHeader('content-type', 'application/json');
    if (url.includes('/services')) return void response.end('{"services":[]}');
    if (/traces\?/.test(url)) return void response.end('{"result":{"resourceSpans":[]}}');
    response.statusCode = resourceSpans ? 200 : 404;
    response.end(JSON.stringify({ result: { resourceSpans } }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  lab = {
    ...{ arcade: url, dice: url, flask: url, jaeger: url, collector: url },
    settings: { OTEL_BSP_SCHEDULE_DELAY: '50' },
    files: () => Promise.resolve(undefined),
    podLog: () => Promise.resolve(''),
    truth: () => ({}),
  };
});
beforeEach(() => {
  traces.clear();
  asked.length = 0;
});
afterAll(() => server.close());

let made = 0;
function request(path: string, { status = 200, body = '4' } = {}): LearnerRequest {
  const traceId = idOf(++made, 32);
  arrives(traceId, 'guide', span(`GET ${path}`, { kind: 3 }));
  return { path, sent: Date.now(), answer: { traceId, spanId: idOf(made * 10, 16), status, body } };
}

/** Watches a step. `now` is what is seen at the moment. */
function watched(code: StepCode, requests: LearnerRequest[], since = 0) {
  const stop = new AbortController();
  const seen: SeenRequirement[][] = [];
  const over = watchLive({
    lab,
    code,
    requests,
    since,
    signal: stop.signal,
    onSeen: (requirements) => seen.push([...requirements]),
  });
  const green = () => (seen.at(-1) ?? []).filter((one) => one.seen).map(({ text }) => text);
  return { stop, seen, over, green };
}

const roll = { attributes: [integer('roll.value', 4)] };

test('sees a requirement within a second after its telemetry is in Jaeger, and nothing before', async () => {
  const one = request('/rolldice');
  const { seen, green, over } = watched(manual, [one]);
  await eventually(() => expect(seen.length).toBeGreaterThan(2), { within: 3_000 });
  expect(green()).toEqual([]);
  arrives(one.answer.traceId, 'dice', span('do_roll'));
  await eventually(() => expect(green()).toEqual([expect.stringMatching(/^a span do_roll/)]), { within: 1_000 });
  traces.delete(one.answer.traceId);
  arrives(one.answer.traceId, 'guide', span('GET /rolldice', { kind: 3 }));
  arrives(one.answer.traceId, 'dice', span('do_roll', roll));
  await eventually(() => expect(green()).toHaveLength(3), { within: 1_000 });
  await over;
});

test('sends nothing to dice, and asks Jaeger a few times a second only', async () => {
  const { stop, over } = watched(manual, [request('/rolldice')]);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  stop.abort();
  await over;
  expect(asked.filter((line) => !line.startsWith('GET '))).toEqual([]);
  expect(asked.filter((line) => !line.includes('/traces') && !line.includes('/services'))).toEqual([]);
  expect(asked.length).toBeLessThan(20);
});

test('takes no requirement for seen that the requests can say nothing about', async () => {
  const good = request('/rolldice?sides=20', { body: '17' });
  const attributes = [integer('roll.value', 17), integer('roll.sides', 20)];
  const events = [{ name: 'rolled', timeUnixNano: '1', attributes: [integer('a', 1)] }];
  arrives(good.answer.traceId, 'dice', span('do_roll', { attributes, events }));
  const { green, stop, over, seen } = watched(methods, [good]);
  await eventually(() => expect(green()).toHaveLength(6), { within: 3_000 });
  expect(
    seen
      .at(-1)
      ?.filter((one) => !one.seen)
      .every(({ text }) => /sides=0|failed/.test(text)),
  ).toBe(true);
  stop.abort();
  await over;
});

test('sees a step whose check asks dice itself, once the span of the request is in Jaeger', async () => {
  const visit = request('/visit');
  const known = traces.get(visit.answer.traceId) ?? [];
  traces.delete(visit.answer.traceId);
  const { seen, green, over } = watched(setUp, [visit]);
  await eventually(() => expect(seen.length).toBeGreaterThan(1), { within: 3_000 });
  expect(green()).toEqual([]);
  traces.set(visit.answer.traceId, known);
  await eventually(() => expect(green()).toHaveLength(3), { within: 1_000 });
  await over;
});

test.each([
  ['that are from before the start of the step', [request('/rolldice')], Date.now() + 60_000],
  ['for other paths', [request('/visit')], 0],
  ['that were never made', [], 0],
])('judges nothing by requests %s', async (_what, requests, since) => {
  const { seen, over } = watched(manual, requests, since);
  await over;
  expect(seen).toEqual([]);
});
