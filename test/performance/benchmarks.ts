// The benchmarks of a single lab with the chart's default values, in a namespace of its own that enforces Pod Security
// "restricted".
import { eventually } from '../../support/waiting.ts';
import { chart } from '../support/cluster/lab.ts';
import type { Lab } from '../support/cluster/lab.ts';
import { complete, tracesOf } from '../support/otlp/traces.ts';
import { median, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { boards } from './boards.ts';
import { capacity } from './capacity.ts';
import { classOfFive } from './class.ts';
import { failover } from './failover.ts';
import { faultChart } from './fault-chart.ts';
import { faults } from './faults.ts';
import { hostileClass } from './hostile-class.ts';
import { idle } from './idle.ts';
import { withNamespace } from './lab.ts';
import { portal } from './portal.ts';
import { scale } from './scale.ts';
import { soak } from './soak.ts';
import { verdicts } from './verdicts.ts';
import { onFrontPage, runToWaterfall } from './waterfall.ts';
import { workingSets } from './working-set.ts';

const RUNS = 5;
const PATIENCE = 60_000;

export const benchmarks: readonly Benchmark[] = [
  {
    name: 'first-trace',
    about: 'helm install to the first whole trace in Jaeger, images present',
    cluster: 'lab',
    run: firstTrace,
  },
  { name: 'edit', about: "edit of the dice's code to the new span in Jaeger", cluster: 'lab', run: edit },
  {
    name: 'waterfall',
    about: "Run on the guide's page, in a browser, to the new span on the waterfall that it draws",
    cluster: 'lab',
    run: waterfall,
  },
  workingSets,
  soak,
  faultChart,
  verdicts,
  classOfFive,
  capacity,
  hostileClass,
  portal,
  scale,
  idle,
  boards,
  failover,
  faults,
];

async function firstTrace(detail: (text: string) => void): Promise<Row[]> {
  const samples = await times(RUNS, async (run) => {
    detail(`run ${run + 1} of ${RUNS}`);
    return withNamespace(`first-trace-${run}`, async (lab) => {
      const began = performance.now();
      await lab.helm(['install', lab.release, chart, '--set=operator.enabled=false']);
      await eventually(() => wholeTrace(lab), { within: PATIENCE, every: 100 });
      return seconds(began);
    });
  });
  return [
    {
      what: `first trace in Jaeger after helm install (p50 of ${RUNS})`,
      unit: 's',
      value: median(samples),
      bound: { atMost: 20 },
      samples,
    },
  ];
}

/** Checks that Jaeger has a complete trace of a visitor's round. @throws Error while there is none */
async function wholeTrace(lab: Lab): Promise<void> {
  const traces = await tracesOf(lab, 'arcade');
  const [whole] = traces.filter((trace) => trace.services.includes('prizes'));
  if (whole === undefined) throw new Error(`expected a trace with all services, found none in ${traces.length}`);
  complete(whole);
}

async function edit(detail: (text: string) => void): Promise<Row[]> {
  return withNamespace('edit', async (lab) => {
    await lab.install();
    const source = await lab.diceSource();
    const samples = await times(RUNS, async (run) => {
      detail(`run ${run + 1} of ${RUNS}`);
      const took = await editToSpan(lab, source, `/fortune-${run}`);
      await lab.rolledOut('dice');
      return took;
    });
    return [
      {
        what: `edit of the dice's code to its new span in Jaeger (p50 of ${RUNS})`,
        unit: 's',
        value: median(samples),
        bound: { atMost: 8 },
        samples,
      },
    ];
  });
}

/**
 * Adds a route to dice, requests the route until it answers, and waits for its span in Jaeger.
 * @returns the total time in seconds
 */
async function editToSpan(lab: Lab, source: string, route: string): Promise<number> {
  const began = performance.now();
  const since = Date.now();
  await lab.editDice(`${source}\napp.get('${route}', (request, response) => { response.send('You will trace.'); });\n`);
  await eventually(() => lab.text('dice', route), { within: PATIENCE, every: 100 });
  await eventually(
    async () => {
      const names = (await tracesOf(lab, 'dice', since)).flatMap((trace) => trace.spans.map((span) => span.name));
      if (!names.includes(`GET ${route}`)) throw new Error(`expected a span GET ${route}, found ${names.join(', ')}`);
    },
    { within: PATIENCE, every: 100 },
  );
  return seconds(began);
}

async function waterfall(detail: (text: string) => void): Promise<Row[]> {
  return withNamespace('waterfall', async (lab) => {
    await lab.install({ guide: { service: { type: 'NodePort', nodePort: 30080 } } });
    const source = await lab.diceSource();
    const samples = await onFrontPage(lab, (page) =>
      times(RUNS, async (run) => {
        detail(`run ${run + 1} of ${RUNS}`);
        const took = await runToWaterfall(page, source, `do_roll_${run}`);
        await lab.rolledOut('dice');
        return took;
      }),
    );
    return [
      {
        what: `Run to new span on the page's waterfall (p50 of ${RUNS})`,
        unit: 's',
        value: median(samples),
        bound: { atMost: 8 },
        samples,
      },
    ];
  });
}

async function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < count; index++) results.push(await work(index));
  return results;
}
