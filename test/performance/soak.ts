// Measures how a lab's memory grows during two hours of visitors. It writes every sample to test/artefacts/soak.csv.
// SOAK_MINUTES=10 shortens a trial, which never counts as passed.
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../support/errors.ts';
import { artefacts } from '../support/artefacts.ts';
import type { Lab } from '../support/cluster/lab.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { withNamespace } from './lab.ts';
import { playedRow, podRows, sum, workingSetsOf } from './working-set.ts';
import type { PodSizes } from './working-set.ts';

const PER_MINUTE = 30;
const PROMISED = { minutes: 120, total: 270, growth: 3 };
/** Minutes before the end of each hour over which its figure for the growth is averaged. */
const AVERAGED = 5;
const CSV = join(artefacts, 'soak.csv');

export const soak: Benchmark = {
  name: 'soak',
  about: 'memory of all pods of a lab during two hours of visitors (only if named; SOAK_MINUTES=N for a shorter trial)',
  cluster: 'lab',
  onlyByName: true,
  run: measureSoak,
};

async function measureSoak(detail: (text: string) => void): Promise<Row[]> {
  const minutes = minutesOf(process.env['SOAK_MINUTES']);
  return withNamespace('soak', async (lab) => {
    await lab.install({ visitors: { roundsPerMinute: PER_MINUTE } });
    const began = await lab.podUids();
    const samples = await sampleEveryMinute(lab, minutes, detail);
    const replaced = Object.entries(await lab.podUids()).filter(([name, uid]) => began[name] !== uid).length;
    return [
      ...rowsOf(samples),
      await playedRow(lab, PER_MINUTE),
      ...validityRows(minutes, replaced + (await restarts(lab))),
    ];
  });
}

function minutesOf(text: string | undefined): number {
  const minutes = Number(text ?? PROMISED.minutes);
  if (Number.isInteger(minutes) && minutes >= 2) return minutes;
  const expected = 'a whole number of minutes from 2';
  throw new UserError('SOAK_MINUTES has no usable value.', { expected, found: String(text), todo: 'leave it out' });
}

/** Returns a sample for each minute. The first is from the start. */
async function sampleEveryMinute(lab: Lab, minutes: number, detail: (text: string) => void): Promise<PodSizes[]> {
  const began = performance.now();
  const samples = [await workingSetsOf(lab)];
  await writeFile(CSV, `minute,total,${Object.keys(samples[0] ?? {}).join(',')}\n`);
  for (let minute = 1; minute <= minutes; minute += 1) {
    await sleep(began + minute * 60_000 - performance.now());
    const pods = await workingSetsOf(lab);
    samples.push(pods);
    await appendFile(CSV, `${[minute, ...[sum(pods), ...Object.values(pods)].map(oneDigit)].join(',')}\n`);
    detail(`minute ${minute} of ${minutes}: ${oneDigit(sum(pods))} MiB`);
  }
  return samples;
}

const oneDigit = (value: number): string => value.toFixed(1);

async function restarts(lab: Lab): Promise<number> {
  const statuses = (await lab.pods()).flatMap(({ status }) => status.containerStatuses ?? []);
  return statuses.reduce((total, { restartCount }) => total + restartCount, 0);
}

/** Returns the rows of a soak, from its sample of each minute: sizes after 5, 60 and 120 minutes, and the growth. */
export function rowsOf(samples: readonly PodSizes[]): Row[] {
  const end = samples.length - 1;
  const middle = Math.floor(end / 2);
  const first = Math.max(1, Math.round(end / 24));
  return [
    ...sizeRows(samples, first),
    ...sizeRows(samples, middle),
    ...sizeRows(samples, end, { atMost: PROMISED.total }),
    growthRow(averageUntil(samples, middle), averageUntil(samples, end)),
  ];
}

function sizeRows(samples: readonly PodSizes[], minute: number, bound?: Row['bound']): Row[] {
  const pods = samples[minute] ?? {};
  const what = `working set of one lab, all pods, after ${minute} minutes of ${PER_MINUTE} rounds a minute`;
  return [{ what, unit: 'MiB', value: sum(pods), ...(bound && { bound }) }, ...podRows(pods)];
}

const averageUntil = (samples: readonly PodSizes[], minute: number): number => {
  const averaged = samples.slice(Math.max(1, minute - AVERAGED), minute + 1).map(sum);
  return averaged.reduce((total, one) => total + one, 0) / averaged.length;
};

const growthRow = (middle: number, end: number): Row => ({
  what: `growth from the first to the second half (means of the last ${AVERAGED} minutes of each)`,
  unit: '%',
  value: (end / middle - 1) * 100,
  bound: { atMost: PROMISED.growth },
  samples: [middle, end],
});

/** Returns the rows that say whether the figures count. */
const validityRows = (minutes: number, restarted: number): Row[] => [
  { what: 'minutes of the soak', unit: '', value: minutes, bound: { atLeast: PROMISED.minutes } },
  { what: 'pods replaced and containers restarted meanwhile', unit: '', value: restarted, bound: { atMost: 0 } },
];
