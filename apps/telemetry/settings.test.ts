import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyLearnerSettings, parseSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'intro-otel-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The environment after the file's settings, and what was said. */
function applied(
  text: string | undefined,
  env: Record<string, string> = {},
): { env: Record<string, string | undefined>; said: string[] } {
  const file = join(folder, 'settings.env');
  if (text === undefined) rmSync(file, { force: true });
  else writeFileSync(file, text);
  const said: string[] = [];
  const after: Record<string, string | undefined> = { LEARNER_SETTINGS: file, ...env };
  applyLearnerSettings(after, (line) => said.push(line));
  delete after['LEARNER_SETTINGS'];
  return { env: after, said };
}

test.each([
  [
    'a value may have = in it',
    'OTEL_RESOURCE_ATTRIBUTES=team=blue,room=1',
    'OTEL_RESOURCE_ATTRIBUTES',
    'team=blue,room=1',
  ],
  ['double quotes are taken off', 'OTEL_SERVICE_NAME="my dice"', 'OTEL_SERVICE_NAME', 'my dice'],
  [
    'single quotes are taken off, those inside are not',
    'OTEL_SERVICE_NAME=\'my "dice"\'',
    'OTEL_SERVICE_NAME',
    'my "dice"',
  ],
  ['a quote that is not closed belongs to the value', 'OTEL_SERVICE_NAME="dice', 'OTEL_SERVICE_NAME', '"dice'],
  ["spaces around the name and the value don't count", '  INSTRUMENTATION = auto  ', 'INSTRUMENTATION', 'auto'],
  ['lines may end as on Windows', 'INSTRUMENTATION=none\r\n', 'INSTRUMENTATION', 'none'],
  ['a comment may follow the value', 'OTEL_TRACES_EXPORTER=console # see the log', 'OTEL_TRACES_EXPORTER', 'console'],
  ['a # without a space before it is part of the value', 'OTEL_SERVICE_NAME=dice#1', 'OTEL_SERVICE_NAME', 'dice#1'],
  ['a # in quotes is too', 'OTEL_SERVICE_NAME="dice #1" # mine', 'OTEL_SERVICE_NAME', 'dice #1'],
  ['a value may be empty', 'OTEL_LOGS_EXPORTER=', 'OTEL_LOGS_EXPORTER', ''],
  ['export before the name is no harm', 'export OTEL_LOGS_EXPORTER=none', 'OTEL_LOGS_EXPORTER', 'none'],
  ['the last of several lines wins', 'INSTRUMENTATION=auto\nINSTRUMENTATION=manual', 'INSTRUMENTATION', 'manual'],
])('%s', (_what, text, name, value) => {
  expect(parseSettings(text)).toEqual({ values: { [name]: value }, ignored: [] });
});

test('of several lines only those count that are known', () => {
  expect(parseSettings('# a\nINSTRUMENTATION = auto\nOTEL_X=a=b\nPATH=/x\n\n').values).toEqual({
    INSTRUMENTATION: 'auto',
    OTEL_X: 'a=b',
  });
});

test('comments and empty lines are nothing', () => {
  expect(parseSettings('# INSTRUMENTATION=none\n\n   \n\t# OTEL_X=1\r\n')).toEqual({ values: {}, ignored: [] });
});

test("settings win over the environment, and what they don't name stays", () => {
  expect(applied('INSTRUMENTATION=none\n', { INSTRUMENTATION: 'auto', PORT: '8080' })).toEqual({
    env: { INSTRUMENTATION: 'none', PORT: '8080' },
    said: [],
  });
});

test('any other name is ignored, and all of them are said in one line', () => {
  const { env, said } = applied(
    'PORT=1\nNODE_OPTIONS=--require=/tmp/x\notel_service_name=x\nOTEL_SERVICE_NAME=mine\n',
    { PORT: '8080' },
  );
  expect(env).toEqual({ PORT: '8080', OTEL_SERVICE_NAME: 'mine' });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /settings\.env: expected INSTRUMENTATION=… or OTEL_…=… on each line, found "PORT", "NODE_OPTIONS", "otel_service_name"\. Going on without\.$/,
  );
});

test('a line that is no setting is said too, and not at length', () => {
  expect(applied('INSTRUMENTATION auto').said[0]).toContain('found "INSTRUMENTATION auto".');
  expect(applied(`x${'y'.repeat(1_000_000)}`).said[0]?.length).toBeLessThan(250);
});

test('a name of the prototype sets nothing but is ignored', () => {
  expect(parseSettings('__proto__=1\nOTEL_=1').ignored).toEqual(['__proto__', 'OTEL_']);
});

test('no file is no settings', () => {
  expect(applied(undefined, { INSTRUMENTATION: 'auto' })).toEqual({ env: { INSTRUMENTATION: 'auto' }, said: [] });
});

test('without LEARNER_SETTINGS no file is looked for', () => {
  const env = { INSTRUMENTATION: 'auto' };
  applyLearnerSettings(env, () => {
    throw new Error('nothing was to be said');
  });
  expect(env).toEqual({ INSTRUMENTATION: 'auto' });
});

test("what can't be read as a file is an error that names it", () => {
  expect(() => applyLearnerSettings({ LEARNER_SETTINGS: folder }, () => undefined)).toThrow(
    `The settings in ${folder} can't be read: EISDIR`,
  );
});
