import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { call, getJson } from './http.ts';

let server: Server;
let url: string;
let answer: RequestListener = (_request, response) => response.end();

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('sends the method, headers and body of a request, and returns the status and text of the response', async () => {
  answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      response
        .writeHead(201)
        .end(`${request.method} ${String(request.headers['x-a'])} ${Buffer.concat(chunks).toString()}`),
    );
  };
  expect(await call(url, { method: 'POST', headers: { 'x-a': '1' }, body: 'été' })).toMatchObject({
    status: 201,
    body: 'POST 1 été',
  });
});

test("rejects with the signal's reason if the signal is aborted because a request takes too long", async () => {
  answer = () => undefined;
  await expect(call(url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('rejects if the body is larger than the limit', async () => {
  answer = (_request, response) => response.end('x'.repeat(2000));
  expect((await call(url, { limit: 2000 })).body).toHaveLength(2000);
  await expect(call(url, { limit: 1999 })).rejects.toThrow('expected a body of at most 1999 bytes, found more');
});

test('returns the parsed value of a JSON response', async () => {
  answer = (_request, response) => response.end('{"a":1}');
  expect(await getJson(url)).toEqual({ a: 1 });
});

test('throws an error that quotes the response if its status is not 2xx', async () => {
  answer = (_request, response) => response.writeHead(503).end('closed');
  await expect(getJson(url)).rejects.toThrow(`expected ${url} to answer 2xx, found 503: closed`);
});

test('throws an error that quotes the response if it is not JSON', async () => {
  answer = (_request, response) => response.end('<p>');
  await expect(getJson(url)).rejects.toThrow(`expected ${url} to answer JSON, found: <p>`);
});
