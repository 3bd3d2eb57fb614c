import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from './http.ts';
import type { AddressInfo } from 'node:net';

const server = createServer((_request, response) => void response.end('4'));
afterEach(() => void server.close());

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
