import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from './testing/http-server.ts';
import type { Answering, HttpServer } from './testing/http-server.ts';
import { HttpApi } from './client.ts';
import { KINDS } from './kinds.ts';
import { NodeTransport } from './transport-node.ts';

let server: HttpServer;
let api: HttpApi;
let answer: Answering;

beforeEach(async () => {
  server = await serve((request, response) => answer(request, response));
  const config = { server: server.url, tls: {}, authorization: () => Promise.resolve('Bearer t') };
  const transport = new NodeTransport({ config, timeout: 200 });
  api = new HttpApi({ config, transport, userAgent: 'tester/1', fieldManager: 'us' });
});

afterEach(async () => {
  await api.close();
  server.close();
});

const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'a' } };

test('sends a request with node:http and returns the response', async () => {
  answer = (_request, response) => void response.end(JSON.stringify(map));
  expect(await api.apply(map)).toEqual(map);
  expect(server.received).toMatchObject([
    {
      method: 'PATCH',
      url: '/api/v1/namespaces/a/configmaps/m?fieldManager=us&force=true&fieldValidation=Ignore',
      headers: { authorization: 'Bearer t', 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(map),
    },
  ]);
});

test('fails a request if its complete response takes longer than the timeout', async () => {
  answer = () => undefined;
  await expect(api.list(KINDS.Pod)).rejects.toThrow(
    'Expected the API server to answer GET /api/v1/pods, found: no answer within 0.2 s',
  );
  answer = (_request, response) => void response.writeHead(200).write('{');
  await expect(api.list(KINDS.Pod)).rejects.toThrow('no answer within 0.2 s');
});

test('throws an error that names the cause when a connection fails', async () => {
  answer = (_request, response) => response.destroy();
  await expect(api.list(KINDS.Pod)).rejects.toThrow(
    /^Expected the API server to answer GET .*, found: socket hang up$/,
  );
});

test('aborts running requests when the client closes', async () => {
  answer = () => undefined;
  const list = api.list(KINDS.Pod);
  await sleep(20);
  await Promise.all([expect(list).rejects.toThrow('found: The operation was aborted'), api.close()]);
});

describe('a watch over node:http', () => {
  const watch = (silence: number, signal = new AbortController().signal) =>
    api.watch(KINDS.Pod, { timeoutSeconds: 60, silence, signal });

  test('keeps a watch open for longer than the timeout of other requests', async () => {
    answer = (_request, response) => void response.writeHead(200).write('1\n');
    const lines = await watch(60_000);
    expect(await lines.next()).toEqual({ value: '1', done: false });
    const next = lines.next();
    await sleep(300);
    answer = (_request, response) => void response.end();
    await api.close();
    await expect(next).rejects.toThrow(/aborted/);
  });

  test('fails a watch if no byte arrives for too long', async () => {
    answer = (_request, response) => void response.writeHead(200).write('1\n');
    const lines = await watch(50);
    await lines.next();
    await expect(lines.next()).rejects.toThrow('no byte within 0.05 s');
  });

  test("throws the API server's error if the API server refuses a watch", async () => {
    answer = (_request, response) => void response.writeHead(410).end(JSON.stringify({ reason: 'Expired' }));
    await expect(watch(1_000)).rejects.toMatchObject({ code: 410 });
  });
});
