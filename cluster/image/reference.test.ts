import { helmFlags, isLoopbackRegistry, parseReference, referenceText } from './reference.ts';

test.each([
  ['ghcr.io/you/intro-otel', 'ghcr.io', 'you/intro-otel', '0.1.0'],
  ['ghcr.io/you/intro-otel:class', 'ghcr.io', 'you/intro-otel', 'class'],
  ['localhost:5000/intro-otel', 'localhost:5000', 'intro-otel', '0.1.0'],
  ['127.0.0.1:5000/a/b/c:1.2', '127.0.0.1:5000', 'a/b/c', '1.2'],
  ['localhost/x', 'localhost', 'x', '0.1.0'],
  ['you/intro-otel', 'docker.io', 'you/intro-otel', '0.1.0'],
  ['intro-otel:v2', 'docker.io', 'intro-otel', 'v2'],
])('parses the image name %s as registry %s, repository %s, tag %s', (name, registry, repository, tag) => {
  expect(parseReference(name, '0.1.0')).toEqual({ registry, repository, tag });
});

test.each(['', 'ghcr.io/', 'ghcr.io/You/App', 'ghcr.io/a:b:c', 'ghcr.io/a@sha256:0', 'https://ghcr.io/a', 'a b'])(
  'refuses the image name %j',
  (name) => {
    expect(() => parseReference(name, '0.1.0')).toThrow('is not a valid image name for a push');
  },
);

test.each([
  ['localhost:5000/a', true],
  ['127.0.0.1:5000/a', true],
  ['localhost.example.com/a', false],
  ['ghcr.io/a', false],
])('detects whether the registry of %s is on this machine: %s', (name, loopback) => {
  expect(isLoopbackRegistry(parseReference(name, '1'))).toBe(loopback);
});

test('formats an image reference as a name and as helm options', () => {
  const reference = parseReference('localhost:5000/team/lab', '0.1.0');
  expect(referenceText(reference)).toBe('localhost:5000/team/lab:0.1.0');
  expect(helmFlags(reference)).toEqual([
    '--set',
    'image.registry=localhost:5000',
    '--set',
    'image.repository=team/lab',
    '--set',
    'image.tag=0.1.0',
  ]);
});
