import { isLocalServer, validAccess } from './access-condition.ts';
import { aSeat } from './testing/fixtures.ts';

test.each([
  'https://127.0.0.1:6443',
  'https://127.1.2.3',
  'https://localhost:6443',
  'https://lab.localhost',
  'https://[::1]:6443',
  'https://[::ffff:127.0.0.1]:6443',
  'https://0.0.0.0:6443',
  'https://2130706433:6443',
  'https://kubernetes.docker.internal:6443',
  'https://host.docker.internal:6443',
  'https://control-plane.minikube.internal:8443',
  'https://kind-control-plane:6443',
  'https://172.17.0.1:6443',
  'https://172.18.0.2:6443',
  'https://172.30.255.3:6443',
  'https://kubernetes.default.svc',
  'https://KUBERNETES.default.svc.cluster.local:443',
])('recognizes the server %s as one that other machines do not reach', (server) => {
  expect(isLocalServer(server)).toBe(true);
});

test.each([
  'https://kube.example.com:6443',
  'https://10.0.0.1:6443',
  'https://192.168.1.20:6443',
  'https://172.16.0.2:6443',
  'https://172.31.9.9:443',
  'https://[2001:db8::1]:6443',
  'https://api.localhost.example.com',
  'https://ip-10-0-0-1.eu-west-1.compute.internal:6443',
])('accepts the server %s for other machines', (server) => {
  expect(isLocalServer(server)).toBe(false);
});

const SERVER = 'https://kube.example.com:6443';
const access = {
  secret: 'class-ada/kubeconfig',
  issuedAt: '2026-01-01T00:00:00Z',
  expiresAt: '2026-01-01T12:00:00Z',
  renewAt: '2026-01-01T09:36:00Z',
};
const COMMAND =
  "kubectl -n class-ada get secret kubeconfig -o jsonpath='{.data.config}' | base64 -d > class-ada.kubeconfig";

test('says when the first kubeconfig ends, when the Secret has the next one, and how to hand it out', () => {
  expect(validAccess(aSeat(), access, SERVER)).toEqual({
    type: 'Access',
    status: 'True',
    reason: 'KubeconfigValid',
    message:
      "Secret class-ada/kubeconfig holds the attendee's kubeconfig, which ends at 2026-01-01T12:00:00Z. Files that " +
      'you have handed out end then too. At 2026-01-01T09:36:00Z the operator writes a new kubeconfig into the ' +
      `Secret. Hand it out again between these times: ${COMMAND}.`,
  });
});

test('says after a renewal when the files that were handed out before it end', () => {
  const renewed = { ...access, expiresAt: '2026-01-01T21:36:00Z', handedOutUntil: '2026-01-01T12:00:00Z' };
  expect(validAccess(aSeat(), renewed, SERVER).message).toContain(
    'Files that you handed out before 2026-01-01T00:00:00Z end at 2026-01-01T12:00:00Z. Hand the Secret out again ' +
      `before that: ${COMMAND}.`,
  );
});

test('reports ServerIsLocal for a server that other machines do not reach, and what to set', () => {
  expect(validAccess(aSeat(), access, 'https://127.0.0.1:6443')).toMatchObject({
    status: 'True',
    reason: 'ServerIsLocal',
    message: expect.stringMatching(/server is https:\/\/127\.0\.0\.1:6443.*Set spec\.access\.server/) as string,
  });
});

test.each([
  ['2026-01-01T01:00:00Z', 'The API server granted 1h of the 12h that spec.access.tokenLifetime asks for.'],
  ['2026-01-01T11:30:00Z', 'The API server granted 11.5h of the 12h'],
])('says that the API server granted a token until %s for a lifetime of 12 hours', (expiresAt, text) => {
  expect(validAccess(aSeat(), { ...access, expiresAt }, SERVER).message).toContain(text);
});

test('says nothing about the lifetime of a token that ends less than a minute early, or whose issue is unknown', () => {
  const { issuedAt, ...unknown } = access;
  const almost = { ...access, issuedAt, expiresAt: '2026-01-01T11:59:10Z' };
  for (const one of [almost, { ...unknown, expiresAt: '2026-01-01T01:00:00Z' }])
    expect(validAccess(aSeat(), one, SERVER).message).not.toContain('granted');
});
