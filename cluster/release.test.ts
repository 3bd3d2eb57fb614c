// Runs the install with programs that stand for helm and kubectl. They record their arguments and print what a cluster
// would have.
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWN } from '../lab/names.ts';
import { silentProgress } from '../support/progress.ts';
import type { Progress } from '../support/progress.ts';
import { ClusterTools } from './kubectl.ts';
import { installRelease } from './release.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'release-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Builds the ConfigMap of the dice, in which the learner has edited these files. */
const filesWith = (edits: Record<string, string>) => ({
  metadata: { annotations: Object.fromEntries(OWN.map(({ given }) => [given, sha256('given')])) },
  data: { ...Object.fromEntries(OWN.map(({ file }) => [file, 'given'])), ...edits },
});

const podOf = (component: string, status: object) => ({
  metadata: {
    name: `lab-${component}-1-a`,
    generateName: `lab-${component}-1-`,
    labels: { 'app.kubernetes.io/component': component, 'pod-template-hash': '1' },
  },
  status,
});
const READY = { conditions: [{ type: 'Ready', status: 'True' }] };
const CRASHED = {
  containerStatuses: [
    {
      name: 'dice',
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { message: 'not today' } },
    },
  ],
};

/**
 * Installs a release in a cluster with these files and pods.
 * @param before more pods, which the cluster has until somebody has listed pods twice
 * @returns the components, the notes and all commands
 */
async function installed(files: object, pods: readonly object[], before: readonly object[] = []) {
  const log = join(directory, 'log');
  const answers = { configmap: files, pods: { items: pods }, secrets: { items: [] } };
  const script = `#!${process.execPath}
const [verb, ...args] = process.argv.slice(2);
require('node:fs').appendFileSync(${JSON.stringify(log)}, process.argv.slice(1).join(' ') + '\\n');
const answers = ${JSON.stringify(answers)};
const asked = require('node:fs').readFileSync(${JSON.stringify(log)}, 'utf8').split(' pods --namespace').length - 1;
if (asked < 3) answers.pods.items.push(...${JSON.stringify(before)});
if (verb === 'get') console.log(JSON.stringify(answers[args.find((arg) => arg in answers)]));
`;
  const [helm = '', kubectl = ''] = ['helm', 'kubectl'].map((name) => {
    const path = join(directory, name);
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    return path;
  });
  const notes: string[] = [];
  const report: Progress = { ...silentProgress(), note: (text) => void notes.push(text) };
  const release = { name: 'lab', namespace: 'n', values: ['--set', 'a=b'] };
  const edited = await installRelease(new ClusterTools({}, helm, kubectl), release, report);
  return { edited, notes, commands: readFileSync(log, 'utf8') };
}

test('waits for every Deployment of a lab whose files nobody has edited', async () => {
  const { edited, notes, commands } = await installed(filesWith({}), [podOf('dice', READY)]);
  expect([edited, notes]).toEqual([[], []]);
  expect(commands).toMatch(/helm upgrade --install lab \S+ --namespace n --set a=b\n/);
  expect(commands).toMatch(/rollout status deployment --namespace n --selector app\.kubernetes\.io\/instance=lab --t/);
});

test('waits until the pods of before have ended, because they still answer with the lab as it was', async () => {
  const old = { metadata: { name: 'lab-guide-0-a', deletionTimestamp: '2026-01-01T00:00:00Z' } };
  const { commands } = await installed(filesWith({}), [podOf('guide', READY)], [old]);
  expect(commands.split('rollout status')[1]?.match(/ pods --namespace/g)).toHaveLength(3);
});

test("doesn't wait for dice if the learner's code keeps it from starting, and says why", async () => {
  const pods = [podOf('dice', CRASHED), podOf('arcade', READY)];
  const { edited, notes, commands } = await installed(filesWith({ 'app.ts': 'mine' }), pods);
  expect(edited).toEqual(['dice']);
  expect(commands).toContain('--selector app.kubernetes.io/instance=lab,app.kubernetes.io/component notin (dice) ');
  expect(notes).toEqual([
    expect.stringMatching(/learner's own files keep dice from starting\.[^]*CrashLoopBackOff[^]*not today/),
  ]);
});

test("says nothing about dice if the learner's code runs", async () => {
  const { edited, notes } = await installed(filesWith({ 'app.ts': 'mine' }), [podOf('dice', READY)]);
  expect([edited, notes]).toEqual([['dice'], []]);
});
