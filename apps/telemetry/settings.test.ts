import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyLearnerSettings, parseSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'intro-otel-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Applies a settings file with the given text. Returns the resulting environment and the reported lines. */
function applied(
  text: string | undefined,
  env: Record<string, string> = {},
): { env: Record<string, string | undefined>; reported: string[] } {
  const file = join(folder, 'settings.env');
  if (text === undefined) rmSync(file, { force: true });
  else writeFileSync(file, text);
  const reported: string[] = [];
  const after: Record<string, string | undefined> = { LEARNER_SETTINGS: file, ...env };
  applyLearnerSettings(after, (line) => reported.push(line));
  delete after['LEARNER_SETTINGS'];
  return { env: after, reported };
}

test.each([
  [
    'allows = in the value of a setting',
    'OTEL_RESOURCE_ATTRIBUTES=team=blue,room=1',
    'OTEL_RESOURCE_ATTRIBUTES',
    'team=blue,room=1',
  ],
  ['removes double quotes around a value', 'OTEL_SERVICE_NAME="my dice"', 'OTEL_SERVICE_NAME', 'my dice'],
  [
    'removes single quotes around a value, and keeps double quotes inside them',
    'OTEL_SERVICE_NAME=\'my "dice"\'',
    'OTEL_SERVICE_NAME',
    'my "dice"',
  ],
  [
    'keeps the opening quote of a value without a closing quote',
    'OTEL_SERVICE_NAME="dice',
    'OTEL_SERVICE_NAME',
    '"dice',
  ],
  [
    'ignores spaces around the name and the value of a setting',
    '  INSTRUMENTATION = auto  ',
    'INSTRUMENTATION',
    'auto',
  ],
  ['accepts Windows line endings in the settings file', 'INSTRUMENTATION=none\r\n', 'INSTRUMENTATION', 'none'],
  [
    'ignores a comment after the value of a setting',
    'OTEL_TRACES_EXPORTER=console # see the log',
    'OTEL_TRACES_EXPORTER',
    'console',
  ],
  ['keeps a # in a value if no space comes before the #', 'OTEL_SERVICE_NAME=dice#1', 'OTEL_SERVICE_NAME', 'dice#1'],
  ['keeps a # in a quoted value', 'OTEL_SERVICE_NAME="dice #1" # mine', 'OTEL_SERVICE_NAME', 'dice #1'],
  ['accepts an empty value of a setting', 'OTEL_LOGS_EXPORTER=', 'OTEL_LOGS_EXPORTER', ''],
  [
    'accepts the word export before the name of a setting',
    'export OTEL_LOGS_EXPORTER=none',
    'OTEL_LOGS_EXPORTER',
    'none',
  ],
  [
    'takes the last of several lines with the same name',
    'INSTRUMENTATION=auto\nINSTRUMENTATION=manual',
    'INSTRUMENTATION',
    'manual',
  ],
])('%s', (_what, text, name, value) => {
  expect(parseSettings(text)).toEqual({ values: { [name]: value }, ignored: [] });
});

test('takes only INSTRUMENTATION and OTEL_* from the settings file', () => {
  expect(parseSettings('# a\nINSTRUMENTATION = auto\nOTEL_X=a=b\nPATH=/x\n\n').values).toEqual({
    INSTRUMENTATION: 'auto',
    OTEL_X: 'a=b',
  });
});

test('ignores comments and empty lines in the settings file', () => {
  expect(parseSettings('# INSTRUMENTATION=none\n\n   \n\t# OTEL_X=1\r\n')).toEqual({ values: {}, ignored: [] });
});

test('overrides only the environment variables that the settings file names', () => {
  expect(applied('INSTRUMENTATION=none\n', { INSTRUMENTATION: 'auto', PORT: '8080' })).toEqual({
    env: { INSTRUMENTATION: 'none', PORT: '8080' },
    reported: [],
  });
});

test('ignores names that are not OpenTelemetry settings, and reports all of them in one line', () => {
  const { env, reported } = applied(
    'PORT=1\nNODE_OPTIONS=--require=/tmp/x\notel_service_name=x\nOTEL_SERVICE_NAME=mine\n',
    { PORT: '8080' },
  );
  expect(env).toEqual({ PORT: '8080', OTEL_SERVICE_NAME: 'mine' });
  expect(reported).toHaveLength(1);
  expect(reported[0]).toMatch(/settings\.env: expected INSTRUMENTATION=… or OTEL_…=… on each line, found /);
  expect(reported[0]).toContain('found "PORT", "NODE_OPTIONS", "otel_service_name". Ignoring these lines.');
});

test('shortens an invalid line of the settings file when it reports the line', () => {
  expect(applied('INSTRUMENTATION auto').reported[0]).toContain('found "INSTRUMENTATION auto".');
  expect(applied(`x${'y'.repeat(1_000_000)}`).reported[0]?.length).toBeLessThan(250);
});

test('ignores __proto__ as the name of a setting', () => {
  expect(parseSettings('__proto__=1\nOTEL_=1').ignored).toEqual(['__proto__', 'OTEL_']);
});

test('changes no environment variables if the settings file does not exist', () => {
  expect(applied(undefined, { INSTRUMENTATION: 'auto' })).toEqual({ env: { INSTRUMENTATION: 'auto' }, reported: [] });
});

test('reads no settings file if LEARNER_SETTINGS is not set', () => {
  const env = { INSTRUMENTATION: 'auto' };
  applyLearnerSettings(env, () => {
    throw new Error('expected no report');
  });
  expect(env).toEqual({ INSTRUMENTATION: 'auto' });
});

test('throws an error with the path of a settings file that cannot be read', () => {
  expect(() => applyLearnerSettings({ LEARNER_SETTINGS: folder }, () => undefined)).toThrow(
    `The settings in ${folder} can't be read: EISDIR`,
  );
});

test('throws an error that says how to save a settings file in UTF-16', () => {
  const file = join(folder, 'utf16.env');
  writeFileSync(file, Buffer.from('\ufeffINSTRUMENTATION=auto\n', 'utf16le'));
  expect(() => applyLearnerSettings({ LEARNER_SETTINGS: file }, () => undefined)).toThrow(
    /utf16\.env can't be read: expected UTF-8, found UTF-16/,
  );
});
