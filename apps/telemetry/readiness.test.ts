import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openServers, readiness, watchServers } from './readiness.ts';

test('reports the process as ready only while a server listens on the expected port', async () => {
  watchServers();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(readiness(port, 1)).toEqual({ ready: true, reason: `listening on port ${port}` });
  expect(readiness(2, 1)).toEqual({ ready: false, reason: `expected a server on port 2, found one only on ${port}` });
  expect(readiness(2, port)).toEqual({ ready: false, reason: 'expected a server on port 2, found one on no port' });
  server.close();
  await once(server, 'close');
  expect(openServers()).toEqual([]);
});

test('names a port once that several servers listen on, each on another address', async () => {
  watchServers();
  const first = createServer().listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  const second = createServer().listen(port, '127.0.0.2');
  await once(second, 'listening');
  expect(readiness(2, 1).reason).toBe(`expected a server on port 2, found one only on ${port}`);
  first.close();
  second.close();
});

test.each(['127.0.0.1', '::1'])('reports a pod as not ready that listens on %s only', async (address) => {
  process.env['POD_IP'] = '10.0.0.7';
  watchServers();
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(readiness(port, 1)).toEqual({
    ready: false,
    reason: `listens on ${address}:${port} only, where no other pod reaches it`,
  });
  process.env['POD_IP'] = '127.0.0.2';
  const reachable = createServer().listen(port, '127.0.0.2');
  await once(reachable, 'listening');
  expect(readiness(port, 1).ready).toBe(true);
  server.close();
  reachable.close();
  delete process.env['POD_IP'];
});
