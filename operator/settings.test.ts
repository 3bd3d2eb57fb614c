import { readSettings } from './settings.ts';

const complete = { POD_NAME: 'op-1', POD_NAMESPACE: 'default', OPERATOR_ACCOUNT: 'intro-otel-operator' };

test('uses defaults for port and workers if only the other variables are set', () => {
  expect(readSettings(complete)).toEqual({
    identity: 'op-1',
    namespace: 'default',
    account: 'intro-otel-operator',
    port: 8082,
    workers: 16,
  });
});

test('throws an error that names every invalid variable with its expected and found value', () => {
  const wrong = { ...complete, POD_NAME: undefined, PORT: '80a', WORKERS: '0' };
  const problems = [
    'POD_NAME: expected .* found nothing',
    'PORT: expected a whole number from 0 to 65535, found "80a"',
    'WORKERS: .*"0"',
  ];
  expect(() => readSettings(wrong)).toThrow(new RegExp(problems.join('\n.*')));
});
