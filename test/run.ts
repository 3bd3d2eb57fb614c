// `npm test`: everything there is to test, in lanes side by side, while the clusters for some of them start.
// usage: npm test [-- --only STAGE,STAGE]
import { mkdir, readFile, rm } from 'node:fs/promises';
import { describeError, UserError } from '../cluster/support/errors.ts';
import { duration, print, say } from '../cluster/support/output.ts';
import { parseOptions } from '../cluster/support/options.ts';
import { createProgress } from '../cluster/support/progress.ts';
import { THROWAWAY } from '../cluster/find.ts';
import { stopCluster } from '../cluster/throwaway/index.ts';
import { checkMachine } from '../cluster/throwaway/requirements.ts';
import { artefacts } from './support/artefacts.ts';
import { ensureBrowser } from './support/browser.ts';
import { CLUSTER_TO_CRASH, environmentFor } from './support/cluster.ts';
import { startTestCluster } from './support/cluster-start.ts';
import type { StartedCluster } from './support/cluster-start.ts';
import { endPrograms } from './support/program.ts';
import { removeState, useState } from './support/state.ts';
import { sum, tallyText } from './support/tally.ts';
import type { Tally } from './support/tally.ts';
import { CLUSTERS, alone, lanes, logOf, stages } from './stages.ts';
import type { ClusterName, Lane, Stage } from './stages.ts';

interface Outcome {
  stage: string;
  tally: Tally;
  milliseconds: number;
}

type Clusters = ReadonlyMap<ClusterName, Promise<StartedCluster>>;

const FAILED: Tally = { passed: 0, failed: 1 };

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
  const needed = CLUSTERS.filter((name) => chosen.some(({ cluster }) => cluster === name));
  const missing = needed.length > 0 ? whatIsMissing() : undefined;
  const clusters = missing === undefined ? startBeside(needed) : new Map<never, never>();
  const outcomes: Outcome[] = [];
  const run = async (lane: Lane): Promise<void> => {
    for (const stage of lane.filter((one) => chosen.includes(one))) {
      const outcome = await runStage(stage, clusters);
      if (outcome !== undefined) outcomes.push(outcome);
    }
  };
  try {
    await Promise.all(lanes.map(run));
    await run(alone);
  } finally {
    await stopEverything();
  }
  return conclude(chosen, outcomes, missing);
}

function choose(): readonly Stage[] {
  const { given: values } = parseOptions(process.argv.slice(2), { only: { value: 'STAGE,STAGE', help: 'these stages and no others' } });
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
    if (error instanceof UserError) return `they start a Kubernetes of their own, which needs Linux, root and 2 GiB of memory; found ${error.advice.found}`;
    throw error;
  }
}

/** Starts the clusters while other stages run. A failure is kept for the stages that need them. */
function startBeside(names: readonly ClusterName[]): Clusters {
  if (names.length === 0) return new Map();
  // One after the other: the second finds all built, and a test that compares the machine before and after sees none of it begin.
  const ready = report.step('what the clusters need', (progress) => ensureBrowser(progress));
  const clusters = new Map<ClusterName, Promise<StartedCluster>>();
  let before: Promise<unknown> = ready;
  for (const name of names) {
    const cluster = before.then(() => report.step(`a cluster for later stages, ${name}`, (progress) => startTestCluster(name, progress)));
    cluster.catch(() => undefined);
    clusters.set(name, cluster);
    before = cluster;
  }
  return clusters;
}

/** Undefined where it needs a cluster and there is none to be had. A cluster that could not be started is a failure of each stage that needs it. */
async function runStage(stage: Stage, clusters: Clusters): Promise<Outcome | undefined> {
  if (stage.cluster === undefined) return timed(stage.name, () => stage.run({ env: {} }));
  const cluster = clusters.get(stage.cluster);
  if (cluster === undefined) return undefined;
  await Promise.allSettled(clusters.values());
  return timed(stage.name, async () => runOn(await cluster, stage));
}

function runOn(cluster: StartedCluster, stage: Stage): Promise<Tally> {
  const onLine = (line: string): void => {
    if (/^(PASS|FAIL) /.test(line)) report.note(`    ${line}`); // these take minutes: show that they go on
  };
  return stage.run({ env: environmentFor(cluster), onLine });
}

/** Runs a stage; whatever goes wrong in it is told, counted, and keeps no other from running. */
async function timed(stage: string, run: () => Promise<Tally>): Promise<Outcome> {
  const began = performance.now();
  let tally = FAILED;
  try {
    await report.step(stage, async () => {
      tally = await run();
      if (tally.failed > 0) throw new Error('failed');
    });
  } catch (error) {
    await tell(stage, error);
  }
  return { stage, tally, milliseconds: performance.now() - began };
}

/** What the stage has said, or why it could not run at all. */
async function tell(stage: string, error: unknown): Promise<void> {
  const output = await readFile(logOf(stage), 'utf8').catch(() => undefined);
  say(output ?? describeError(error));
}

function conclude(chosen: readonly Stage[], outcomes: readonly Outcome[], missing: string | undefined): number {
  const all = sum(outcomes.map(({ tally }) => tally));
  print();
  const inOrder = stages.flatMap(({ name }) => outcomes.filter(({ stage }) => stage === name));
  for (const { stage, tally, milliseconds } of inOrder) print(`  ${stage.padEnd(20)}  ${tallyText(tally).padEnd(24)}  ${duration(milliseconds)}`);
  if (missing !== undefined) {
    const names = chosen.filter(({ cluster }) => cluster !== undefined).map(({ name }) => name);
    print(`\nLeft out: ${names.join(', ')}: ${missing}`);
    // A CI that skips what it is there for must not be green.
    if (process.env['CI'] !== undefined) all.failed += names.length;
  }
  print(`\n${tallyText(all)}`);
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
  await stopCluster(THROWAWAY);
  await removeState('test-up');
  useState('test');
  for (const name of [...CLUSTERS, CLUSTER_TO_CRASH]) await stopCluster(name);
  await removeState('test');
}
