// Tests that a check judges the learner's files as they are now, and not those of a pod from before.
import { createHash } from 'node:crypto';
import type { ConfigMap, Deployment, Pod } from '../../../../kubernetes/types.ts';
import { LABELS, MANAGED_BY, OWN } from '../../../../lab/names.ts';
import { podOf } from '../../../testing/api-server.ts';
import { outdated } from './current.ts';
import type { ComponentObjects } from './current.ts';

const started = OWN[0].started;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const annotated = (pod: Pod, annotations: Record<string, string>): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, annotations },
});
const template = (annotations: Record<string, string>): Deployment =>
  ({ spec: { template: { metadata: { annotations } } } }) as unknown as Deployment;
const filesOf = (text: string, labels: Record<string, string>): ConfigMap =>
  ({ metadata: { name: 'lab-dice', labels }, data: { 'app.ts': text } }) as unknown as ConfigMap;
const now = new Date(Date.now() + 1_000).toISOString();
const old = podOf('dice', 'dice-1');
const fresh = annotated(podOf('dice', 'dice-2', { created: now }), { restartedAt: '2', [started]: sha256('mine') });
const crashed = annotated(
  podOf('dice', 'dice-2', { created: now, container: { ready: false, state: { terminated: { exitCode: 1 } } } }),
  { restartedAt: '2' },
);
const seat = { [LABELS.managedBy]: MANAGED_BY };

const objects = (more: Partial<ComponentObjects> = {}): ComponentObjects => ({
  component: 'dice',
  pods: [fresh],
  deployment: template({ restartedAt: '2' }),
  files: filesOf('mine', seat),
  trouble: undefined,
  started: {},
  ...more,
});

test('finds nothing outdated if the only pod runs with the files as they are', () => {
  expect(outdated(objects())).toBeUndefined();
});

test.each<[string, Partial<ComponentObjects>, object]>([
  [
    'a new pod that does not start, while the old one serves',
    { pods: [old, crashed], trouble: 'your code does not parse' },
    { reason: 'your code does not parse', passes: false, blocks: true },
  ],
  [
    'a new pod that is starting',
    { pods: [old, fresh], trouble: 'its pod dice-2 is still starting' },
    { reason: 'its pod dice-2 is still starting', passes: true, blocks: true },
  ],
  [
    'a Run whose new pod does not exist yet',
    { deployment: template({ restartedAt: '3' }) },
    { reason: 'its pod dice-2 is of before the last Run', passes: true, blocks: true },
  ],
  [
    'a Run after one whose pod crashed, whose new pod does not exist yet',
    { pods: [old, crashed], trouble: 'your code does not parse', deployment: template({ restartedAt: '3' }) },
    { reason: 'its pod dice-2 is of before the last Run', passes: true, blocks: true },
  ],
  [
    'a file of a seat that was edited without a restart',
    { files: filesOf('edited', seat) },
    { reason: 'its pod dice-2 started with an older app.ts', passes: true, blocks: true },
  ],
  [
    'an old pod that is shutting down',
    { pods: [podOf('dice', 'dice-1', { deleted: true }), fresh] },
    { reason: 'its old pod dice-1 is shutting down', passes: true, blocks: false },
  ],
])('reports %s', (_what, more, expected) => {
  expect(outdated(objects(more))).toEqual(expected);
});

test.each<[string, Partial<ComponentObjects>]>([
  ['the hashes that a pod has from Helm', {}],
  ['a dice that reports no hashes', { started: {} }],
  ['a dice that reports the hash of the file as it is', { started: { 'app.ts': sha256('edited') } }],
  ['the hashes of dice, if the component is the Collector', { component: 'collector', started: { 'app.ts': 'old' } }],
])('finds nothing outdated outside a seat by %s', (_what, more) => {
  expect(outdated(objects({ files: filesOf('edited', {}), ...more }))).toBeUndefined();
});

test.each([
  ['app.ts', { 'app.ts': sha256('mine') }],
  ['settings.env', { 'app.ts': sha256('edited'), 'settings.env': sha256('INSTRUMENTATION=auto') }],
] as const)('reports a %s outside a seat that was edited after dice started, and what to do', (file, started) => {
  const deployment = { ...template({}), metadata: { name: 'intro-otel-dice' } } as Deployment;
  expect(outdated(objects({ files: filesOf('edited', {}), started, deployment }))).toEqual({
    reason: `its pod dice-2 started with an older ${file}`,
    passes: false,
    blocks: true,
    todo: 'Press Run, or run kubectl rollout restart deployment/intro-otel-dice.',
    file,
  });
});

test('reports a collector.yaml outside a seat that was edited after the Collector started', () => {
  const pods = [podOf('collector', 'collector-1')];
  const started = { 'collector.yaml': sha256('{}') };
  const deployment = { ...template({}), metadata: { name: 'intro-otel-collector' } } as Deployment;
  const files = { ...filesOf('mine', {}), data: { 'collector.yaml': 'exporters: {}' } };
  expect(outdated(objects({ component: 'collector', pods, deployment, files, started }))).toEqual({
    reason: 'its pod collector-1 started with an older collector.yaml',
    passes: false,
    blocks: true,
    todo: 'Press Run, or run kubectl rollout restart deployment/intro-otel-collector.',
    file: 'collector.yaml',
  });
});
