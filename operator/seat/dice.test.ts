import { OWN } from '../../lab/names.ts';
import { sha256 } from '../../cdk8s/canonical-json.ts';
import { leavingAlone, NOTHING_OWN, ownFiles, runningOwn } from './dice.ts';
import type { Own } from './dice.ts';
import { aDeployment, GIVEN_CODE, GIVEN_COLLECTOR, GIVEN_SETTINGS, smallLab } from './testing/fixtures.ts';
import type { ConfigMap, Deployment, LabObject } from './types.ts';

const lab = smallLab({ instrumentation: 'manual' })('class-ada');
const [desired] = lab;

const live = (code: string | undefined, given: string | undefined, more: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'lab-dice',
    namespace: 'class-ada',
    ...(given !== undefined && { annotations: { 'intro-otel.dev/given-sha256': sha256(given) } }),
  },
  ...(code !== undefined && { data: { 'app.ts': code, ...more } }),
});

const ownOf = (own: Own): object => Object.fromEntries(own);

test.each<[string, ConfigMap | undefined, object]>([
  ["code that was given before is not the attendee's", live(GIVEN_CODE.auto, GIVEN_CODE.auto), {}],
  [
    "code that is given now is not the attendee's, whatever the ConfigMap says",
    live(GIVEN_CODE.manual, 'edited away'),
    {},
  ],
  ['any other code is', live('mine', GIVEN_CODE.auto), { 'app.ts': 'mine' }],
  ["so is code in a ConfigMap that doesn't say what was given", live('mine', undefined), { 'app.ts': 'mine' }],
  ["no code is nobody's", live(undefined, GIVEN_CODE.auto), {}],
  ['nor is empty code', live('', GIVEN_CODE.auto), {}],
  ["nor a ConfigMap that isn't there", undefined, {}],
  [
    'settings and configuration are told from what was given one by one',
    live('mine', GIVEN_CODE.auto, { 'settings.env': GIVEN_SETTINGS, 'collector.yaml': 'a: b' }),
    { 'app.ts': 'mine', 'collector.yaml': 'a: b' },
  ],
  ["a file that is none of the three is nobody's", live(GIVEN_CODE.auto, GIVEN_CODE.auto, { 'notes.txt': 'mine' }), {}],
])('%s', (_what, there, expected) => {
  expect(ownOf(ownFiles(there, desired))).toEqual(expected);
});

test("the attendee's code is left out, and starts pods of its own", () => {
  const [dice, deployment, ...others] = leavingAlone(new Map([['app.ts', 'mine']]), lab);
  expect(dice?.['data']).toEqual({ 'settings.env': GIVEN_SETTINGS, 'collector.yaml': GIVEN_COLLECTOR });
  expect(dice?.metadata).toEqual(desired?.metadata);
  expect((deployment as unknown as Deployment).spec.template.metadata?.annotations).toEqual({
    'intro-otel.dev/config-sha256': sha256('mine'),
    'intro-otel.dev/settings-sha256': sha256(GIVEN_SETTINGS),
  });
  expect(others).toEqual(lab.slice(2));
});

test("nothing is left of the data where all of it is the attendee's", () => {
  const [dice] = leavingAlone(new Map(OWN.map(({ file }) => [file, 'mine'])), lab);
  expect(dice).not.toHaveProperty('data');
});

test('given files are applied as they are', () => {
  expect(leavingAlone(NOTHING_OWN, lab)).toEqual(lab);
});

test("configuration starts the Collector's pods, and leaves the dice's", () => {
  const own: Own = new Map([['collector.yaml', 'a: b']]);
  const collector = aDeployment('collector', {
    annotations: { 'intro-otel.dev/config-sha256': "of the lab's" },
  }) as LabObject;
  const [, dice, started] = leavingAlone(own, [...lab.slice(0, 2), collector]);
  expect(runningOwn(own)).toEqual(['lab-collector']);
  expect(dice).toEqual(lab[1]);
  expect((started as unknown as Deployment).spec.template.metadata?.annotations).toEqual({
    'intro-otel.dev/config-sha256': "of the lab's",
    'intro-otel.dev/own-sha256': sha256('a: b'),
  });
});
