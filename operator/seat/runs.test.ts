import { generateKeyPairSync } from 'node:crypto';
import { OWN, RUN } from '../../lab/names.ts';
import { hashesOf, signRunToken } from '../../lab/run-token.ts';
import { sha256 } from '../../cdk8s/canonical-json.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';
import { labTemplate } from '../../cdk8s/render.ts';
import { attendeeFiles, isDice, withoutAttendeeFiles, withRuns } from './dice.ts';
import { isDeployment } from './types.ts';
import type { LabObject } from './types.ts';

const lab = labTemplate()('ns') as readonly LabObject[];
const [{ started }] = OWN;
const files = { 'app.ts': 'mine', 'settings.env': 'OTEL_SERVICE_NAME=x' };
const { privateKey } = generateKeyPairSync('ed25519');
const record = signRunToken({ n: 7, at: 7, files: hashesOf(files) }, privateKey);

const mapWith = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'lab-dice', namespace: 'ns' },
  data: { 'collector.yaml': '{}', ...data },
});

const diceIn = (objects: readonly LabObject[]): Deployment =>
  objects.find((object) => isDeployment(object) && object.metadata.name === 'lab-dice') as unknown as Deployment;

/** Returns the hash of app.ts that the operator wants dice's pods to have. */
function wanted(map: ConfigMap, live?: Deployment): string | undefined {
  const rendered = withoutAttendeeFiles(attendeeFiles(map, lab.find(isDice)), lab);
  return diceIn(withRuns(rendered, map, live)).spec.template.metadata?.annotations?.[started];
}

const live = diceIn(lab);
const atStart = live.spec.template.metadata?.annotations?.[started];

test('starts no new pod for files that a Run has changed', () => {
  expect(wanted(mapWith({ ...files, [RUN.record]: record }), live)).toBe(atStart);
});

const given = (lab.find(isDice) as unknown as ConfigMap).data?.['app.ts'] ?? '';

test.each([
  ['changed by kubectl', mapWith(files)],
  ['changed by kubectl after a Run', mapWith({ ...files, 'app.ts': 'edited', [RUN.record]: record })],
  ['changed back by kubectl after a Run', mapWith({ ...files, 'app.ts': given, [RUN.record]: record })],
  ['with a record that is none', mapWith({ ...files, [RUN.record]: 'x.y' })],
])('starts a new pod for files %s, and only one', (_name, map) => {
  const next = wanted(map, live);
  expect(next).not.toBe(atStart);
  expect(
    wanted(map, diceIn(withRuns(withoutAttendeeFiles(attendeeFiles(map, lab.find(isDice)), lab), map, live))),
  ).toBe(next);
});

test('starts the first pod of a seat with the hashes of its files', () => {
  expect(wanted(mapWith({ ...files, [RUN.record]: record }))).toBe(sha256('mine'));
});
