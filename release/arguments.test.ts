import { versions } from '../lab/versions.ts';
import { UsageError } from '../support/options.ts';
import { parseArguments } from './arguments.ts';

const KEY = import.meta.filename;

test.each([
  [['--registry', 'ghcr.io/you', '--dry-run'], { command: 'release', key: undefined }],
  [['--registry', 'ghcr.io/you', '--key', KEY], { command: 'release', key: KEY }],
  [['--registry', 'ghcr.io/you', '--key', 'env://COSIGN_PRIVATE_KEY'], { key: 'env://COSIGN_PRIVATE_KEY' }],
  [['--verify', 'ghcr.io/you', '--key', KEY], { command: 'verify', key: KEY }],
])('takes the arguments %j, for the version of this checkout', (args, expected) => {
  const target = { registry: 'ghcr.io', path: 'you', version: versions.lab };
  expect(parseArguments(args)).toMatchObject({ ...expected, target });
});

test('verifies another version, in a registry with a port and a longer path', () => {
  expect(parseArguments(['--verify', 'localhost:5000/a/b:9.8.7', '--key', KEY]).target).toEqual({
    registry: 'localhost:5000',
    path: 'a/b',
    version: '9.8.7',
  });
});

test.each([
  [[], 'either --registry or --verify'],
  [['--registry', 'ghcr.io/you', '--verify', 'ghcr.io/you', '--key', KEY], 'either --registry or --verify'],
  [['--registry', 'ghcr.io/you'], '--key FILE, because every release is signed'],
  [['--registry', 'ghcr.io/you', '--key', '/no/such/key'], '--key with a file that exists'],
  [['--registry', 'ghcr.io/you:1.2.3', '--dry-run'], 'without a version'],
  [['--registry', `ghcr.io/you:${versions.lab}`, '--dry-run'], 'without a version'],
  [['--registry', 'you', '--dry-run'], 'HOST/PATH, such as'],
  [['--registry', 'ghcr.io/You', '--dry-run'], 'in lower case'],
  [['--verify', 'ghcr.io/you', '--dry-run'], '--dry-run only with --registry'],
])('refuses the arguments %j and says what it expects', (args, expected) => {
  const advice: unknown = expect.objectContaining({ expected: expect.stringContaining(expected) as string });
  expect(() => parseArguments(args)).toThrow(expect.objectContaining({ constructor: UsageError, advice }) as Error);
});
