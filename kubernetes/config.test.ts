import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeTimers } from '../support/testing/fake-timers.ts';
import { loadConfig } from './config.ts';

let folder: string;
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the configuration in a pod', () => {
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' };

  beforeEach(() => {
    file('token', 'first\n');
    file('ca.crt', 'authority');
    file('namespace', 'here\n');
  });

  test("reads the configuration in a pod from the service account's files", async () => {
    const config = await loadConfig({ env, account: folder });
    expect(config).toMatchObject({ server: 'https://10.0.0.1:6443', tls: { ca: 'authority' }, namespace: 'here' });
    expect(await config.authorization()).toBe('Bearer first');
  });

  test('reads the token file again after a minute, or at once if the server refused the token', async () => {
    const timers = fakeTimers();
    const { authorization } = await loadConfig({ env, account: folder, timers });
    await authorization();
    file('token', 'second');
    await timers.advance(59_000);
    expect(await authorization()).toBe('Bearer first');
    await timers.advance(1_000);
    expect(await authorization()).toBe('Bearer second');
    file('token', 'third');
    expect(await authorization(true)).toBe('Bearer third');
  });

  test('reads the token file again for the next request if the last read failed', async () => {
    const { authorization } = await loadConfig({ env, account: folder });
    rmSync(join(folder, 'token'));
    await expect(authorization()).rejects.toThrow('ENOENT');
    file('token', 'back');
    expect(await authorization()).toBe('Bearer back');
  });

  test("puts brackets around an IPv6 address in the API server's URL", async () => {
    expect((await loadConfig({ env: { KUBERNETES_SERVICE_HOST: 'fd00::1' }, account: folder })).server).toBe(
      'https://[fd00::1]:443',
    );
  });
});

describe('the configuration with a kubeconfig', () => {
  const kubeconfig = (user: object, cluster: object = {}): string =>
    JSON.stringify({
      'current-context': 'one',
      contexts: [{ name: 'one', context: { cluster: 'c', user: 'u', namespace: 'n' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
      users: [{ name: 'u', user }],
    });
  const loaded = (user: object, cluster?: object): ReturnType<typeof loadConfig> =>
    loadConfig({ env: { KUBECONFIG: file('config', kubeconfig(user, cluster)) } });
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  test("sends the token of the kubeconfig's user", async () => {
    const { server, namespace, authorization } = await loaded({ token: 't' });
    expect([server, namespace, await authorization()]).toEqual(['https://127.0.0.1:6443', 'n', 'Bearer t']);
  });

  test("uses the kubeconfig's client certificate for the connection, and sends no Authorization header", async () => {
    const { tls, authorization } = await loaded(
      { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') },
      { 'certificate-authority-data': base64('ca'), 'tls-server-name': 'name' },
    );
    expect(tls).toEqual({
      ca: Buffer.from('ca'),
      cert: Buffer.from('cert'),
      key: Buffer.from('key'),
      servername: 'name',
    });
    expect(await authorization()).toBeUndefined();
  });

  test("sends the user name and password of the kubeconfig's user", async () => {
    expect(await (await loaded({ username: 'a', password: 'b' })).authorization()).toBe(`Basic ${base64('a:b')}`);
  });

  test('merges the kubeconfig files that KUBECONFIG lists', async () => {
    const first = file('first', JSON.stringify({ 'current-context': 'one', contexts: [], clusters: [], users: [] }));
    const second = file('second', kubeconfig({ token: 't' }));
    expect((await loadConfig({ env: { KUBECONFIG: `${first}:${second}` } })).namespace).toBe('n');
  });

  test('refuses a kubeconfig without a current context', async () => {
    const empty = file('config', JSON.stringify({ contexts: [], clusters: [], users: [] }));
    await expect(loadConfig({ env: { KUBECONFIG: empty } })).rejects.toThrow(
      'Expected a current context with a cluster',
    );
  });
});

test('refuses to start without a service account or KUBECONFIG, and ignores ~/.kube/config', async () => {
  await expect(loadConfig({ env: { HOME: folder }, account: folder })).rejects.toThrow('found neither');
});
