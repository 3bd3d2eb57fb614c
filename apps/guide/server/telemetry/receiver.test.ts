import { request as httpRequest } from 'node:http';
import type { ClientRequest, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { logsJson } from '../../testing/otlp-json.ts';
import { waitFor } from '../../../../support/waiting.ts';
import { receiverFor } from './receiver.ts';
import { Telemetry } from './telemetry.ts';

const json = { 'content-type': 'application/json' };
let telemetry: Telemetry;
let server: Server;
let url: string;

beforeEach(async () => {
  telemetry = new Telemetry();
  server = receiverFor(telemetry).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(() => {
  server.close().closeAllConnections();
});

const line = (text: string): string => logsJson([{ body: { stringValue: text } }]);
const post = (path: string, body: string, headers: Record<string, string> = json): Promise<Response> =>
  fetch(url + path, { method: 'POST', headers, body });
const bodies = (): string[] => telemetry.logs.query().records.map(({ body }) => body);

test('takes log records in JSON', async () => {
  const answer = await post('/v1/logs', line('hi'));
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    200,
    'application/json',
    '{}',
  ]);
  expect(bodies()).toEqual(['hi']);
});

interface Refused {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

function refusalOf({ method = 'POST', path = '/v1/logs', headers = json }: Refused): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, url), { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve([response.statusCode, (JSON.parse(text) as { message: string }).message]));
    }).on('error', reject);
    if ('content-length' in headers) request.flushHeaders();
    else request.end();
  });
}

test.each<[string, Refused, number, RegExp]>([
  ['GET', { method: 'GET' }, 405, /expected POST, found GET/],
  ['a path for traces', { path: '/v1/traces' }, 404, /expected a path of \/v1\/metrics, \/v1\/logs/],
  ['a path that every object has', { path: '/constructor' }, 404, /expected a path/],
  ['protobuf', { headers: { 'content-type': 'application/x-protobuf' } }, 415, /Set encoding: json/],
  ['no content type', { headers: {} }, 415, /found none/],
  ['gzip', { headers: { ...json, 'content-encoding': 'gzip' } }, 415, /Set compression: none/],
  ['33 MiB', { headers: { ...json, 'content-length': String(33 * 2 ** 20) } }, 413, /at most 1048576 bytes/],
])('refuses %s with words', async (_what, refused, status, message) => {
  expect(await refusalOf(refused)).toEqual([status, expect.stringMatching(message)]);
});

test('counts what it can not read, because the Collector does not send it again', async () => {
  await refusalOf({ headers: { 'content-type': 'application/x-protobuf' } });
  await post('/v1/logs', '{');
  const { dropped } = telemetry.logs.query().state;
  expect(dropped).toMatchObject([{ hop: 'guide', reason: 'format', count: 2 }]);
  expect(Math.abs((dropped[0]?.last ?? 0) - Date.now())).toBeLessThan(5_000);
});

test.each(['', '{', '[1,', '{"resourceLogs":[}', '"\\ud800'])('refuses %j, which is not JSON', async (body) => {
  const answer = await post('/v1/logs', body);
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('expected OTLP JSON')]);
});

test.each(['1', 'null', '[]', '{"resourceLogs":1}', '{"__proto__":{"resourceLogs":[]}}'])(
  'takes %s, in which there is no record',
  async (body) => {
    expect((await post('/v1/logs', body)).status).toBe(200);
    expect(bodies()).toEqual([]);
  },
);

test('keeps the beginning of a line of 10 MB, and says how long it was', async () => {
  expect((await post('/v1/logs', line(`start ${'x'.repeat(1e7)}`))).status).toBe(200);
  expect(bodies()).toEqual([expect.stringMatching(/^start x{16378}… cut from 10 MB$/)]);
  expect(telemetry.logs.query().state.dropped).toMatchObject([{ hop: 'guide', reason: 'cut', count: 1 }]);
});

test('refuses a request that is too large even without long texts, and counts it', async () => {
  const many = logsJson(Array.from({ length: 20_000 }, () => ({ body: { stringValue: 'x'.repeat(100) } })));
  expect((await post('/v1/logs', many)).status).toBe(413);
  expect(bodies()).toEqual([]);
  expect(telemetry.logs.query().state.dropped).toMatchObject([{ reason: 'size', count: 1 }]);
});

test('answers 503 while it reads four other requests, and takes requests again after them', async () => {
  const slow: ClientRequest[] = Array.from({ length: 4 }, () =>
    httpRequest(`${url}/v1/logs`, { method: 'POST', headers: json, agent: false }),
  );
  for (const request of slow) request.on('error', () => undefined).write('{');
  const answer = await waitFor('an answer 503', async () => {
    const one = await post('/v1/logs', line('hi'));
    return one.status === 503 ? one : undefined;
  });
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(telemetry.logs.query().state.dropped).toMatchObject([{ reason: 'busy', count: 1 }]);
  for (const request of slow) request.destroy();
  await waitFor('an answer 200', async () => ((await post('/v1/logs', line('hi'))).status === 200 ? true : undefined));
});
