// Measures how long the check of step 6 takes, in a lab with the chart's default values: for right code, for wrong code
// whose spans are complete, and for code whose spans never arrive.
import type { Verdict } from '../../apps/guide/contract.ts';
import { eventually } from '../../support/waiting.ts';
import { Guide } from '../support/cluster/guide.ts';
import { Lab } from '../support/cluster/lab.ts';
import { makeNamespace } from '../support/cluster/namespace.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import { median, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';

const STEP = '06-manual';
const RUNS = 5;
const NAMESPACE = 'verdicts';

interface Code {
  readonly what: string;
  readonly passes: boolean;
  /** Limit of the p50 in seconds. */
  readonly atMost: number;
  /** The edit of the step's solution, as the text to replace and its replacement. */
  readonly edit: readonly [string, string];
}

const END = '    rollSpan.end();\n';
const CODES: readonly Code[] = [
  { what: 'right code', passes: true, atMost: 2, edit: [END, END] },
  { what: 'wrong code, complete spans', passes: false, atMost: 2, edit: ["'roll.value', result", "'roll.value', 6"] },
  { what: 'spans that never end', passes: false, atMost: 10, edit: [END, ''] },
];

export const verdicts: Benchmark = {
  name: 'verdicts',
  about: 'time of a check to its verdict: right code, wrong code, and code without spans',
  cluster: 'lab',
  run,
};

async function run(detail: (text: string) => void): Promise<Row[]> {
  await makeNamespace(NAMESPACE);
  const lab = new Lab(NAMESPACE);
  await lab.install();
  const guide = await Guide.open(lab);
  try {
    await guide.ask(`/course/${STEP}/skip`, {});
    const solution = await guide.ask<{ 'app.ts': string }>(`/course/${STEP}/solution`, {});
    const rows: Row[] = [];
    for (const code of CODES) rows.push(await measure(guide, { lab, code, source: solution['app.ts'], detail }));
    return rows;
  } finally {
    guide.close();
    await kubectl('delete', 'namespace', NAMESPACE, '--timeout=120s');
  }
}

interface Measurement {
  readonly lab: Lab;
  readonly code: Code;
  readonly source: string;
  readonly detail: (text: string) => void;
}

async function measure(guide: Guide, { lab, code, source, detail }: Measurement): Promise<Row> {
  const { what, passes, atMost, edit } = code;
  detail(what);
  await guide.run(source.replace(...edit));
  await lab.rolledOut('dice');
  await eventually(async () => expect(await lab.pods('dice')).toHaveLength(1), { within: 60_000 });
  const samples: number[] = [];
  for (let index = 0; index < RUNS; index += 1) samples.push(await timeOf(guide, passes));
  return { what: `verdict on ${what} (p50 of ${RUNS})`, unit: 's', value: median(samples), bound: { atMost }, samples };
}

/** Checks the step. @returns the seconds until the verdict */
async function timeOf(guide: Guide, passes: boolean): Promise<number> {
  const began = performance.now();
  const verdict = await guide.ask<Verdict>(`/course/${STEP}/check`, { answers: {} });
  const took = seconds(began);
  expect(verdict).toMatchObject({ passed: passes });
  return took;
}
