import { isOurs, namesIn } from './allowed-hosts.ts';

test.each([
  '127.0.0.1',
  '127.0.0.1:8080',
  'localhost:8080',
  'LOCALHOST',
  'lab.localhost',
  '[::1]:8080',
  '192.168.1.7:30080',
  '10.240.0.9',
  'lab-guide',
  'lab-guide:8080',
  'lab-guide.otel-101-ada.svc',
  'lab-guide.otel-101-ada.svc.cluster.local:8080',
  'host.docker.internal:8080',
  'localhost.',
])('allows the host %s: it is an address, or a name that nobody else can own', (host) => {
  expect(isOurs(host)).toBe(true);
});

test.each([
  'evil.example',
  'evil.example:8080',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evil-localhost.com',
  'svc.evil.example',
  'x.svc.evil.example:8080',
  'evil.example.',
  'a@127.0.0.1',
  '127.0.0.1/..',
  '',
  undefined,
  ' ',
])('rejects the host "%s": it is not a host name, or somebody else may own it', (host) => {
  expect(isOurs(host)).toBe(false);
});

test('allows the configured host names: a single name, all names below a domain, or all names', () => {
  const allowed = namesIn(' Lab.Example.com, .example.org ,,');
  expect(
    ['lab.example.com:443', 'a.example.org', 'example.org', 'lab.example.com.evil.example'].map((host) =>
      isOurs(host, allowed),
    ),
  ).toEqual([true, true, false, false]);
  expect(isOurs('any.where', namesIn('*'))).toBe(true);
  expect(namesIn(undefined)).toEqual([]);
});
