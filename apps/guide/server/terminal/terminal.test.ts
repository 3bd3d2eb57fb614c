// Opens terminals at the built guide of a seat, with a fake API server behind it: who may, what the pod looks like, and
// when it goes.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { PORTAL, TERMINAL } from '../../../../lab/names.ts';
import { signPortalToken } from '../../../../lab/portal-token.ts';
import { eventually } from '../../../../support/waiting.ts';
import { GuideHarness, changeHeaders } from '../../testing/guide-harness.ts';

jest.setTimeout(30_000);

const IDLE_MS = 300;
const KEY = Buffer.alloc(16, 7).toString('base64');
const folder = mkdtempSync(join(tmpdir(), 'intro-otel-terminal-'));
const keyFile = join(folder, 'public.pem');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));

let harness: GuideHarness;
beforeAll(async () => {
  const env = {
    SEAT_UID: 'a-uid',
    PORTAL_KEY_FILE: keyFile,
    TERMINAL_ENABLED: 'true',
    TERMINAL_IMAGE: 'example.com/terminal:1',
    TERMINAL_RESOURCES: '{"limits":{"memory":"192Mi"},"requests":{"cpu":"10m"}}',
    TERMINAL_IDLE_MS: String(IDLE_MS),
  };
  harness = await GuideHarness.start(undefined, { env });
});
beforeEach(() => {
  harness.reset();
  harness.api.refusalOf = () => undefined;
});
afterEach(async () => {
  const execs = harness.api.execs.splice(0);
  execs.filter(({ isOpen }) => isOpen).forEach((exec) => exec.end());
  await until(() => execs.every(({ isOpen }) => !isOpen));
  await until(() => !hasPod());
});
afterAll(async () => {
  await harness?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const until = (isSo: () => boolean | Promise<boolean>): Promise<unknown> =>
  eventually(async () => expect(await isSo()).toBe(true), { within: 5_000, every: 20 });

const hasPod = (): boolean => harness.api.pods.has(TERMINAL.pod);
const origin = (): string => harness.guide.url;

/** Opens a WebSocket as a page of `from` does. Node's own client sends no Origin. */
const shellFrom = (headers: Record<string, string> = { origin: origin() }): Promise<WebSocketAnswer> =>
  new Promise((resolve, reject) => {
    const request = send(`${harness.guide.url}/api/terminal/shell`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': KEY,
        'sec-websocket-protocol': 'v5.channel.k8s.io, v4.channel.k8s.io',
        ...headers,
      },
      agent: false,
    });
    request.once('error', reject);
    request.once('response', (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, close: () => undefined }));
    });
    request.once('upgrade', (answer, socket) => {
      const { 'sec-websocket-accept': accept, 'sec-websocket-protocol': protocol } = answer.headers;
      let isClosed = false;
      socket.once('close', () => (isClosed = true)).on('error', () => undefined);
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      resolve({
        status: 101,
        text: `${accept} ${protocol}`,
        write: (bytes) => void socket.write(bytes),
        received,
        isClosed: () => isClosed,
        close: () => void socket.destroy(),
      });
    });
    request.end();
  });

interface WebSocketAnswer {
  readonly status: number;
  readonly text: string;
  readonly write?: (bytes: Buffer) => void;
  readonly received?: readonly Buffer[];
  readonly isClosed?: () => boolean;
  readonly close: () => void;
}

/** A message of a client, with a mask of zeros. */
const message = (channel: number, text: string): Buffer =>
  Buffer.concat([Buffer.of(0x82, 0x80 | (text.length + 1), 0, 0, 0, 0, channel), Buffer.from(text)]);

