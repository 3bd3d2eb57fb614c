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
  /** Environment variables for the stage's program, in addition to those of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** The groups of stages that run at the same time, in the order in which they run. */
export const TURNS = ['units', 'solutions', 'parts', 'labs', 'serial', 'course', 'workshop'] as const;

/**
 * The turn of a stage. Stages of one turn run in parallel. Background stages run during the last turn, with the lowest
 * priority, so that they use only processor time that the others leave.
 */
export type Turn = 'background' | (typeof TURNS)[number];

export interface Stage {
  readonly name: string;
  readonly turn: Turn;
  readonly needsCluster: boolean;
  /** Whether the stage is part of `npm run check`. */
  readonly quick: boolean;
  /** Whether the stage runs only if --only names it. */
  readonly onRequest?: boolean;
  run(context: StageContext): Promise<Results>;
}

const bin = (name: string): string => join(repoRoot, 'node_modules', '.bin', name);

/** Returns a path for a tool's cache. The caches are in node_modules, so that `npm ci` also removes them. */
const cache = (...path: string[]): string => join(repoRoot, 'node_modules', '.cache', ...path);

/** Returns the path of a stage's log file. */
export const logOf = (stage: string): string => join(artefacts, `${stage}.log`);

const sequencer = (name: string): string => `--testSequencer=${join(repoRoot, 'test', 'support', 'sequencers', name)}`;

const WAITING_FIRST = sequencer('waiting-first.mjs');

/** The time limit of a test that sets none, so that a test can't hang forever. */
const HANG_LIMIT = '--testTimeout=180000';

export const stages: readonly Stage[] = [
  program('format', () => [
    bin('prettier'),
    ...['--check', '.', '--log-level=warn'],
    ...['--cache', '--cache-strategy=content', `--cache-location=${cache('prettier', 'files')}`],
  ]),
  program('types', () => tsc('.')),
  program('types in the browser', () => tsc('test/browser')),
  // Lint uses no cache, because rules that read types and imports depend on more than the reported file.
  program('lint', () => [bin('eslint'), '.']),
  program('drift', () => [process.execPath, join(repoRoot, 'cdk8s', 'synth.ts'), '--verify']),
  program('drift of the registry', () => [
    process.execPath,
    join(repoRoot, 'otlp', 'quality', 'generate.ts'),
    '--verify',
  ]),
  program('helm lint', async () => [
    await helmPath(silentProgress()),
    ...['lint', '--strict', join(repoRoot, 'charts', 'lab')],
  ]),
  // The first run compiles actionlint, so this stage is not quick.
  {
    ...program('workflows', async () => [
      await actionlintPath(silentProgress()),
      ...globSync(join(repoRoot, '.github', 'workflows', '*.yml')),
    ]),
    quick: false,
  },
  jest('chart', 'background', { args: [HANG_LIMIT] }),
  // Some unit tests have time limits of 500 ms, so no stage that uses the cluster runs at the same time.
  jest('unit', 'units', { quick: true, args: ['--maxWorkers=2', WAITING_FIRST] }),
  // This stage starts some 400 dice, so it has a turn of its own: beside it, unit tests exceed their time limits. Its
  // tests mostly wait.
  jest('solutions', 'solutions', { args: ['--maxConcurrency=16'] }),
  // Tests on a cluster mostly wait, so there are more workers than cores.
  jest('integration', 'parts', { needsCluster: true, args: ['--maxWorkers=4', WAITING_FIRST, HANG_LIMIT] }),
  // These tests open the guide's pages in Chromium, which is installed while the cluster starts.
  jest('browser', 'parts', { needsCluster: true, args: ['--maxWorkers=2', HANG_LIMIT] }),
  jest('e2e', 'labs', { needsCluster: true, args: ['--maxWorkers=3', WAITING_FIRST, HANG_LIMIT] }),
  // These tests have strict time limits, so no other stage runs at the same time.
  jest('serial', 'serial', { needsCluster: true, args: ['--runInBand', HANG_LIMIT] }),
  // These tests do the course as learners do, at the same time: in a browser in a class of one, through the portal, and
  // with kubectl in a lab outside a class.
  jest('course', 'course', { needsCluster: true, args: ['--maxWorkers=2', HANG_LIMIT] }),
  // A cluster has only one operator, which counts the cluster's free capacity. So these files share one Workshop, and
  // no other labs run. Each file relies on what the earlier files leave.
  jest('workshop', 'workshop', { needsCluster: true, args: ['--runInBand', sequencer('by-name.mjs'), HANG_LIMIT] }),
  // Makes a release, which takes minutes and compiles the programs for it.
  { ...jest('release', 'workshop', { needsCluster: true, args: ['--runInBand', HANG_LIMIT] }), onRequest: true },
];

type Command = readonly [string, ...string[]];

/**
 * Builds the command of a type check, which reuses the results of the last run. `project` is a path from the
 * repository's root.
 */
function tsc(project: string): Command {
  const buildInfo = cache('tsc', `${project.replaceAll('/', '-')}.tsbuildinfo`);
  return [bin('tsc'), '--project', join(repoRoot, project), '--incremental', '--tsBuildInfoFile', buildInfo];
}

/** Builds a stage that runs a program. The program counts as one test. */
function program(name: string, command: () => Command | Promise<Command>): Stage {
  return {
    name,
    turn: 'background',
    needsCluster: false,
    quick: true,
    async run(context) {
      const code = await runProgram(await command(), logOf(name), { ...context, background: true });
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

interface JestOptions {
  readonly needsCluster?: boolean;
  readonly quick?: boolean;
  readonly args?: readonly string[];
}

function jest(
  project: string,
  turn: Turn,
  { needsCluster = false, quick = false, args = [] }: JestOptions = {},
): Stage {
  return {
    name: project,
    turn,
    needsCluster,
    quick,
    async run(context) {
      const report = join(artefacts, `${project}.json`);
      await rm(report, { force: true }); // jest may fail before it writes a new report
      const command = jestCommand(project, [`--outputFile=${report}`, ...args]);
      const background = turn === 'background';
      await runProgram(command, logOf(project), { ...context, background });
      return resultsOf(JSON.parse(await readFile(report, 'utf8')) as JestReport);
    },
  };
}

function jestCommand(project: string, args: readonly string[]): Command {
  const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return [process.execPath, ...nodeFlags, bin('jest'), '--selectProjects', project, '--json', ...args];
}
