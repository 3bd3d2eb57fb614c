// The stages of `npm test` and `npm run check`. A stage is a program or a jest project.
import { globSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { helmPath } from '../cluster/tools.ts';
import { repoRoot } from '../support/paths.ts';
import { silentProgress } from '../support/progress.ts';
import { artefacts } from './support/artefacts.ts';
import { actionlintPath } from './support/cluster/components.ts';
import { runProgram } from './support/program.ts';
import { resultsOf } from './support/results.ts';
import type { JestReport, Results } from './support/results.ts';

export interface StageContext {
  /** Environment variables for the stage's program, on top of ours. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  /** Gives background stages only the processor time that the others leave. */
  readonly yielding: boolean;
}

/** Turns run one after the other, in this order. */
export const TURNS = ['units', 'parts', 'labs', 'serial', 'course', 'workshop'] as const;

/** Stages of one turn run side by side. Background stages run beside the last turn, in the time it leaves. */
export type Turn = 'background' | (typeof TURNS)[number];

export interface Stage {
  readonly name: string;
  readonly turn: Turn;
  readonly needsCluster: boolean;
  /** Part of `npm run check`. */
  readonly quick: boolean;
  run(context: StageContext): Promise<Results>;
}

const bin = (name: string): string => join(repoRoot, 'node_modules', '.bin', name);

/** Tools keep their caches here, so a checkout stays clean and `npm ci` starts afresh. */
const cache = (...path: string[]): string => join(repoRoot, 'node_modules', '.cache', ...path);

/** The log file of a stage. */
export const logOf = (stage: string): string => join(artefacts, `${stage}.log`);

const sequencer = (name: string): string => `--testSequencer=${join(repoRoot, 'test', 'support', 'sequencers', name)}`;

const WAITING_FIRST = sequencer('waiting-first.mjs');

/** Tests on a cluster set their own time limits. This one only stops a test that would hang. */
const HANG_LIMIT = '--testTimeout=180000';

export const stages: readonly Stage[] = [
  program('format', () => [
    bin('prettier'),
    ...['--check', '.', '--log-level=warn'],
    ...['--cache', '--cache-strategy=content', `--cache-location=${cache('prettier', 'files')}`],
  ]),
  program('types', () => tsc('.')),
  program('types in the browser', () => tsc('test/browser')),
  // Without a cache: rules that read types and imports depend on more than the file they report on.
  program('lint', () => [bin('eslint'), '.']),
  program('drift', () => [process.execPath, join(repoRoot, 'cdk8s', 'synth.ts'), '--verify']),
  program('helm lint', async () => [
    await helmPath(silentProgress()),
    ...['lint', '--strict', join(repoRoot, 'charts', 'lab')],
  ]),
  // Its first run compiles actionlint, so it is not quick.
  {
    ...program('workflows', async () => [
      await actionlintPath(silentProgress()),
      ...globSync(join(repoRoot, '.github', 'workflows', '*.yml')),
    ]),
    quick: false,
  },
  jest('chart', 'background', { args: [HANG_LIMIT] }),
  // Some unit tests have time limits of 500 ms, so no stage on a cluster runs beside them.
  jest('unit', 'units', { quick: true, args: ['--maxWorkers=2', WAITING_FIRST] }),
  jest('solutions', 'units'),
  // A test on a cluster mostly waits, so there are more workers than cores.
  jest('integration', 'parts', { needsCluster: true, args: ['--maxWorkers=4', WAITING_FIRST, HANG_LIMIT] }),
  // The guide's pages in Chromium, which is installed while the cluster starts.
  jest('browser', 'parts', { needsCluster: true, args: ['--maxWorkers=2', HANG_LIMIT] }),
  jest('e2e', 'labs', { needsCluster: true, args: ['--maxWorkers=3', WAITING_FIRST, HANG_LIMIT] }),
  // These tests promise times, so nothing else runs.
  jest('serial', 'serial', { needsCluster: true, args: ['--runInBand', HANG_LIMIT] }),
  // The course as learners do it, in a browser and with kubectl: two labs side by side.
  jest('course', 'course', { needsCluster: true, args: ['--maxWorkers=2', HANG_LIMIT] }),
  // A cluster has one operator, and it counts the free capacity. So these files share one Workshop, with no other labs
  // beside it, and each file builds on what the earlier ones leave.
  jest('workshop', 'workshop', { needsCluster: true, args: ['--runInBand', sequencer('by-name.mjs'), HANG_LIMIT] }),
];

type Command = readonly [string, ...string[]];

/** A type check that reuses the results of the last run. `project` is a path from the repository's root. */
function tsc(project: string): Command {
  const buildInfo = cache('tsc', `${project.replaceAll('/', '-')}.tsbuildinfo`);
  return [bin('tsc'), '--project', join(repoRoot, project), '--incremental', '--tsBuildInfoFile', buildInfo];
}

/** A program counts as one test. */
function program(name: string, command: () => Command | Promise<Command>): Stage {
  return {
    name,
    turn: 'background',
    needsCluster: false,
    quick: true,
    async run(context) {
      const code = await runProgram(await command(), logOf(name), { ...context, background: context.yielding });
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

function jest(
  project: string,
  turn: Turn,
  { needsCluster = false, quick = false, args = [] as readonly string[] } = {},
): Stage {
  return {
    name: project,
    turn,
    needsCluster,
    quick,
    async run(context) {
      const report = join(artefacts, `${project}.json`);
      await rm(report, { force: true }); // jest may fail before it writes one
      const command = jestCommand(project, [`--outputFile=${report}`, ...args]);
      await runProgram(command, logOf(project), { ...context, background: context.yielding && turn === 'background' });
      return resultsOf(JSON.parse(await readFile(report, 'utf8')) as JestReport);
    },
  };
}

function jestCommand(project: string, args: readonly string[]): Command {
  const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return [process.execPath, ...nodeFlags, bin('jest'), '--selectProjects', project, '--json', ...args];
}
