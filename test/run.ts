// `npm test`: everything there is to test, in turns, while the cluster for the later ones starts beside.
// usage: npm test [-- --only STAGE,STAGE]
import { mkdir, readFile, rm } from 'node:fs/promises';
import { describeError, UserError } from '../support/errors.ts';
import { duration, print, say } from '../support/output.ts';
import { parseOptions } from '../support/options.ts';
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
  stage: string;
  tally: Results;
  milliseconds: number;
}

/** Never the one a learner's lab is in. */
const CLUSTER = 'intro-otel-test';
const FAILED: Results = { passed: 0, failed: 1 };

const report = createProgress();
useState('test');
process.exitCode = await main().catch((error: unknown) => {
  say(describeError(error));
  return 1;
});

async function main(): Promise<number> {
  const chosen = choose();
  await rm(artefacts, { recursive: true, force: true });
  await mkdir(artefacts, { recursive: true });
  stopOnSignals();
  const onCluster = chosen.some((stage) => stage.needsCluster);
  const missing = onCluster ? whatIsMissing() : undefined;
  const cluster = onCluster && missing === undefined ? startBeside() : undefined;
  const outcomes = new Map<Stage, Outcome>();
  const runStage = async (stage: Stage): Promise<void> => {
    if (!stage.needsCluster) outcomes.set(stage, await timed(stage.name, () => stage.run({ env: {} })));
    else if (cluster !== undefined) outcomes.set(stage, await timed(stage.name, () => runOn(cluster, stage)));
  };
  try {
    await inTurns(chosen, runStage, async () => void (await cluster?.catch(() => undefined)));
  } finally {
    await stopEverything();
  }
  return conclude(
    chosen,
    chosen.flatMap((stage) => outcomes.get(stage) ?? []),
    missing,
  );
}

/**
 * All begins when nothing is built any more, which would leave tests next to no time, and they have an end. What is unhurried comes one after the
 * other beside the last turn, which mostly waits, where the others keep all cores busy.
 */
async function inTurns(
  chosen: readonly Stage[],
  run: (stage: Stage) => Promise<void>,
  built: () => Promise<void>,
): Promise<void> {
  const of = (turn: Turn): Stage[] => chosen.filter((stage) => stage.turn === turn);
  const unhurried = (): Promise<void> =>
    of('unhurried').reduce((before, stage) => before.then(() => run(stage)), Promise.resolve());
  await built();
  for (const turn of TURNS) await Promise.all([...of(turn).map(run), ...(turn === TURNS.at(-1) ? [unhurried()] : [])]);
}

function choose(): readonly Stage[] {
  const { given: values } = parseOptions(process.argv.slice(2), {
    only: { value: 'STAGE,STAGE', help: 'these stages and no others' },
  });
  const wanted = values.only?.split(',');
  const unknown = wanted?.find((name) => stages.every((stage) => stage.name !== name));
  if (unknown === undefined) return stages.filter((stage) => wanted?.includes(stage.name) ?? true);
  const expected = stages.map((stage) => stage.name).join(', ');
  throw new UserError('There is no such stage.', { expected, found: unknown, todo: 'npm test -- --only STAGE,STAGE' });
}

/** Why no cluster can be started on this machine; undefined where one can. An own Kubernetes would not help: tests ill-treat theirs. */
function whatIsMissing(): string | undefined {
  try {
    checkMachine();
    return undefined;
  } catch (error) {
    if (error instanceof UserError)
      return `they start a Kubernetes of their own, which needs Linux, root and 2 GiB of memory; found ${error.advice.found}`;
    throw error;
  }
}

/** Starts the cluster while other stages run. A failure is kept for the stages that need it. */
function startBeside(): Promise<StartedCluster> {
  const cluster = report.step('a cluster for the later stages', async (progress) => {
    await ensureBrowser(progress);
    return startTestCluster(CLUSTER, progress);
  });
  cluster.catch(() => undefined);
  return cluster;
}

/** A cluster that could not be started is a failure of each stage that needs it. */
async function runOn(cluster: Promise<StartedCluster>, stage: Stage): Promise<Results> {
  const onLine = (line: string): void => {
    if (/^(PASS|FAIL) /.test(line)) report.note(`    ${line}`); // these take minutes: show that they go on
  };
  return stage.run({ env: environmentFor(await cluster), onLine });
}

/** Runs a stage; whatever goes wrong in it is told, counted, and keeps no other from running. */
async function timed(stage: string, run: () => Promise<Results>): Promise<Outcome> {
  const began = performance.now();
  let tally = FAILED;
  try {
    await report.step(stage, async () => {
      tally = await run();
      if (tally.failed > 0) throw new Error('failed');
    });
  } catch (error) {
    await printOutput(stage, error);
  }
  return { stage, tally, milliseconds: performance.now() - began };
}

/** What the stage has said, or why it could not run at all. */
async function printOutput(stage: string, error: unknown): Promise<void> {
  const output = await readFile(logOf(stage), 'utf8').catch(() => undefined);
  say(output ?? describeError(error));
}

function conclude(chosen: readonly Stage[], outcomes: readonly Outcome[], missing: string | undefined): number {
  const all = sum(outcomes.map(({ tally }) => tally));
  print();
  for (const { stage, tally, milliseconds } of outcomes)
    print(`  ${stage.padEnd(12)}  ${resultsText(tally).padEnd(24)}  ${duration(milliseconds)}`);
  if (missing !== undefined) {
    const names = chosen.filter((stage) => stage.needsCluster).map((stage) => stage.name);
    print(`\nLeft out: ${names.join(', ')}: ${missing}`);
    // A CI that skips what it is there for must not be green.
    if (process.env['CI'] !== undefined) all.failed += names.length;
  }
  print(`\n${resultsText(all)}`);
  return all.failed > 0 ? 1 : 0;
}

/** Ctrl-C, a CI that gives up, a terminal that is closed: in the end there is nothing left of the run. */
function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say(`\n${signal}: stopping what was started …`);
      void stopEverything().finally(() => process.exit(130));
    });
  }
}

async function stopEverything(): Promise<void> {
  endPrograms();
  if (whatIsMissing() !== undefined) return;
  useState('test-up');
  await stopCluster(DEVCLUSTER);
  await removeState('test-up');
  useState('test');
  for (const name of [CLUSTER, CLUSTER_TO_CRASH]) await stopCluster(name);
  await removeState('test');
}
