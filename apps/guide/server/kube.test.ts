// Tests the guide's Kubernetes client against a local TLS server that behaves like the API server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inClusterConfig } from '../../../kubernetes/in-cluster.ts';
import { ApiServer, podOf } from '../../testing/api-server.ts';
import { certificate } from '../../testing/certificate.ts';
import { Kube } from './kube.ts';

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
  const config = inClusterConfig({ env: env(), account });
  if (!config) throw new Error('expected a config, found none');
  kube = new Kube(config);
});

beforeEach(() => {
  api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '' });
  api.forbidden = [];
});

afterAll(() => {
  api.stop();
  rmSync(account, { recursive: true, force: true });
});

test("reads a ConfigMap in the pod's namespace over TLS, with the token of the pod's service account", async () => {
  expect((await kube.configMap('lab-dice')).data).toEqual({ 'app.ts': 'one', 'settings.env': '' });
  expect(api.requests.at(-1)).toBe('GET /api/v1/namespaces/a-class/configmaps/lab-dice');
});

test("sends no request to a server whose certificate is not signed by the cluster's CA", async () => {
  const stranger = new Kube({ ...api.config, namespace: 'a-class' });
  await expect(stranger.configMap('lab-dice')).rejects.toThrow(
    /^Expected the API server to answer GET .*\/configmaps\/lab-dice, found: .*certificate/,
  );
});

test('reads the service account token again after it was replaced', async () => {
  setToken('a-new-token');
  api.token = 'a-new-token';
  expect((await kube.configMap('lab-dice')).data).toBeDefined();
  api.token = 'another';
  await expect(kube.configMap('lab-dice')).rejects.toMatchObject({ code: 401, status: { reason: 'Unauthorized' } });
  api.token = 'a-new-token';
});

test('merges a patch: keeps keys that the patch lacks, and removes keys that it sets to null', async () => {
  const { data } = await kube.patchConfigMap('lab-dice', { 'app.ts': 'two', 'settings.env': null });
  expect(data).toEqual({ 'app.ts': 'two' });
});

test('fails with a conflict when somebody else has changed the ConfigMap since it was read', async () => {
  const { metadata } = await kube.configMap('lab-dice');
  await kube.patchConfigMap('lab-dice', { 'app.ts': 'theirs' });
  await expect(kube.patchConfigMap('lab-dice', { 'app.ts': 'mine' }, metadata.resourceVersion)).rejects.toMatchObject({
    code: 409,
    status: { reason: 'Conflict' },
  });
  expect(api.data('lab-dice')['app.ts']).toBe('theirs');
});

test('restarts a Deployment with the annotation that kubectl rollout restart sets', async () => {
  await kube.restart('lab-dice');
  expect(api.restarts).toEqual(['lab-dice']);
});

test("repeats the API server's error message when the API server refuses a request", async () => {
  api.forbidden = ['GET /api/v1/namespaces/a-class/configmaps'];
  await expect(kube.configMap('lab-dice')).rejects.toThrow(
    'GET /api/v1/namespaces/a-class/configmaps/lab-dice was answered 403 Forbidden: the guide may not',
  );
});

test('lists pods by their labels', async () => {
  api.pods.set('dice-1', podOf('dice', 'dice-1'));
  api.pods.set('prizes-1', podOf('prizes', 'prizes-1'));
  const pods = await kube.pods({ 'app.kubernetes.io/instance': 'lab', 'app.kubernetes.io/component': 'dice' });
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['dice-1']);
});

test("reads the last lines of a pod's log, up to the requested number of bytes", async () => {
  api.log('dice-1', 'one\ntwo\nthree\n');
  expect(await kube.log('dice-1', 1_000)).toBe('one\ntwo\nthree\n');
  expect(await kube.log('dice-1', 1_000, { tailLines: 2 })).toBe('two\nthree\n');
  expect(await kube.log('dice-1', 6)).toBe('three\n');
});

test("follows a pod's log until the caller aborts", async () => {
  const leave = new AbortController();
  const log = await kube.followLog('dice-1', { follow: true, tailLines: 0 }, leave.signal);
  const chunks = log[Symbol.asyncIterator]();
  const heard = chunks.next();
  api.log('dice-1', 'four\n');
  expect(String((await heard).value)).toBe('four\n');
  const next = chunks.next();
  leave.abort();
  await expect(next).rejects.toThrow(/abort/);
});

test("says in the error that the API server can't be reached", async () => {
  const gone = new Kube({ ...api.config, server: 'http://127.0.0.1:1', namespace: 'a-class' });
  await expect(gone.restart('lab-dice')).rejects.toThrow(
    /^Expected the API server to answer PATCH .*\/deployments\/lab-dice, found: .*ECONNREFUSED/,
  );
});

test('has no Kubernetes configuration outside a cluster', () => {
  expect(inClusterConfig({ env: {}, account })).toBeUndefined();
  expect(inClusterConfig({ env: env(), account: join(account, 'nowhere') })).toBeUndefined();
});
