import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { once } from 'node:events';
import { waitForBackends } from './wait-for-backends.ts';

const nobody = { name: 'dice', url: 'http://127.0.0.1:1' };

async function listening(port = 0): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

test('waits until the last backend accepts connections', async () => {
  const first = await listening();
  const port = portOf(first);
  first.close();
  const opened = waitForBackends([{ name: 'arcade', url: `http://127.0.0.1:${port}` }], 10_000);
  const early = await Promise.race([opened, new Promise((resolve) => setTimeout(() => resolve('still waiting'), 300))]);
  const second = await listening(port);
  expect(early).toBe('still waiting');
  await expect(opened).resolves.toEqual([]);
  second.close();
});

test('stops waiting after the time limit, and names the backend that does not answer', async () => {
  const server = await listening();
  const started = Date.now();
  await expect(
    waitForBackends([{ name: 'arcade', url: `http://127.0.0.1:${portOf(server)}` }, nobody], 250),
  ).resolves.toEqual(['dice']);
  expect(Date.now() - started).toBeLessThan(3_000);
  server.close();
});