test('creates a small and restricted pod with the account of the attendee', async () => {
  expect(await harness.post('/terminal').catch(() => undefined)).toBeUndefined(); // 204 has no body
  const pod = harness.api.pods.get(TERMINAL.pod);
  expect(pod).toMatchObject({
    metadata: { name: 'lab-terminal', namespace: 'ns', labels: TERMINAL.labels },
    spec: {
      serviceAccountName: 'attendee',
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      activeDeadlineSeconds: 43_200,
      containers: [
        {
          image: 'example.com/terminal:1',
          resources: { limits: { memory: '192Mi' }, requests: { cpu: '10m' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      ],
    },
  });
  const account = pod?.spec?.volumes?.find(({ name }) => name === 'account')?.projected?.sources;
  expect(account?.[0]).toEqual({ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } });
});

test('removes a pod that nobody opens a shell in', async () => {
  await harness.post('/terminal').catch(() => undefined);
  expect(hasPod()).toBe(true);
  await until(() => !hasPod());
});

test('passes bytes between the browser and the shell, and keeps the pod while the shell is open', async () => {
  await harness.post('/terminal').catch(() => undefined);
  const shell = await shellFrom();
  const accept = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  expect([shell.status, shell.text]).toEqual([101, `${accept} v5.channel.k8s.io`]);
  const [exec] = harness.api.execs;
  expect(exec?.url).toBe(
    '/api/v1/namespaces/ns/pods/lab-terminal/exec?' +
      'container=terminal&stdin=true&stdout=true&tty=true&command=sh&command=-l',
  );
  shell.write?.(message(0, 'kubectl get pods'));
  await until(() => exec?.received.length === 1);
  expect(exec?.received).toEqual([[0, 'kubectl get pods']]);
  exec?.send(1, 'NAME');
  await until(() => Buffer.concat(shell.received ?? []).includes('NAME'));
  await sleep(2 * IDLE_MS);
  expect(hasPod()).toBe(true);
  shell.close();
  await until(() => exec?.isOpen === false && !hasPod());
});

test('closes the browser’s connection when the shell ends', async () => {
  const shell = await shellFrom();
  harness.api.execs[0]?.end();
  await until(() => shell.isClosed?.() === true);
});

test('opens two shells, and refuses a third with a reason', async () => {
  const shells = [await shellFrom(), await shellFrom()];
  expect(shells.map(({ status }) => status)).toEqual([101, 101]);
  const third = await shellFrom();
  expect([third.status, third.text]).toEqual([409, expect.stringContaining('expected at most 2 open terminals')]);
  expect(await harness.post('/terminal')).toMatchObject({ status: 409 });
  shells[0]?.close();
  await until(async () => (await shellFrom()).status === 101);
});

test('says that the quota has no room, and what to do', async () => {
  harness.api.refusalOf = () =>
    'pods "lab-terminal" is forbidden: exceeded quota: seat, requested: pods=1, used: pods=9';
  expect(await harness.post('/terminal')).toEqual({
    status: 409,
    body: {
      error:
        'expected room for one more small pod in your seat, found exceeded quota: seat, requested: pods=1, used: ' +
        'pods=9. Delete a pod of your own.',
    },
  });
});

test('says that the image can’t be pulled', async () => {
  const before = harness.api.onCreate;
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  harness.api.onCreate = () => ({ phase: 'Pending', containerStatuses: [{ name: 'terminal', state: { waiting } }] });
  const answer = await harness.post('/terminal');
  harness.api.onCreate = before;
  expect(answer).toMatchObject({
    status: 503,
    body: { error: expect.stringContaining('ImagePullBackOff: no such image') as string },
  });
});

test('replaces a pod that has ended', async () => {
  harness.api.pods.set(TERMINAL.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: TERMINAL.pod },
    spec: { containers: [] },
    status: { phase: 'Succeeded' },
  });
  await harness.post('/terminal').catch(() => undefined);
  expect(harness.api.pods.get(TERMINAL.pod)?.status?.phase).toBe('Running');
});

const tokenOf = (role: 'learner' | 'instructor'): string =>
  signPortalToken({ seat: 'ns', uid: 'a-uid', role, name: 'Ada', exp: Math.floor(Date.now() / 1000) + 30 }, privateKey);
const through = (role: 'learner' | 'instructor'): Record<string, string> => ({
  [PORTAL.header]: tokenOf(role),
  'x-forwarded-host': 'class.example.com',
  'x-forwarded-proto': 'https',
  origin: 'https://class.example.com',
});

describe('who opens a shell', () => {
  test('lets the person of the seat do it, through the portal', async () => {
    expect((await shellFrom(through('learner'))).status).toBe(101);
  });

  test.each([
    ['an instructor who looks in', () => through('instructor'), 403],
    ['a page of another site', () => ({ origin: 'https://evil.example.com' }), 403],
    ['a page of another site, through the portal', () => ({ ...through('learner'), origin: 'https://a.example' }), 403],
    ['the page of an app, which has no origin', () => ({ origin: 'null' }), 403],
    ['a program without an origin', () => ({}), 403],
    ['a site that points its name at the guide', () => ({ host: 'evil.example', origin: 'http://evil.example' }), 403],
    ['a forged token of a portal', () => ({ ...through('learner'), [PORTAL.header]: 'a.b' }), 403],
    ['a key that is no key', () => ({ origin: origin(), 'sec-websocket-key': 'x' }), 400],
  ] as const)('%s does not', async (_who, headers, status) => {
    const before = harness.api.execs.length;
    expect((await shellFrom(headers())).status).toBe(status);
    expect(harness.api.execs).toHaveLength(before);
  });

  test('tells a request without an upgrade what is expected', async () => {
    expect(await harness.ask('/terminal/shell', { headers: { origin: origin() } })).toMatchObject({ status: 426 });
  });

  test('answers a request for another protocol elsewhere as any other request', async () => {
    const { status } = await harness.ask('/terminal', { method: 'POST', headers: {}, body: {} });
    expect(status).toBe(403);
    expect(hasPod()).toBe(false);
  });
});

test('gives a lab outside a class no terminal', async () => {
  expect(await harness.ask('/terminal', { method: 'POST', body: {}, at: harness.alone })).toMatchObject({
    status: 404,
  });
  expect(await (await fetch(harness.alone.url)).text()).not.toContain('id="terminal"');
});

test('shows a terminal on the page of a seat, but not to an instructor', async () => {
  const page = async (headers: Record<string, string>) => (await fetch(harness.guide.url, { headers })).text();
  expect(await page({})).toContain('id="terminal"');
  expect(await page({ [PORTAL.header]: tokenOf('instructor') })).not.toContain('id="terminal"');
  expect(changeHeaders).toMatchObject({ 'x-intro-otel': '1' });
});
