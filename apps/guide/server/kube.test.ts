// The client against a real server that speaks TLS, as the API server does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer, podOf } from '../../testing/api-server.ts';
import { certificate } from '../../testing/certificate.ts';
import { ApiError, Kube, placeFromPod } from './kube.ts';

const account = mkdtempSync(join(tmpdir(), 'intro-otel-account-'));
let api: ApiServer;
let kube: Kube;

const setToken = (token: string) => writeFileSync(join(account, 'token'), `${token}\n`);
const env = () => ({
  KUBERNETES_SERVICE_HOST: '127.0.0.1',
  KUBERNETES_SERVICE_PORT: String(api.port),
  POD_NAMESPACE: 'a-class',
});

beforeAll(async () => {
  setToken('a-token');
  api = await ApiServer.start(certificate(account));
  const place = placeFromPod(env(), account);
  if (!place) throw new Error('expected a place');
  kube = new Kube(place);
});

beforeEach(() => {
  api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '' });
  api.forbidden = [];
});

afterAll(() => {
  api.stop();
  rmSync(account, { recursive: true, force: true });
});

test("a ConfigMap is read over TLS, with the pod's own token, in its own namespace", async () => {
  expect((await kube.configMap('lab-dice')).data).toEqual({ 'app.ts': 'one', 'settings.env': '' });
  expect(api.requests.at(-1)).toBe('GET /api/v1/namespaces/a-class/configmaps/lab-dice');
});

test('a server that the CA has not signed is not talked to', async () => {
  const stranger = new Kube({ url: api.url, namespace: 'a-class', token: () => 'a-token' });
  await expect(stranger.configMap('lab-dice')).rejects.toThrow(
    /^expected the API server to give ConfigMap lab-dice, found: .*certificate/,
  );
});

test('a token that was replaced is read again', async () => {
  setToken('a-new-token');
  api.token = 'a-new-token';
  expect((await kube.configMap('lab-dice')).data).toBeDefined();
  setToken('a-token');
  await expect(kube.configMap('lab-dice')).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });
  api.token = 'a-token';
});

test('a patch merges: what it does not name stays, null removes', async () => {
  const { data } = await kube.patchConfigMap('lab-dice', { 'app.ts': 'two', 'settings.env': null });
  expect(data).toEqual({ 'app.ts': 'two' });
});

test('a patch of what somebody else has changed since is refused', async () => {
  const { metadata } = await kube.configMap('lab-dice');
  await kube.patchConfigMap('lab-dice', { 'app.ts': 'theirs' });
  await expect(kube.patchConfigMap('lab-dice', { 'app.ts': 'mine' }, metadata.resourceVersion)).rejects.toMatchObject({
    status: 409,
    reason: 'Conflict',
  });
  expect(api.data('lab-dice')['app.ts']).toBe('theirs');
});

test('a restart is the annotation that kubectl sets', async () => {
  await kube.restart('lab-dice');
  expect(api.restarts).toEqual(['lab-dice']);
});

test("what is refused is told in Kubernetes' own words", async () => {
  api.forbidden = ['GET /api/v1/namespaces/a-class/configmaps'];
  await expect(kube.configMap('lab-dice')).rejects.toThrow(
    new ApiError('give ConfigMap lab-dice', 403, 'Forbidden', 'the guide may not'),
  );
});

test('pods are listed by their labels', async () => {
  api.pods.set('dice-1', podOf('dice', 'dice-1'));
  api.pods.set('prizes-1', podOf('prizes', 'prizes-1'));
  const pods = await kube.pods({ 'app.kubernetes.io/instance': 'lab', 'app.kubernetes.io/component': 'dice' });
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['dice-1']);
});

test('of a log the last lines are read, and no more bytes than asked for', async () => {
  api.log('dice-1', 'one\ntwo\nthree\n');
  expect(await kube.log('dice-1', 1_000)).toBe('one\ntwo\nthree\n');
  expect(await kube.log('dice-1', 1_000, { tailLines: 2 })).toBe('two\nthree\n');
  expect(await kube.log('dice-1', 6)).toBe('three\n');
});

test('a log is followed until the listener leaves', async () => {
  const leave = new AbortController();
  const stream = await kube.followLog('dice-1', { follow: true, tailLines: 0 }, leave.signal);
  const heard = new Promise<string>((resolve) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  stream.on('error', () => undefined);
  api.log('dice-1', 'four\n');
  expect(await heard).toBe('four\n');
  leave.abort();
  await new Promise((resolve) => stream.once('close', resolve));
});

test('a server that is not there is said', async () => {
  const gone = new Kube({ url: 'http://127.0.0.1:1', namespace: 'a-class', token: () => 'a-token' });
  await expect(gone.restart('lab-dice')).rejects.toThrow(
    /^expected the API server to restart Deployment lab-dice, found: .*ECONNREFUSED/,
  );
});

test('outside of a cluster there is no place to ask', () => {
  expect(placeFromPod({}, account)).toBeUndefined();
  expect(placeFromPod(env(), join(account, 'nowhere'))).toBeUndefined();
});
