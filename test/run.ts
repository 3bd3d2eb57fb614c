// `npm test` runs all stages, and `npm run check` only the quick ones. Some stages need a cluster, which starts while
// other stages run.
// usage: npm test [-- --only STAGE,STAGE]
import { mkdir, readFile, rm } from 'node:fs/promises';
import { describeError, UserError } from '../support/errors.ts';
import { duration, print, say } from '../support/output.ts';
import { optionsHelp, parseOptions } from '../support/options.ts';
import { createProgress } from '../support/progress.ts';
import { DEVCLUSTER } from '../cluster/context-discovery.ts';
import { stopCluster } from '../cluster/devcluster/index.ts';
import { checkMachine } from '../cluster/devcluster/requirements.ts';
import { artefacts } from './support/artefacts.ts';
import { ensureBrowser } from './support/browser/browser.ts';
import { CLUSTER_TO_CRASH, environmentFor } from './support/cluster/cluster.ts';
import { startTestCluster } from './support/cluster/start.ts';
import type { StartedCluster } from './support/cluster/start.ts';
import { endPrograms } from './support/program.ts';
import { removeState, useState } from './support/state.ts';
import { sum, resultsText } from './support/results.ts';
import type { Results } from './support/results.ts';
import { logOf, stages, TURNS } from './stages.ts';
import type { Stage, Turn } from './stages.ts';

interface Outcome {
  readonly stage: string;
  readonly results: Results;
  readonly milliseconds: number;
}

/** The name of the cluster for the tests. A learner's cluster has another name. */
const CLUSTER = 'intro-otel-test';
const FAILED: Results = { passed: 0, failed: 1 };

const OPTIONS = {
  only: { value: 'STAGE,STAGE', help: 'only these stages' },
  quick: { help: 'only the stages of npm run check' },
} as const;

const report = createProgress();
useState('test');
process.exitCode = await main().catch((error: unknown) => {
  say(describeError(error));
  return 1;
});

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    print(optionsHelp(OPTIONS));
    return 0;
  }
  const chosen = chooseStages();
  const onCluster = chosen.some((stage) => stage.needsCluster);
  // A run without stages on a cluster, such as `npm run check`, keeps the logs and the clusters of an earlier run.
  if (onCluster) await rm(artefacts, { recursive: true, force: true });
  await mkdir(artefacts, { recursive: true });
  const stop = (): Promise<void> => stopEverything(onCluster);
  stopOnSignals(stop);
  const missing = onCluster ? missingRequirement() : undefined;
  const cluster = onCluster && missing === undefined ? startBeside() : undefined;
  const outcomes = new Map<Stage, Outcome>();
  const runStage = async (stage: Stage): Promise<void> => {
    if (!stage.needsCluster) outcomes.set(stage, await timed(stage.name, () => stage.run({ env: {} })));
    else if (cluster !== undefined) outcomes.set(stage, await timed(stage.name, () => runOn(cluster, stage)));
  };
  try {
    // The tests wait until the cluster has started, because its build takes all cores and tests have time limits.
    await cluster?.catch(() => undefined);
    await runInTurns(chosen, runStage);
  } finally {
    await stop();
  }
  return conclude(
    chosen,
    chosen.flatMap((stage) => outcomes.get(stage) ?? []),
    missing,
  );
}

/**
 * Runs the stages in the groups that TURNS in stages.ts lists, one group (turn) after the other. The background stages
 * run one after the other during the last turn, whose tests mostly wait. The other turns keep all cores busy.
 */
async function runInTurns(chosen: readonly Stage[], run: (stage: Stage) => Promise<void>): Promise<void> {
  const inTurn = (turn: Turn): Stage[] => chosen.filter((stage) => stage.turn === turn);
  const turns = TURNS.map(inTurn).filter((group) => group.length > 0);
  const last = turns.pop() ?? [];
  for (const group of turns) await Promise.all(group.map(run));
  await Promise.all([...last.map(run), runInSequence(inTurn('background'), run)]);
}

async function runInSequence(some: readonly Stage[], run: (stage: Stage) => Promise<void>): Promise<void> {
  for (const stage of some) await run(stage);
}

