import { readSettings } from './settings.ts';

const complete = { POD_NAME: 'op-1', POD_NAMESPACE: 'default', OPERATOR_ACCOUNT: 'intro-otel-operator', OPERATOR_IMAGE: 'docker.io/library/intro-otel:0.1.0' };

test('what the chart always sets is enough', () => {
  expect(readSettings(complete)).toEqual({
    identity: 'op-1', namespace: 'default', account: 'intro-otel-operator', image: 'docker.io/library/intro-otel:0.1.0',
    pullPolicy: 'IfNotPresent', pullSecrets: [], port: 8082, workers: 16,
  });
});

test('every variable that is wrong is named, with what was expected', () => {
  const wrong = { ...complete, POD_NAME: undefined, PORT: '80a', IMAGE_PULL_POLICY: 'Sometimes' };
  expect(() => readSettings(wrong)).toThrow(/POD_NAME: expected .* found nothing\n.*IMAGE_PULL_POLICY: .*"Sometimes"\n.*PORT: expected a whole number from 0 to 65535, found "80a"/);
});

test('pull secrets are names with commas', () => {
  expect(readSettings({ ...complete, IMAGE_PULL_SECRETS: 'a,b' }).pullSecrets).toEqual(['a', 'b']);
});
