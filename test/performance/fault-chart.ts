// Measures how soon a fault shows in the guide's charts after it is switched on, with the load that the step asks for.
import type { Charts } from '../../apps/guide/explore-contract.ts';
import { FAULTS } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';
import { eventually } from '../../support/waiting.ts';
import { Guide } from '../support/cluster/guide.ts';
import { median, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { withNamespace } from './lab.ts';

const RUNS = 5;
const LOAD = 120;
const WITHIN = 60_000;
/** The failures by which a learner sees each fault: of which service, and with which HTTP statuses. */
const SYMPTOMS: Record<FaultName, { readonly service: string; readonly statuses: readonly string[] }> = {
  spike: { service: 'prizes', statuses: ['400', '500'] },
  timeouts: { service: 'arcade', statuses: ['504'] },
};

export const faultChart: Benchmark = {
  name: 'fault-chart',
  about: 'a fault switched on until the chart of errors shows it',
  cluster: 'lab',
  run: measureFaults,
};

async function measureFaults(detail: (text: string) => void): Promise<Row[]> {
  return withNamespace('fault-chart', async (lab) => {
    await lab.install();
    const guide = await Guide.open(lab);
    try {
      await guide.ask('/load', { perMinute: LOAD }, 'PUT');
      const rows: Row[] = [];
      for (const name of FAULTS) rows.push(await measureFault(guide, name, detail));
      return rows;
    } finally {
      guide.close();
    }
  });
}

async function measureFault(guide: Guide, name: FaultName, detail: (text: string) => void): Promise<Row> {
  const samples: number[] = [];
  for (let run = 1; run <= RUNS; run += 1) {
    detail(`${name}, run ${run} of ${RUNS}`);
    samples.push(await timeToChart(guide, name));
  }
  return {
    what: `fault ${name} switched on until the chart shows it (p50 of ${RUNS})`,
    unit: 's',
    value: median(samples),
    bound: { atMost: 10 },
    samples,
  };
}

/** Switches a fault on, waits until the chart shows it, and switches it off. @returns the seconds that this took */
async function timeToChart(guide: Guide, name: FaultName): Promise<number> {
  await eventually(async () => expect(await failures(guide, name)).toBe(0), { within: WITHIN });
  const began = performance.now();
  await switchFault(guide, name, true);
  await eventually(async () => expect(await failures(guide, name)).toBeGreaterThan(0), { within: WITHIN, every: 100 });
  const took = seconds(began);
  await switchFault(guide, name, false);
  return took;
}

const switchFault = (guide: Guide, name: FaultName, on: boolean): Promise<unknown> =>
  guide.ask('/faults', { name, on }, 'PUT');

/** Returns the fault's failures a second in the newest interval of the chart. */
async function failures(guide: Guide, name: FaultName): Promise<number> {
  const { services } = await guide.ask<Charts>('/charts?minutes=1');
  const { service, statuses } = SYMPTOMS[name];
  const rows = services.find((one) => one.service === service)?.errors ?? [];
  return rows
    .filter(({ status }) => statuses.includes(status))
    .reduce((total, { values }) => total + (values.at(-1) ?? 0), 0);
}
