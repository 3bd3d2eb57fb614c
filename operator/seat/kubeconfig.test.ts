import { parse } from 'yaml';
import { aSeat } from './testing/fixtures.ts';
import { accessOf, isCurrent, kubeconfigSecret, lifetimeSeconds } from './kubeconfig.ts';
import type { Secret } from '../../kubernetes/types.ts';

const terms = {
  server: 'https://kube.example.com:6443',
  certificateAuthority: '-----BEGIN CERTIFICATE-----\n',
  seconds: 3600,
};
const token = { token: 'secret-token', expiresAt: '2026-01-05T10:00:00Z' };
const secret = () => kubeconfigSecret(aSeat(), terms, 'account-1', token) as unknown as Secret;

test.each([
  [undefined, 43_200],
  ['12h', 43_200],
  ['90m', 5400],
  ['1h30m', 5400],
  ['45s', 600],
  ['10m', 600],
  ['forever', 43_200],
  ['', 43_200],
])('reads the token lifetime %s as %d s', (text, seconds) => {
  expect(lifetimeSeconds(text)).toBe(seconds);
});

test("writes a kubeconfig for the attendee's namespace into the Secret", () => {
  const {
    type,
    metadata: { name, namespace },
    data,
  } = secret() as Secret & { type: string };
  expect([type, namespace, name]).toEqual(['Opaque', 'class-ada', 'kubeconfig']);
  expect(parse(Buffer.from(data?.['config'] ?? '', 'base64').toString())).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'class-ada',
    clusters: [
      {
        name: 'class',
        cluster: {
          server: terms.server,
          'certificate-authority-data': Buffer.from(terms.certificateAuthority).toString('base64'),
        },
      },
    ],
    contexts: [{ name: 'class-ada', context: { cluster: 'class', namespace: 'class-ada', user: 'ada' } }],
    users: [{ name: 'ada', user: { token: 'secret-token' } }],
  });
});

test('quotes names in the kubeconfig that YAML would read as numbers or null', () => {
  const quoted = kubeconfigSecret(
    aSeat({ spec: { workshop: '1e3', attendee: 'null' } }),
    terms,
    'account-1',
    token,
  ) as unknown as Secret;
  expect(parse(Buffer.from(quoted.data?.['config'] ?? '', 'base64').toString())).toMatchObject({
    clusters: [{ name: '1e3' }],
    users: [{ name: 'null' }],
  });
});

test('detects a kubeconfig that is empty or was made for another server, certificate, lifetime or account', () => {
  expect(isCurrent(secret(), terms, 'account-1')).toBe(true);
  expect(isCurrent(secret(), { ...terms, server: 'https://other.example.com' }, 'account-1')).toBe(false);
  expect(isCurrent(secret(), { ...terms, certificateAuthority: 'other' }, 'account-1')).toBe(false);
  expect(isCurrent(secret(), { ...terms, seconds: 7200 }, 'account-1')).toBe(false);
  expect(isCurrent(secret(), terms, 'account-2')).toBe(false);
  expect(isCurrent({ ...secret(), data: {} }, terms, 'account-1')).toBe(false);
  expect(isCurrent(undefined, terms, 'account-1')).toBe(false);
});

test("keeps the token out of the Secret's metadata, and plans its renewal after four fifths of its lifetime", () => {
  expect(JSON.stringify(secret().metadata)).not.toContain('secret-token');
  expect(accessOf(aSeat(), token, { now: Date.parse('2026-01-05T09:00:00Z') })).toEqual({
    secret: 'class-ada/kubeconfig',
    issuedAt: '2026-01-05T09:00:00Z',
    expiresAt: '2026-01-05T10:00:00Z',
    handedOutUntil: '2026-01-05T10:00:00Z',
    renewAt: '2026-01-05T09:48:00Z',
  });
});
