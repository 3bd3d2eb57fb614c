// What `npm test` consists of: each stage a program or a jest project, in lanes that run side by side.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helmPath } from '../cluster/tools.ts';
import { repoRoot } from '../cluster/support/paths.ts';
import { silentProgress } from '../cluster/support/progress.ts';
import { artefacts } from './support/artefacts.ts';
import { runProgram } from './support/program.ts';
import { tallyOf } from './support/tally.ts';
import type { JestReport, Tally } from './support/tally.ts';

export interface StageContext {
  /** Added to the environment of what the stage runs. */
  env: Record<string, string>;
  onLine?: (line: string) => void;
}

/** The clusters of a run. One operator operates a cluster, so those who test it with a class have one of their own. */
export const CLUSTERS = ['intro-otel-test', 'intro-otel-test-class'] as const;
export type ClusterName = (typeof CLUSTERS)[number];
const [SHARED, CLASS] = CLUSTERS;

export interface Stage {
  name: string;
  /** What it needs, if it needs one. */
  cluster?: ClusterName;
  run(context: StageContext): Promise<Tally>;
}

/** Stages that run one after the other. */
export type Lane = readonly Stage[];

const bin = (name: string): string => join(repoRoot, 'node_modules', '.bin', name);

/** Where the output of a stage is kept. */
export const logOf = (stage: string): string => join(artefacts, `${stage}.log`);

/** Tests on a cluster say themselves how long they wait for what; this is only against waiting for ever. */
const PATIENCE = '--testTimeout=180000';

/** They run side by side: most of a test on a cluster is waiting, which leaves the time for what only computes. */
export const lanes: readonly Lane[] = [
  [
    program('types', () => [bin('tsc')]),
    program('types in the browser', () => [bin('tsc'), '-p', join(repoRoot, 'apps', 'guide', 'browser')]),
    program('lint', () => [bin('eslint'), '.']),
    program('drift', () => [process.execPath, join(repoRoot, 'cdk8s', 'synth.ts'), '--verify']),
    // The first of them may have to fetch helm.
    jest('chart', { args: [PATIENCE] }),
    program('helm lint', async () => [await helmPath(silentProgress()), 'lint', '--strict', join(repoRoot, 'charts', 'lab')]),
    jest('unit', { args: ['--maxWorkers=2'] }),
    // The guide's pages in Chromium, which is made ready beside the cluster.
    jest('browser', { cluster: SHARED, args: ['--runInBand', PATIENCE] }),
  ],
  [
    jest('integration', { cluster: SHARED, args: ['--maxWorkers=3', PATIENCE] }),
    jest('e2e', { cluster: SHARED, args: ['--maxWorkers=3', PATIENCE] }),
  ],
  [
    // The course as learners do it, in a browser and by kubectl: two labs side by side.
    jest('course', { cluster: CLASS, args: ['--maxWorkers=2', PATIENCE] }),
    // They share the operator and a class: each file goes on with what the others have left.
    jest('class', { cluster: CLASS, args: ['--runInBand', `--testSequencer=${join(repoRoot, 'test', 'support', 'by-name.mjs')}`, PATIENCE] }),
  ],
];

/** What promises a time, and a round has its 500 ms, is tested when nothing else runs. */
export const alone: Lane = [
  jest('alone', { cluster: SHARED, args: ['--runInBand', PATIENCE] }),
];

export const stages: readonly Stage[] = [...lanes.flat(), ...alone];

type Command = readonly [string, ...string[]];

function program(name: string, command: () => Command | Promise<Command>): Stage {
  return {
    name,
    async run(context) {
      const code = await runProgram(await command(), logOf(name), context);
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

function jest(project: string, { cluster, args }: { cluster?: ClusterName; args: readonly string[] }): Stage {
  return {
    name: project,
    ...(cluster && { cluster }),
    async run(context) {
      const report = join(artefacts, `${project}.json`);
      const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
      await runProgram([process.execPath, ...flags, bin('jest'), '--selectProjects', project, '--json', `--outputFile=${report}`, ...args], logOf(project), context);
      return tallyOf(JSON.parse(await readFile(report, 'utf8')) as JestReport);
    },
  };
}
