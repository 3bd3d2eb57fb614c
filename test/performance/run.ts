// `npm run bench` measures the figures that this repository promises, on clusters of its own.
// usage: npm run bench [-- --only NAME,NAME] [--json FILE]
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'expect';
import { describeError, UserError } from '../../support/errors.ts';
import { optionsHelp, parseOptions } from '../../support/options.ts';
import { stopCluster } from '../../cluster/devcluster/index.ts';
import { coloured, print, say } from '../../support/output.ts';
import { createProgress } from '../../support/progress.ts';
import type { Progress } from '../../support/progress.ts';
import { artefacts } from '../support/artefacts.ts';
import { environmentFor } from '../support/cluster/cluster.ts';
import { startTestCluster } from '../support/cluster/start.ts';
import type { StartedCluster } from '../support/cluster/start.ts';
import { OPERATOR_GROUP } from '../support/cluster/operator.ts';
import { startScaleCluster } from '../support/cluster/scale-cluster.ts';
import { removeState, useState } from '../support/state.ts';
import { holds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { benchmarks } from './benchmarks.ts';

const CLUSTER = 'intro-otel-bench';

const OPTIONS = {
  only: { value: 'NAME,NAME', help: 'only these benchmarks' },
  json: { value: 'FILE', help: 'also writes the figures to a file' },
} as const;

// The helpers that tests and benchmarks share use the global `expect`. In tests, jest provides it.
Object.assign(globalThis, { expect });
const report = createProgress();
useState('bench');
await main().catch(broken);

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return print(optionsHelp(OPTIONS));
  const { given: values } = parseOptions(process.argv.slice(2), OPTIONS);
  await mkdir(artefacts, { recursive: true });
  const rows = await measure(choose(values.only?.split(',')));
  printTable(rows);
  if (values.json !== undefined)
    await writeFile(fileOf(values.json), `${JSON.stringify({ machine: machine(), rows }, undefined, 2)}\n`);
  if (!rows.every(holds)) process.exitCode = 1;
}

function choose(names?: readonly string[]): readonly Benchmark[] {
  const unknown = names?.find((name) => benchmarks.every((one) => one.name !== name));
  if (unknown === undefined)
    return benchmarks.filter(({ name, onlyByName }) => names?.includes(name) ?? onlyByName !== true);
  const expected = benchmarks.map(({ name, about }) => `${name.padEnd(13)} ${about}`).join('\n');
  throw new UserError('The option --only names an unknown benchmark.', {
    expected,
    found: unknown,
    todo: 'npm run bench -- --only NAME,NAME',
  });
}

/**
 * Runs the benchmarks. Benchmarks of a single lab share a cluster. Each other benchmark gets a new cluster, without
 * objects of an earlier one.
 */
async function measure(chosen: readonly Benchmark[]): Promise<Row[]> {
  const interrupted = (): void => void stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const withoutCluster = chosen.filter(({ cluster }) => cluster === 'none');
  const onLab = chosen.filter(({ cluster }) => cluster === 'lab');
  const alone = chosen.filter(({ cluster }) => cluster === 'scale');
  const found: Row[] = [];
  try {
    found.push(...(await measureAll(withoutCluster)));
    if (onLab.length > 0)
      found.push(...(await measureOn((progress) => startTestCluster(CLUSTER, progress), onLab).catch(broken)));
    for (const one of alone)
      found.push(
        ...(await measureOn(
          (progress) => startScaleCluster(CLUSTER, progress, one.audited && OPERATOR_GROUP),
          [one],
        ).catch(broken)),
      );
    return found;
  } finally {
    await stop();
  }
}

async function measureOn(
  start: (progress: Progress) => Promise<StartedCluster>,
  chosen: readonly Benchmark[],
): Promise<Row[]> {
  const begin = async (): Promise<StartedCluster> => {
    const started = await report.step('a cluster', start);
    Object.assign(process.env, environmentFor(started));
    return started;
  };
  let cluster = await begin();
  const anew = async (): Promise<void> => {
    await cluster.stop();
    cluster = await begin();
  };
  try {
    return await measureAll(chosen, anew);
  } finally {
    await cluster.stop();
  }
}

/** @param anew replaces the cluster with a new one, for benchmarks that have one */
async function measureAll(chosen: readonly Benchmark[], anew = () => Promise.resolve()): Promise<Row[]> {
  const found: Row[] = [];
  for (const one of chosen)
    found.push(
      ...(await report.step(one.name, (progress) => one.run((text) => progress.detail(text), anew)).catch(broken)),
    );
  return found;
}

async function stop(): Promise<void> {
  await stopCluster(CLUSTER);
  await removeState('bench');
}

/** Reports a failed benchmark. A failed benchmark has no rows, and the other benchmarks still run. */
function broken(error: unknown): [] {
  say(describeError(error));
  process.exitCode = 1;
  return [];
}

function printTable(all: readonly Row[]): void {
  const width = Math.max(...all.map(({ what }) => what.length));
  print();
  for (const row of all) {
    const { what, unit, value, samples } = row;
    // A ratio is near 1, so the table shows two digits after its decimal point.
    const digits = unit === '×' ? 2 : 1;
    const from =
      samples === undefined ? '' : coloured('dim', `  (${samples.map((sample) => sample.toFixed(digits)).join(', ')})`);
    const figure = value.toFixed(digits).padStart(6);
    print(`  ${what.padEnd(width)}  ${figure} ${unit.padEnd(3)}${verdict(row)}${from}`);
  }
}

function verdict(row: Row): string {
  const { bound, unit } = row;
  if (bound === undefined) return '';
  const text = 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
  return `  ${`${text} ${unit}`.trimEnd()}  ${holds(row) ? coloured('green', 'holds') : coloured('red', 'FAILS')}`;
}

/**
 * Resolves a path from the user's working directory. This process has a different working directory, because npm runs
 * scripts in the repository's root.
 */
function fileOf(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', path);
}

function machine(): object {
  return {
    cpus: availableParallelism(),
    model: cpus()[0]?.model,
    memory: totalmem(),
    platform: process.platform,
    arch: process.arch,
  };
}
