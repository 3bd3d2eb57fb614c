import { readSettings } from './settings.ts';

const complete = { POD_NAME: 'op-1', POD_NAMESPACE: 'default', OPERATOR_ACCOUNT: 'intro-otel-operator' };

test('needs only the variables that the chart always sets', () => {
  expect(readSettings(complete)).toEqual({
    identity: 'op-1',
    namespace: 'default',
    account: 'intro-otel-operator',
    port: 8082,
    workers: 16,
  });
});

test('names every wrong variable with the expected and the found value', () => {
  const wrong = { ...complete, POD_NAME: undefined, PORT: '80a', WORKERS: '0' };
  const problems = [
    'POD_NAME: expected .* found nothing',
    'PORT: expected a whole number from 0 to 65535, found "80a"',
    'WORKERS: .*"0"',
  ];
  expect(() => readSettings(wrong)).toThrow(new RegExp(problems.join('\n.*')));
});
