// Tests `npm run up` and `npm run down` as a newcomer runs them: on a machine without Kubernetes, with a warm cache.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { DEVCLUSTER } from '../../cluster/context-discovery.ts';
import { repoRoot } from '../../support/paths.ts';
import { run } from '../../support/run.ts';
import type { RunResult } from '../../support/run.ts';
import { leftovers } from '../../cluster/devcluster/index.ts';
import { useState } from '../support/state.ts';

useState('test-up');

/** Runs `npm run …` without any kubectl context. */
function npmRun(...args: string[]): Promise<RunResult> {
  return run('npm', ['run', '--silent', ...args], {
    cwd: repoRoot,
    allowFailure: true,
    env: { KUBECONFIG: '/dev/null', INTRO_OTEL_TEST_CLUSTER: undefined },
  });
}

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await work, performance.now() - began];
}

const url = /the lab\s+(http:\/\/127\.0\.0\.1:(\d+)\/)login\?key=([0-9a-f]{32})/;

/** Sends a request to the guide, with the key from the link that `npm run up` has printed. */
function ask(address: string): Promise<Response> {
  return fetch(address, { headers: { authorization: `Bearer ${url.exec(first.stdout)?.[3] ?? ''}` } });
}

let occupant: Server | undefined;
let first: RunResult;
let took: number;

beforeAll(async () => {
  occupant = await occupy(8080);
  [first, took] = await timed(npmRun('up'));
}, 180_000);

afterAll(async () => {
  occupant?.close();
  await npmRun('down');
}, 60_000);

/** Listens on the port. @returns undefined if another program already uses it, which is just as good for the test */
function occupy(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}

test('npm run up ends with a trace across four services', () => {
  expect([first.code, first.code === 0 ? '' : first.stderr]).toEqual([0, '']);
  expect(first.stdout).toMatch(/one trace of \d+ spans across 4 services/);
  for (const service of ['guide', 'arcade', 'dice', 'prizes'])
    expect(first.stdout).toMatch(new RegExp(`^\\s+${service}\\b.* ms\\b`, 'm'));
});

test('npm run up takes less than 90 s with a warm cache', () => {
  expect(took / 1000).toBeLessThan(90);
});

test('npm run up reports that port 8080 is taken, and uses another port', async () => {
  expect(first.stderr).toMatch(/port 8080 is taken.*port \d+/i);
  const [, address = '', port] = url.exec(first.stdout) ?? [];
  expect(port).not.toBe('8080');
  const page = await ask(address);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
});

test('the address that npm run up prints shows the trace', async () => {
  const [, address = ''] = /this trace\s+(http:\S+)/.exec(first.stdout) ?? [];
  const page = await ask(address);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain(address.split('/').at(-1));
});

const step6 = join(repoRoot, 'course', 'steps', '06-manual', 'files');

/** Saves files of the learner, as the guide's page does. */
async function save(files: Record<string, string>): Promise<void> {
  const address = `${url.exec(first.stdout)?.[1] ?? ''}api/files`;
  const key = url.exec(first.stdout)?.[3] ?? '';
  const headers = { authorization: `Bearer ${key}`, 'x-intro-otel': '1', 'content-type': 'application/json' };
  const { version } = (await (await fetch(address, { headers })).json()) as { version: string };
  const answer = await fetch(address, { method: 'PUT', headers, body: JSON.stringify({ version, files }) });
  if (!answer.ok) throw new Error(`Expected the guide to save the files, found ${await answer.text()}`);
}

test('a second npm run up upgrades a lab with the code of step 6, and builds the Python app', async () => {
  await save({
    'app.ts': readFileSync(join(step6, 'app.ts'), 'utf8'),
    'settings.env': readFileSync(join(step6, 'settings.env'), 'utf8'),
  });
  const [again, tookAgain] = await timed(
    npmRun('up', '--', '--set', 'instrumentation=manual', '--set', 'flask.enabled=true'),
  );
  expect([again.code, again.code === 0 ? '' : again.stderr]).toEqual([0, '']);
  expect(url.exec(again.stdout)?.[1]).toBe(url.exec(first.stdout)?.[1]);
  expect(again.stdout).toMatch(/one trace of \d+ spans across [34] services/);
  expect(tookAgain / 1000).toBeLessThan(60);
  expect(again.stderr).toMatch(/docker\.io\/library\/intro-otel-flask:\S+ with /);
  const roll = await ask(`${url.exec(again.stdout)?.[1]}apps/flask/rolldice`);
  expect([roll.status, await roll.text()]).toEqual([200, expect.stringMatching(/^[1-6]$/)]);
});

test('npm run up upgrades a lab whose dice does not start or does not answer, and says so', async () => {
  await save({ 'app.ts': "throw new Error('not today');\n", 'collector.yaml': 'exporters: [\n' });
  const up = await npmRun('up', '--', '--set', 'flask.enabled=true');
  expect([up.code, up.code === 0 ? '' : up.stderr]).toEqual([0, '']);
  expect(up.stderr).toMatch(/The learner's own files keep dice and collector from starting/);
}, 150_000);

test('npm run -s cluster -- kubeconfig prints a path that kubectl and helm accept', async () => {
  const { stdout } = await npmRun('cluster', '--', 'kubeconfig');
  const kubeconfig = stdout.trim().split('\n').at(-1) ?? '';
  const { stdout: config } = await run('cat', [kubeconfig]);
  expect(config).toContain('https://127.0.0.1:');
});

test('npm run down leaves nothing on the machine', async () => {
  expect(leftovers(DEVCLUSTER).length).toBeGreaterThan(0);
  const down = await npmRun('down');
  expect([down.code, down.code === 0 ? '' : down.stderr]).toEqual([0, '']);
  expect(leftovers(DEVCLUSTER)).toEqual([]);
});

test('npm run down succeeds and says so if there is nothing to remove', async () => {
  const down = await npmRun('down');
  expect(down.code).toBe(0);
  expect(down.stderr).toContain('Nothing to remove');
});
