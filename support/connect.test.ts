import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from './http.ts';
import type { AddressInfo, Server } from 'node:net';

const server = createServer((_request, response) => void response.end('4'));
afterEach(() => void server.close());

/** Returns the URL of a server that answers the n-th connection with `answers[n]`, or breaks it off for undefined. */
async function breaking(...answers: (string | undefined)[]): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const breaker = createNetServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (text: Buffer) => {
      const answer = answers[requests.push(text.toString()) - 1];
      if (answer === undefined) socket.resetAndDestroy();
      else socket.end(answer);
    });
  }).listen(0, '127.0.0.1');
  breakers.push(breaker);
  await once(breaker, 'listening');
  return { url: `http://127.0.0.1:${(breaker.address() as AddressInfo).port}/`, requests };
}

const breakers: Server[] = [];
afterAll(() => breakers.forEach((breaker) => breaker.close()));
const FOUR = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n4';

/** Returns a URL at which nothing listens, and its port. */
const url = async (): Promise<[string, number]> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return [`http://127.0.0.1:${port}/`, port];
};

test('connects to a server that begins to listen a little later', async () => {
  const [address, port] = await url();
  const answer = call(address, { connectWithin: 5_000 });
  await delay(100);
  server.listen(port, '127.0.0.1');
  expect((await answer).body).toBe('4');
});

test('tells that the connection is refused once the time is over', async () => {
  const [address] = await url();
  const began = performance.now();
  await expect(call(address, { connectWithin: 150 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(performance.now() - began).toBeGreaterThan(80);
});

test('fails at once without the option', async () => {
  const [address] = await url();
  await expect(call(address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('ends with the reason of its signal while it tries to connect', async () => {
  const [address] = await url();
  await expect(call(address, { connectWithin: 5_000, signal: AbortSignal.timeout(60) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});

test.each([
  ['breaks off', undefined],
  ['ends', ''],
])('sends the request once more if the connection %s before the answer begins', async (_how, first) => {
  const { url: address, requests } = await breaking(first, FOUR);
  expect((await call(address, { connectWithin: 5_000 })).body).toBe('4');
  expect(requests).toHaveLength(2);
  expect(requests[1]).toBe(requests[0]);
});

test('sends no request a third time', async () => {
  const { url: address, requests } = await breaking(undefined, undefined, FOUR);
  await expect(call(address, { connectWithin: 5_000 })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(requests).toHaveLength(2);
});

test('sends no request again once the answer has begun', async () => {
  const { url: address, requests } = await breaking(FOUR.slice(0, 20), FOUR);
  await expect(call(address, { connectWithin: 5_000 })).rejects.toThrow();
  expect(requests).toHaveLength(1);
});
