// Tests the built portal as a process, with an API server that has one class.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { eventually } from '../../support/waiting.ts';
import { App, buildOutside, freePort } from '../testing/apps.ts';
import { aSeat, aWorkshop, CODE } from './testing/objects.ts';
import { listen } from './testing/portal-harness.ts';
import { readOnlyApi, writeKubeconfig, writeSecrets } from './testing/portal-process.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
const folder = mkdtempSync(join(tmpdir(), 'intro-otel-portal-'));
let api: Server;
let port: number;

beforeAll(async () => {
  api = createServer(readOnlyApi(aWorkshop(1), [aSeat('1')]));
  port = await listen(api);
});

afterAll(() => {
  api.close();
  api.closeAllConnections();
  built.remove();
  rmSync(folder, { recursive: true });
});

test('opens once its secrets are there, serves its pages with their style, and ends within two seconds', async () => {
  const boardPort = String(await freePort());
  const env = {
    KUBECONFIG: writeKubeconfig(folder, `http://127.0.0.1:${port}`),
    PORTAL_SECRETS: folder,
    INSTRUMENTATION: 'none',
    BOARD_PORT: boardPort,
    BOARD_SECRET: folder,
  };
  const portal = await App.start(built.dist, 'portal', env);
  await eventually(() => expect(portal.stdout).toContain('Waiting for the secrets'), { within: 10_000, every: 50 });
  expect((await fetch(`${portal.health}/readyz`)).status).toBe(503);
  writeSecrets(folder);
  await portal.ready();
  expect(await (await fetch(`${portal.url}/join/${CODE}`)).text()).toContain('What shall we call you?');
  for (const file of ['portal.css', 'portal.js', 'icon.svg'])
    expect((await fetch(`${portal.url}/assets/${file}`)).status).toBe(200);
  await eventually(() => expect(portal.stdout).toContain('The board is open'), { within: 10_000, every: 50 });
  const login = await fetch(`http://127.0.0.1:${boardPort}/board`, { headers: { accept: 'text/html' } });
  expect([login.url, login.status]).toEqual([`http://127.0.0.1:${boardPort}/login`, 200]);
  const { code, took } = await portal.stop();
  expect(code).toBe(0);
  expect(took).toBeLessThan(2_000);
});

test('refuses to start with a URL that is not one', async () => {
  const portal = await App.start(built.dist, 'portal', { PORTAL_URL: 'class.example.com' });
  expect(await portal.exited()).toBe(1);
  expect(portal.stderr).toContain('PORTAL_URL is "class.example.com": expected a URL such as https://');
});
