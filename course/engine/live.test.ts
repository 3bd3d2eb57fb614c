// Tests what is seen of a step while the telemetry of the learner's own requests arrives, with the checks of the course
// and a fake Jaeger.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SeenRequirement } from '../../apps/guide/contract.ts';
import type { LearnerRequest } from '../../apps/guide/server/course-service.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import * as manual from '../steps/06-manual/check.ts';
import * as signals from '../steps/09-metrics-and-logs/check.ts';
import * as nextSteps from '../steps/11-next-steps/check.ts';
import * as methods from '../steps/07-span-methods/check.ts';
import * as hello from '../steps/03-opentelemetry/check.ts';
import * as setUp from '../steps/01-set-up/check.ts';
import { eventually } from '../../support/waiting.ts';
import type { StepCode } from './check.ts';
import { exported } from '../harness/generated-metrics.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
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
function arrives(traceId: string, service: string, made: object, language = 'nodejs'): void {
  const all = traces.get(traceId) ?? [];
  const spanId = idOf(Number(traceId) * 10 + all.length, 16);
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const resource = { attributes: [text('service.name', service), text('telemetry.sdk.language', language)] };
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

/** A log record of dice as OTLP, in the second span of a trace. */
const recordOf = (text: string, traceId: string) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'dice' } }] },
      scopeLogs: [
        {
          scope: { name: 'dice' },
          logRecords: [
            {
              timeUnixNano: `${Date.now()}000000`,
              body: { stringValue: text },
              traceId,
              spanId: idOf(Number(traceId) * 10 + 1, 16),
            },
          ],
        },
      ],
    },
  ],
});

/** Watches a step. `now` is what is seen at the moment. */
function watched(code: StepCode, requests: LearnerRequest[], since = 0, answers = {}) {
  const stop = new AbortController();
  const seen: SeenRequirement[][] = [];
  const over = watchLive({
    lab,
    code,
    requests,
    since,
    answers,
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

test.each([
  ['sees that the library which the learner has named makes spans', 'http', 1],
  ['sees nothing of a library that makes none', 'undici', 0],
  ['sees nothing before a library is named', '', 0],
])('%s', async (_what, pick, count) => {
  const visit = request('/visit');
  arrives(visit.answer.traceId, '@opentelemetry/instrumentation-http', span('GET /visit', { kind: 2 }));
  const { green, stop, over } = watched(hello, [visit], 0, { pick });
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(green()).toHaveLength(count);
  stop.abort();
  await over;
});

test('sees that Flask has joined the trace of dice, and asks neither of them', async () => {
  const one = request('/server_request?param=a');
  const [id, caller] = [one.answer.traceId, one.answer.spanId];
  arrives(id, 'dice', span('server_request', { kind: 2, parentSpanId: caller }));
  const { green, over } = watched(nextSteps, [one]);
  await eventually(() => expect(green()).toEqual(["spans of dice in the caller's trace"]), { within: 2_000 });
  const dice = idOf(Number(id) * 10 + 1, 16);
  arrives(id, 'flask', span('GET /rolldice', { kind: 2, parentSpanId: dice }), 'python');
  await eventually(() => expect(green()).toHaveLength(4), { within: 1_000 });
  await over;
  expect(asked.filter((line) => !line.includes('/traces') && !line.includes('/services'))).toEqual([]);
});

test('sees metrics and a log record once they are there, and none of what was there before the roll', async () => {
  const telemetry = new Telemetry();
  const numbers = (count: number, sum: number, time: number) =>
    telemetry.accept('metrics', Buffer.from(JSON.stringify(exported({ counter: count, count, sum }, { time }))));
  numbers(3, 9, Date.now() - 5_000);
  lab = { ...lab, telemetry };
  const [roll, word] = [request('/rolldice'), request('/server_request?param=find-me')];
  arrives(roll.answer.traceId, 'dice', span('do_roll'));
  arrives(word.answer.traceId, 'dice', span('server_request', { kind: 2 }));
  const { green, seen, over } = watched(signals, [roll, word]);
  await eventually(() => expect(seen.length).toBeGreaterThan(2), { within: 3_000 });
  expect(green()).toEqual([]);
  numbers(4, 13, Date.now() + 1_000);
  const metrics = [expect.stringMatching(/^the counter dice.rolls/), expect.stringMatching(/^the histogram/)];
  await eventually(() => expect(green()).toEqual(metrics), { within: 1_000 });
  telemetry.accept('logs', Buffer.from(JSON.stringify(recordOf('find-me', word.answer.traceId))));
  await eventually(() => expect(green()).toHaveLength(5), { within: 1_000 });
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
