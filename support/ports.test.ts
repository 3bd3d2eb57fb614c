import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { accepts, checkFree, freePort } from './ports.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

test('returns the next free port if the requested port is taken', async () => {
  expect(await freePort(port)).toBeGreaterThan(port);
});

test('returns the requested port if it is free', async () => {
  const free = await freePort(port);
  expect(await checkFree(free)).toBe(free);
});

test('refuses a port that another program listens on', async () => {
  await expect(checkFree(port)).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken.`);
});

test('returns whether a port accepts connections', async () => {
  expect(await accepts(`http://127.0.0.1:${port}`)).toBe(true);
  expect(await accepts('http://127.0.0.1:1')).toBe(false);
});
