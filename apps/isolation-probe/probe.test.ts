import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { tryConnection, tryConnections, targetsIn } from './probe.ts';
import type { Target } from './probe.ts';

const servers: Server[] = [];

async function listening(port = 0): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Returns a port on which no server listens. */
async function closedPort(): Promise<number> {
  const port = await listening();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

const target = (name: string, port: number, open: boolean): Target => ({ name, host: '127.0.0.1', port, open });
const quick = { step: 300, pause: 20, total: 200 };

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

test('connects to several targets at once, and reports a result for each target', async () => {
  const [open, closed] = [await listening(), await closedPort()];
  expect(await tryConnections([target('own', open, true), target('theirs', closed, false)], quick)).toEqual({
    own: 'connected',
    theirs: 'ECONNREFUSED',
  });
});

test('keeps trying to connect until a port that should be open is open', async () => {
  const port = await closedPort();
  const result = tryConnections([target('own', port, true)], { ...quick, total: 5_000 });
  await delay(100);
  await listening(port);
  expect(await result).toEqual({ own: 'connected' });
});

test('keeps trying to connect until a port that should be closed is closed', async () => {
  const port = await listening();
  const result = tryConnections([target('theirs', port, false)], { ...quick, total: 5_000 });
  await delay(100);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  // The result is ECONNRESET if an attempt was running when the server closed.
  expect(await result).toEqual({ theirs: expect.stringMatching(/^ECONN(REFUSED|RESET)$/) as string });
});

test("reports the last result if a port doesn't open or close as expected in time", async () => {
  const port = await listening();
  expect(await tryConnections([target('theirs', port, false)], quick)).toEqual({ theirs: 'connected' });
});

test.each([
  ['[', 'invalid JSON'],
  ['{}', 'no list'],
  ['[]', 'no list'],
  ['[{"name":"a","host":"b","port":"80","open":true}]', '"port":"80"'],
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

  test("writes the results of isolation-probe to the pod's termination message", async () => {
    const targets = [target('own', await listening(), true), target('theirs', await closedPort(), false)];
    await run({ TARGETS: JSON.stringify(targets) });
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual({ own: 'connected', theirs: 'ECONNREFUSED' });
  });

  test('prints one line and fails if the variable TARGETS is not set', async () => {
    await expect(run({})).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^TARGETS is not set.*\n$/) as string,
    });
  });
});
