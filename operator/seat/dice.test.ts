import { sha256 } from '../../cdk8s/plain.ts';
import { leavingAlone, ownCode } from './dice.ts';
import { GIVEN_CODE, smallLab } from './fixtures.ts';
import type { ConfigMap, Deployment } from './shapes.ts';

const lab = smallLab({ instrumentation: 'manual' })('class-ada');
const [desired] = lab;

const live = (code: string | undefined, given: string | undefined): ConfigMap => ({
  apiVersion: 'v1', kind: 'ConfigMap',
  metadata: { name: 'lab-dice', namespace: 'class-ada', ...(given !== undefined && { annotations: { 'intro-otel.dev/given-sha256': sha256(given) } }) },
  ...(code !== undefined && { data: { 'app.ts': code } }),
});

test.each<[string, ConfigMap | undefined, string | undefined]>([
  ['code that was given before is not the attendee\'s', live(GIVEN_CODE.auto, GIVEN_CODE.auto), undefined],
  ['code that is given now is not the attendee\'s, whatever the ConfigMap says', live(GIVEN_CODE.manual, 'edited away'), undefined],
  ['any other code is', live('mine', GIVEN_CODE.auto), 'mine'],
  ['so is code in a ConfigMap that doesn\'t say what was given', live('mine', undefined), 'mine'],
  ['no code is nobody\'s', live(undefined, GIVEN_CODE.auto), undefined],
  ['nor is empty code', live('', GIVEN_CODE.auto), undefined],
  ['nor a ConfigMap that isn\'t there', undefined, undefined],
])('%s', (_what, there, expected) => {
  expect(ownCode(there, desired)).toBe(expected);
});

test('the attendee\'s code is left out, and starts pods of its own', () => {
  const [dice, deployment, ...others] = leavingAlone('mine', lab);
  expect(dice).not.toHaveProperty('data');
  expect(dice?.metadata).toEqual(desired?.metadata);
  expect((deployment as unknown as Deployment).spec.template.metadata?.annotations).toEqual({ 'intro-otel.dev/config-sha256': sha256('mine') });
  expect(others).toEqual(lab.slice(2));
});

test('given code is applied as it is', () => {
  expect(leavingAlone(undefined, lab)).toEqual(lab);
});
