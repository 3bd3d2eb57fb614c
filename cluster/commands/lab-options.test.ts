import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helmValues, namesImage, placeOf } from './lab-options.ts';

const before = process.env['INIT_CWD'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'values-'));
  process.env['INIT_CWD'] = directory;
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  if (before === undefined) delete process.env['INIT_CWD'];
  else process.env['INIT_CWD'] = before;
});

test("passes values to helm, and resolves file names from the user's working directory", () => {
  writeFileSync(join(directory, 'mine.yaml'), '');
  writeFileSync(join(directory, 'app.ts'), '');
  const given = {
    values: ['mine.yaml', 'https://example.com/v.yaml'],
    set: ['a=b'],
    'set-string': ['c=1'],
    'set-file': ['dice.source=app.ts'],
  };
  expect(helmValues(given)).toEqual([
    '--values',
    join(directory, 'mine.yaml'),
    '--values',
    'https://example.com/v.yaml',
    '--set',
    'a=b',
    '--set-string',
    'c=1',
    '--set-file',
    `dice.source=${join(directory, 'app.ts')}`,
  ]);
});

test.each([{ values: ['mine.yaml'] }, { 'set-file': ['dice.source=app.ts'] }])(
  'refuses the options %j, because the file that they name does not exist',
  (given) => {
    expect(() => helmValues(given)).toThrow(/The file (mine\.yaml|app\.ts) does not exist/);
  },
);

test.each([
  [{ set: ['image.registry=ghcr.io'] }, 'image', true],
  [{ set: ['a=b,image.tag=1'] }, 'image', true],
  [{ 'set-string': ['image.tag=1'] }, 'image', true],
  [{ set: ['image.pullPolicy=Never'] }, 'image', false],
  [{ set: ['jaeger.image.tag=1'] }, 'image', false],
  [{ set: ['flask.image.tag=1'] }, 'image', false],
  [{ set: ['flask.image.tag=1'] }, 'flask.image', true],
  [{}, 'image', false],
])('detects whether the options %j replace the image in the chart value %s: %s', (given, value, own) => {
  expect(namesImage(given, { value })).toBe(own);
});

test('uses the default context, namespace and release unless the options name others', () => {
  expect(placeOf({})).toEqual({ context: undefined, namespace: 'intro-otel', release: 'intro-otel' });
  expect(placeOf({ context: 'c', namespace: 'n', release: 'r' })).toEqual({
    context: 'c',
    namespace: 'n',
    release: 'r',
  });
});

test('refuses a namespace or release with a name that Kubernetes does not accept', () => {
  expect(() => placeOf({ namespace: 'My_Lab' })).toThrow('--namespace My_Lab is not a name that Kubernetes accepts.');
});

test.each(['101-otel', 'otel.101', 'a'.repeat(54), 'otel-'])(
  'refuses the release name %s, which no Service can have',
  (release) => {
    expect(() => placeOf({ release })).toThrow(`--release ${release} is not a name for a release of the lab.`);
  },
);
