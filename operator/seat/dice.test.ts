import { OWN } from '../../lab/names.ts';
import { sha256 } from '../../cdk8s/canonical-json.ts';
import { attendeeFiles, customizedDeployments, NO_FILES, withoutAttendeeFiles } from './dice.ts';
import type { AttendeeFiles } from './dice.ts';
import { aDeployment, GIVEN_CODE, GIVEN_COLLECTOR, GIVEN_SETTINGS, smallLab } from './testing/fixtures.ts';
import type { LabObject } from './types.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';

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

const filesOf = (files: AttendeeFiles): object => Object.fromEntries(files);

test.each<[string, ConfigMap | undefined, object]>([
  ['does not count code from an earlier version of the lab as edited', live(GIVEN_CODE.auto, GIVEN_CODE.auto), {}],
  [
    'does not count code from the current lab as edited, even if the annotation differs',
    live(GIVEN_CODE.manual, 'edited away'),
    {},
  ],
  ['counts code that the attendee has edited', live('mine', GIVEN_CODE.auto), { 'app.ts': 'mine' }],
  ['counts edited code in a ConfigMap that lacks the annotation', live('mine', undefined), { 'app.ts': 'mine' }],
  ['does not count a missing file as edited', live(undefined, GIVEN_CODE.auto), {}],
  ['does not count an empty file as edited', live('', GIVEN_CODE.auto), {}],
  ['finds no edited files if there is no ConfigMap', undefined, {}],
  [
    'checks code, settings and Collector configuration for edits separately',
    live('mine', GIVEN_CODE.auto, { 'settings.env': GIVEN_SETTINGS, 'collector.yaml': 'a: b' }),
    { 'app.ts': 'mine', 'collector.yaml': 'a: b' },
  ],
  ['ignores a file that is not part of the lab', live(GIVEN_CODE.auto, GIVEN_CODE.auto, { 'notes.txt': 'mine' }), {}],
])('%s', (_title, configMap, expected) => {
  expect(filesOf(attendeeFiles(configMap, desired))).toEqual(expected);
});

test("leaves the attendee's code out of the ConfigMap and puts the code's hash into the pod template", () => {
  const [dice, deployment, ...others] = withoutAttendeeFiles(new Map([['app.ts', 'mine']]), lab);
  expect(dice?.['data']).toEqual({ 'settings.env': GIVEN_SETTINGS, 'collector.yaml': GIVEN_COLLECTOR });
  expect(dice?.metadata).toEqual(desired?.metadata);
  expect((deployment as unknown as Deployment).spec.template.metadata?.annotations).toEqual({
    'intro-otel.dev/config-sha256': sha256('mine'),
    'intro-otel.dev/settings-sha256': sha256(GIVEN_SETTINGS),
  });
  expect(others).toEqual(lab.slice(2));
});

test('leaves out all data of the ConfigMap if the attendee has edited all files', () => {
  const [dice] = withoutAttendeeFiles(new Map(OWN.map(({ file }) => [file, 'mine'])), lab);
  expect(dice).not.toHaveProperty('data');
});

test("keeps the lab's objects unchanged if the attendee has edited nothing", () => {
  expect(withoutAttendeeFiles(NO_FILES, lab)).toEqual(lab);
});

test("changes only the Collector's pod template after an edit of the Collector configuration", () => {
  const files: AttendeeFiles = new Map([['collector.yaml', 'a: b']]);
  const collector = aDeployment('collector', {
    annotations: { 'intro-otel.dev/config-sha256': "of the lab's" },
  }) as LabObject;
  const [, dice, started] = withoutAttendeeFiles(files, [...lab.slice(0, 2), collector]);
  expect(customizedDeployments(files)).toEqual(['lab-collector']);
  expect(dice).toEqual(lab[1]);
  expect((started as unknown as Deployment).spec.template.metadata?.annotations).toEqual({
    'intro-otel.dev/config-sha256': "of the lab's",
    'intro-otel.dev/own-sha256': sha256('a: b'),
  });
});