function chooseStages(): readonly Stage[] {
  const { given } = parseOptions(process.argv.slice(2), OPTIONS);
  const wanted = given.only?.split(',');
  const unknown = wanted?.find((name) => stages.every((stage) => stage.name !== name));
  if (unknown === undefined)
    return stages.filter(
      (stage) => (wanted?.includes(stage.name) ?? stage.onRequest !== true) && (stage.quick || !given.quick),
    );
  const expected = stages.map((stage) => stage.name).join(', ');
  throw new UserError('The option --only names an unknown stage.', {
    expected,
    found: unknown,
    todo: 'npm test -- --only STAGE,STAGE',
  });
}

/**
 * Returns the reason why this machine can't start a cluster, or undefined if it can. The tests damage their cluster, so
 * they don't use an existing one.
 */
function missingRequirement(): string | undefined {
  try {
    checkMachine();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `they start their own Kubernetes, which needs Linux, root and 2 GiB of memory; found ${error.advice.found}`;
  }
}

/** Starts the cluster in the background. If it fails, the stages that need it report the error. */
function startBeside(): Promise<StartedCluster> {
  const cluster = report.step('a cluster for the later stages', async (progress) => {
    await ensureBrowser(progress);
    return startTestCluster(CLUSTER, progress);
  });
  cluster.catch(() => undefined);
  return cluster;
}

/** Runs a stage on the cluster. The stage fails if the cluster didn't start. */
async function runOn(cluster: Promise<StartedCluster>, stage: Stage): Promise<Results> {
  const onLine = (line: string): void => {
    if (/^(PASS|FAIL) /.test(line)) report.note(`    ${line}`); // show each test file, because the stage takes minutes
  };
  return stage.run({ env: environmentFor(await cluster), onLine });
}

/** Runs a stage and measures its duration. A stage that throws counts as one failure, and the others still run. */
async function timed(stage: string, run: () => Promise<Results>): Promise<Outcome> {
  const began = performance.now();
  let results = FAILED;
  try {
    await report.step(stage, async () => {
      results = await run();
      if (results.failed > 0) throw new Error('failed');
    });
  } catch (error) {
    await printOutput(stage, error);
  }
  return { stage, results, milliseconds: performance.now() - began };
}

/** Prints the log of a failed stage, or the error if the stage never started. */
async function printOutput(stage: string, error: unknown): Promise<void> {
  const output = await readFile(logOf(stage), 'utf8').catch(() => undefined);
  say(output ?? describeError(error));
}

function conclude(chosen: readonly Stage[], outcomes: readonly Outcome[], missing: string | undefined): number {
  const skipped = missing === undefined ? [] : chosen.filter((stage) => stage.needsCluster);
  const width = Math.max(...chosen.map(({ name }) => name.length));
  print();
  for (const { stage, results, milliseconds } of outcomes)
    print(`  ${stage.padEnd(width)}  ${resultsText(results).padEnd(24)}  ${duration(milliseconds)}`);
  printFailures(outcomes);
  if (missing !== undefined) print(`\nSkipped ${skipped.map(({ name }) => name).join(', ')}: ${missing}`);
  // A CI run must fail if it skips its main stages.
  const failures = process.env['CI'] === undefined ? 0 : skipped.length;
  const all = sum([...outcomes.map(({ results }) => results), { passed: 0, failed: failures }]);
  print(`\n${resultsText(all)}`);
  return all.failed > 0 ? 1 : 0;
}

/** Prints what failed once more, after the counts, because a log of an hour is cut or scrolled away. */
function printFailures(outcomes: readonly Outcome[]): void {
  for (const { stage, results } of outcomes)
    for (const failure of results.failures ?? []) print(`\n  FAIL ${stage} ${failure}`);
}

/** Calls `stop` on Ctrl-C, on a CI timeout or when the terminal is closed. */
function stopOnSignals(stop: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say(`\n${signal}: stopping all that this run started …`);
      void stop().finally(() => process.exit(130));
    });
  }
}

/** Ends all programs. Also removes the clusters, including those of earlier runs, if this run uses clusters. */
async function stopEverything(onCluster: boolean): Promise<void> {
  endPrograms();
  if (!onCluster || missingRequirement() !== undefined) return;
  useState('test-up');
  await stopCluster(DEVCLUSTER);
  await removeState('test-up');
  useState('test');
  for (const name of [CLUSTER, CLUSTER_TO_CRASH]) await stopCluster(name);
  await removeState('test');
}
