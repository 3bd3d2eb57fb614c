import { execFile } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { targetsIn } from './contract.ts';
import type { Answer, Path, PathResult, Target } from './contract.ts';
import { probe, tryConnection } from './probe.ts';

const servers: Server[] = [];

async function start(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}

const listening = (port = 0, host = '127.0.0.1'): Promise<number> =>
  start(
    createServer((socket) => socket.on('error', () => undefined).resume()),
    port,
    host,
  );

const answering = (status: number): Promise<number> =>
  start(createHttpServer((_, response) => response.writeHead(status).end('x'.repeat(1_000_000))));

/** Returns a port on which no server listens. */
async function closedPort(): Promise<number> {
  const port = await listening();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

const target = (path: Target['path'], port: number, fields: Partial<Target> = {}): Target => ({
  path,
  name: `class-b/${path}`,
  host: '127.0.0.1',
  port,
  ...fields,
});
const NO_IPV6 = { arp: '', route: '', addresses: '' };
const quick = { step: 300, pause: 20, total: 200, tables: () => NO_IPV6 };

const shut = (tried = 1): PathResult => ({ tried, guarded: 0, reached: 0, names: [] });
const open = (name: string): PathResult => ({ ...shut(), reached: 1, names: [name] });
const control = async (): Promise<Target> => target('control', await listening());

/** Probes one target, and returns its result. */
async function resultOf(one: Target, path: Path = 'service'): Promise<PathResult | undefined> {
  return (await probe([await control(), one], quick)).paths[path];
}

afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

test('connects to an open port by its IP address and by its host name', async () => {
  const port = await listening();
  expect(await tryConnection({ host: '127.0.0.1', port })).toBe('connected');
  expect(await tryConnection({ host: 'localhost', port })).toBe('connected');
});

test('reports the error code of a connection to a closed port', async () => {
  expect(await tryConnection({ host: '127.0.0.1', port: await closedPort() })).toBe('ECONNREFUSED');
});

test('reports an error code for an invalid host name, and does not throw', async () => {
  expect(await tryConnection({ host: 'not a name', port: 80 })).toMatch(/^E/);
});

/** Addresses of this machine by which a pod could be reached, too: IPv6 loopback and link-local, if there are some. */
const ipv6 = Object.entries(networkInterfaces()).flatMap(([device, addresses = []]) =>
  addresses
    .filter(({ family }) => family === 'IPv6')
    .map(({ address }) => (address.startsWith('fe80:') ? `${address}%${device}` : address)),
);

test('connects to every IPv6 address of this machine, and to none of them at a closed port', async () => {
  for (const host of ipv6) {
    expect(await tryConnection({ host, port: await listening(0, host) })).toBe('connected');
    expect(await tryConnection({ host, port: await closedPort() })).toBe('ECONNREFUSED');
  }
});

test('counts what it tried and what it reached on each path, and names what it reached', async () => {
  const targets = [
    await control(),
    target('service', await closedPort()),
    target('service', await closedPort()),
    target('operator', await listening(), { name: 'intro-otel/operator' }),
  ];
  const answer: Answer = {
    control: 'connected',
    linkLocal: 'off',
    paths: { service: shut(2), operator: open(`intro-otel/operator:${targets[3]?.port}`) },
  };
  expect(await probe(targets, quick)).toEqual(answer);
});

test('names only three targets per path, so that the answer fits into a termination message', async () => {
  const port = await listening();
  const name = `${'x'.repeat(63)}/${'y'.repeat(63)}`;
  const paths = ['service', 'podIPv4', 'podIPv6', 'operator', 'node', 'nodePort'] as const;
  const targets = paths.flatMap((path) => Array.from({ length: 20 }, () => target(path, port, { name })));
  const answer = await probe([await control(), ...targets], quick);
  expect(answer.paths.service).toEqual({ tried: 20, guarded: 0, reached: 20, names: Array(3).fill(`${name}:${port}`) });
  // The seventh path, link-local, is as long as the others.
  expect((JSON.stringify(answer).length * 7) / 6).toBeLessThan(4096);
});

test.each([
  [401, { ...shut(), guarded: 1 }],
  [403, { ...shut(), guarded: 1 }],
  [200, { ...shut(), reached: 1 }],
  [404, { ...shut(), reached: 1 }],
])('asks a port that may be open for a page, and gets the status %i', async (status, expected) => {
  const port = await answering(status);
  const result = await resultOf(target('nodePort', port, { asks: 'http' }), 'nodePort');
  expect(result).toEqual({ ...expected, names: expected.reached === 0 ? [] : [`class-b/nodePort:${port}`] });
});

test('counts a port as reached if it answers something else than HTTP, or HTTP without TLS', async () => {
  expect(await resultOf(target('node', await answering(401), { asks: 'https' }), 'node')).toMatchObject({ reached: 1 });
  expect(await resultOf(target('node', await listening(), { asks: 'http' }), 'node')).toMatchObject({ reached: 1 });
});

test('tries the link-local addresses of neighbours too, after it has connected to them by IPv4', async () => {
  let reads = 0;
  const arp = '127.0.0.1 0x1 0x2 02:00:00:00:00:01 * lo';
  const tables = () => {
    reads++;
    return { arp, route: '', addresses: 'fe80000000000000000000fffe000001 01 40 20 80 lo' };
  };
  const targets = [await control(), target('podIPv4', await closedPort())];
  expect(await probe(targets, { ...quick, tables })).toEqual({
    control: 'connected',
    linkLocal: 'on',
    paths: { podIPv4: shut(), linkLocal: shut() },
  });
  expect(reads).toBe(1);
});

test('tries again until the link-local address of the pod can be used', async () => {
  const flags = ['40', '40', '80'];
  const tables = () => ({ ...NO_IPV6, addresses: `fe80000000000000000000fffe000001 01 40 20 ${flags.shift()} lo` });
  expect(await probe([await control()], { ...quick, total: 5_000, tables })).toMatchObject({ linkLocal: 'alone' });
  expect(flags).toEqual([]);
});

test('keeps trying to connect until a port that should be open is open', async () => {
  const port = await closedPort();
  const result = probe([target('control', port)], { ...quick, total: 5_000 });
  await delay(100);
  await listening(port);
  expect(await result).toMatchObject({ control: 'connected' });
});

test('keeps trying to connect until a port that should be closed is closed', async () => {
  const port = await listening();
  const result = probe([await control(), target('service', port)], { ...quick, total: 5_000 });
  const [server] = servers;
  await delay(100);
  await new Promise((resolve) => server?.close(resolve));
  expect((await result).paths).toEqual({ service: shut() });
});

test("reports the last result if a port doesn't open or close as expected in time", async () => {
  const port = await listening();
  expect(await resultOf(target('service', port))).toEqual(open(`class-b/service:${port}`));
});

test.each([
  ['[', 'invalid JSON'],
  ['{}', 'no list'],
  ['[]', 'no list'],
  ['[{"path":"service","name":"a","host":"b","port":"80"}]', '"port":"80"'],
])('refuses TARGETS=%s, and names the variable TARGETS in the error message', (text, found) => {
  expect(() => targetsIn(text)).toThrow(/^TARGETS: expected a JSON list of/);
  expect(() => targetsIn(text)).toThrow(found);
});

describe('the program isolation-probe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isolation-probe-'));
  const log = join(folder, 'termination-log');
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      env: { ...env, TERMINATION_LOG: log },
    });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("writes the answer of isolation-probe to the pod's termination message", async () => {
    const targets = [await control(), target('service', await closedPort())];
    await run({ TARGETS: JSON.stringify(targets) });
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({ control: 'connected', paths: { service: shut() } });
  });

  test('prints one line and fails if the variable TARGETS is not set', async () => {
    await expect(run({})).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^TARGETS is not set.*\n$/) as string,
    });
  });
});
