// What `npm test` consists of: each stage a program or a jest project.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { helmPath } from '../cluster/tools.ts';
import { repoRoot } from '../support/paths.ts';
import { silentProgress } from '../support/progress.ts';
import { artefacts } from './support/artefacts.ts';
import { runProgram } from './support/program.ts';
import { resultsOf } from './support/results.ts';
import type { JestReport, Results } from './support/results.ts';

export interface StageContext {
  /** Added to the environment of what the stage runs. */
  env: Record<string, string>;
  onLine?: (line: string) => void;
}

export const TURNS = ['units', 'parts', 'labs', 'serial', 'course', 'workshop'] as const;
export type Turn = 'unhurried' | (typeof TURNS)[number];

export interface Stage {
  name: string;
  needsCluster: boolean;
  /** When it runs: stages of one turn run side by side, one turn after the other; what is unhurried runs beside the last, with the time it leaves. */
  turn: Turn;
  run(context: StageContext): Promise<Results>;
}

const bin = (name: string): string => join(repoRoot, 'node_modules', '.bin', name);

/** Where the output of a stage is kept. */
export const logOf = (stage: string): string => join(artefacts, `${stage}.log`);

const sequencer = (name: string): string => `--testSequencer=${join(repoRoot, 'test', 'support', 'sequencers', name)}`;

const WAITING_FIRST = sequencer('waiting-first.mjs');

/** Tests on a cluster say themselves how long they wait for what; this is only against waiting for ever. */
const PATIENCE = '--testTimeout=180000';

export const stages: readonly Stage[] = [
  program('types', () => [bin('tsc')]),
  program('types in the browser', () => [bin('tsc'), '-p', join(repoRoot, 'test', 'browser')]),
  program('lint', () => [bin('eslint'), '.']),
  program('drift', () => [process.execPath, join(repoRoot, 'cdk8s', 'synth.ts'), '--verify']),
  // The first of them may have to fetch helm.
  jest('chart', 'unhurried', { args: [PATIENCE] }),
  program('helm lint', async () => [
    await helmPath(silentProgress()),
    'lint',
    '--strict',
    join(repoRoot, 'charts', 'lab'),
  ]),
  // Some of them wait for what a check waits for, and a round has its 500 ms here too: by themselves.
  jest('unit', 'units', { args: ['--maxWorkers=3', WAITING_FIRST] }),
  // Most of a test on a cluster is waiting, so more of them run than there are cores.
  jest('integration', 'parts', { needsCluster: true, args: ['--maxWorkers=4', WAITING_FIRST, PATIENCE] }),
  // The guide's pages in Chromium, which is made ready beside the cluster.
  jest('browser', 'parts', { needsCluster: true, args: ['--maxWorkers=2', PATIENCE] }),
  jest('e2e', 'labs', { needsCluster: true, args: ['--maxWorkers=3', WAITING_FIRST, PATIENCE] }),
  // What promises a time, and a round has its 500 ms, is tested when nothing else runs.
  jest('serial', 'serial', { needsCluster: true, args: ['--runInBand', PATIENCE] }),
  // The course as learners do it, in a browser and by kubectl: two labs side by side.
  jest('course', 'course', { needsCluster: true, args: ['--maxWorkers=2', PATIENCE] }),
  // One operator operates a cluster, and counts the room in it, so its tests share it and a class, with no other labs: each file goes on with what the others have left.
  jest('workshop', 'workshop', { needsCluster: true, args: ['--runInBand', sequencer('by-name.mjs'), PATIENCE] }),
];

type Command = readonly [string, ...string[]];

function program(name: string, command: () => Command | Promise<Command>): Stage {
  return {
    name,
    needsCluster: false,
    turn: 'unhurried',
    async run(context) {
      const code = await runProgram(await command(), logOf(name), { ...context, unhurried: true });
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

function jest(project: string, turn: Turn, { needsCluster = false, args = [] as readonly string[] } = {}): Stage {
  return {
    name: project,
    needsCluster,
    turn,
    async run(context) {
      const report = join(artefacts, `${project}.json`);
      const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
      const command: Command = [
        process.execPath,
        ...flags,
        bin('jest'),
        '--selectProjects',
        project,
        '--json',
        `--outputFile=${report}`,
        ...args,
      ];
      await runProgram(command, logOf(project), { ...context, unhurried: turn === 'unhurried' });
      return resultsOf(JSON.parse(await readFile(report, 'utf8')) as JestReport);
    },
  };
}
