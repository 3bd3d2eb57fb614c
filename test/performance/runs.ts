// Measures Runs: many in a row while rounds are played, the processor time of one next to that of a new pod, and those
// of a class at the same moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { testCluster, textOf } from '../support/cluster/cluster.ts';
import { Guide } from '../support/cluster/guide.ts';
import { Lab } from '../support/cluster/lab.ts';
import { nodeTime, workingSet } from '../support/cluster/pod-usage.ts';
import { tracesOf } from '../support/otlp/traces.ts';
import { eventually } from '../../support/waiting.ts';
import { RELEASE } from '../../operator/api/types.ts';
import { MEBIBYTE, median, percentile, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { withOperator } from './class.ts';
import { withNamespace } from './lab.ts';
import { allSeats, createWorkshop, deleteWorkshop, watchSeats } from './operator.ts';

/** RUN_COUNT=100 shortens a trial, which never counts as passed. */
const RUNS = { promised: 1_000, count: Number(process.env['RUN_COUNT'] ?? 1_000) };
const PER_SECOND = 10;
const PATIENCE = 60_000;
/** Milliseconds of one measurement of processor time. The pod of before is gone by then, too. */
const WINDOW = 15_000;
const WINDOWS = 4;
const SEATS = 5;
const PRESSES = 4;

export const runs: Benchmark = {
  name: 'runs',
  about:
    'a thousand Runs in a row with 10 rounds a second, and the CPU time of a Run (RUN_COUNT=N for a shorter trial)',
  cluster: 'lab',
  run: (detail) =>
    withNamespace('runs', async (lab) => {
      await lab.install({ visitors: { enabled: false } });
      const guide = await Guide.open(lab);
      try {
        const runner = await Runner.of(lab, guide);
        return [...(await processorTimes(runner, detail)), ...(await manyRuns(runner, detail))];
      } finally {
        guide.close();
      }
    }),
};

export const classRuns: Benchmark = {
  name: 'class-runs',
  about: 'Run in all five seats of a class at the same moment, until each new span is in Jaeger',
  cluster: 'lab',
  run: (detail) => withOperator('class-runs', () => measureClass(detail)),
};

/** Runs changed code of a lab's dice. */
class Runner {
  readonly lab: Lab;
  readonly #guide: Guide;
  readonly #source: string;
  #count = 0;

  /** Waits until dice knows the guide's key, which a new lab's dice may learn in its second pod. */
  static async of(lab: Lab, guide: Guide): Promise<Runner> {
    const runner = new Runner(lab, guide, await lab.diceSource());
    await eventually(
      async () => {
        if ((await runner.press()).run === undefined) throw new Error('dice does not take a Run yet');
      },
      { within: 2 * PATIENCE, every: 10_000 },
    );
    await lab.rolledOut('dice');
    return runner;
  }

  private constructor(lab: Lab, guide: Guide, source: string) {
    this.lab = lab;
    this.#guide = guide;
    this.#source = source;
  }

  /** The path that only the newest code answers. */
  get path(): string {
    return `/run-${this.#count}`;
  }

  code(): string {
    this.#count += 1;
    return `${this.#source}\napp.get('${this.path}', (request, response) => { response.send('ran'); });\n`;
  }

  /** Runs new code, as the page does. */
  press(): ReturnType<Guide['run']> {
    return this.#guide.run(this.code());
  }

  /** Waits until the new code answers. */
  async served(): Promise<void> {
    await eventually(() => this.lab.text('dice', this.path), { within: PATIENCE, every: 50 });
  }

  /** Runs new code in a new pod, as the guide does if dice takes no Run. */
  async replacePod(): Promise<void> {
    const { namespace, release } = this.lab;
    const root = testCluster().api;
    const template = { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() } } };
    await patch(`${root}/api/v1/namespaces/${namespace}/configmaps/${release}-dice`, {
      data: { 'app.ts': this.code() },
    });
    await patch(`${root}/apis/apps/v1/namespaces/${namespace}/deployments/${release}-dice`, { spec: { template } });
  }
}

async function patch(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  await textOf(await fetch(url, { method: 'PATCH', headers, body: JSON.stringify(body) }));
}

/** Compares both ways in turns. What the node does anyway is measured in between, and left out. */
async function processorTimes(runner: Runner, detail: (text: string) => void): Promise<Row[]> {
  const spent = { idle: [] as number[], run: [] as number[], pod: [] as number[] };
  for (let turn = 0; turn < WINDOWS; turn += 1) {
    detail(`processor time, turn ${turn + 1} of ${WINDOWS}`);
    spent.idle.push(await timeOf(() => Promise.resolve()));
    spent.run.push(await timeOf(() => runner.press().then(() => runner.served())));
    spent.pod.push(await timeOf(() => runner.replacePod().then(() => runner.served())));
  }
  const [run, pod] = [spent.run, spent.pod].map((all) => median(all) - median(spent.idle));
  return [
    { what: 'CPU time of a Run, all processes of the node', unit: 'ms', value: run ?? NaN, samples: spent.run },
    { what: '  of a new pod instead', unit: 'ms', value: pod ?? NaN, samples: spent.pod },
    { what: '  of nothing, which is left out of both', unit: 'ms', value: median(spent.idle), samples: spent.idle },
    { what: '  a Run to a new pod', unit: '×', value: (run ?? NaN) / (pod ?? NaN), bound: { atMost: 0.5 } },
  ];
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const [before, end] = [nodeTime(testCluster().name), performance.now() + WINDOW];
  await work();
  await sleep(end - performance.now());
  return nodeTime(testCluster().name) - before;
}

/** Plays rounds until `isOver`. @returns why rounds have failed */
async function playRounds(lab: Lab, isOver: () => boolean): Promise<{ played: number; failed: string[] }> {
  const failed: string[] = [];
  const rounds: Promise<unknown>[] = [];
  for (let next = performance.now(); !isOver(); next += 1_000 / PER_SECOND) {
    await sleep(next - performance.now());
    rounds.push(lab.play().catch((error: unknown) => failed.push(String(error))));
  }
  await Promise.all(rounds);
  return { played: rounds.length, failed };
}

async function manyRuns(runner: Runner, detail: (text: string) => void): Promise<Row[]> {
  const { lab } = runner;
  const before = await lab.podUids();
  const dice = await lab.pod('dice');
  const memory = (): number => workingSet(testCluster().name, dice.metadata.uid) / MEBIBYTE;
  const [took, sizes]: [number[], number[]] = [[], []];
  let isOver = false;
  const rounds = playRounds(lab, () => isOver);
  try {
    for (let index = 0; index < RUNS.count; index += 1) {
      const began = performance.now();
      await runner.press();
      await runner.served();
      took.push(seconds(began));
      sizes.push(memory());
      if (index % 10 === 9) detail(`${index + 1} of ${RUNS.count} Runs, dice has ${memory().toFixed(0)} MiB`);
    }
  } finally {
    isOver = true;
  }
  const { played, failed } = await rounds;
  failed.slice(0, 3).forEach((why) => detail(why));
  const replaced = Object.entries(await lab.podUids()).filter(([name, uid]) => before[name] !== uid).length;
  return [
    {
      what: 'Runs in a row, until the new code answers (p50)',
      unit: 's',
      value: median(took),
      samples: took.slice(-20),
    },
    { what: '  the slowest of a hundred', unit: 's', value: percentile(took, 0.99) },
    { what: '  Runs', unit: '', value: took.length, bound: { atLeast: RUNS.promised } },
    { what: `  rounds played meanwhile, ${PER_SECOND} a second`, unit: '', value: played },
    { what: '  rounds that failed', unit: '', value: failed.length, bound: { atMost: 0 } },
    {
      what: '  pods replaced and containers restarted',
      unit: '',
      value: replaced + (await restarts(lab)),
      bound: { atMost: 0 },
    },
    growth(sizes),
  ];
}

async function restarts(lab: Lab): Promise<number> {
  const statuses = (await lab.pods()).flatMap(({ status }) => status.containerStatuses ?? []);
  return statuses.reduce((total, { restartCount }) => total + restartCount, 0);
}

/** Compares dice's memory in the second tenth of the Runs with that in the last. */
function growth(sizes: readonly number[]): Row {
  const tenth = Math.ceil(sizes.length / 10);
  const [early, late] = [median(sizes.slice(tenth, 2 * tenth)), median(sizes.slice(-tenth))];
  return {
    what: "  growth of dice's working set, second tenth to last",
    unit: 'MiB',
    value: late - early,
    bound: { atMost: 2 },
    samples: [early, late],
  };
}

async function measureClass(detail: (text: string) => void): Promise<Row[]> {
  const workshop = 'class-runs';
  const watched = await watchSeats(workshop, SEATS);
  await createWorkshop(workshop, { seats: SEATS });
  await watched.allReady(detail);
  watched.stop();
  const seats = await Promise.all((await allSeats()).map(({ metadata }) => seatAt(metadata.name)));
  try {
    return await pressTogether(seats, detail);
  } finally {
    seats.forEach(({ guide }) => guide.close());
    await deleteWorkshop(workshop);
  }
}

interface SeatRunner {
  readonly guide: Guide;
  readonly runner: Runner;
}

async function seatAt(name: string): Promise<SeatRunner> {
  const lab = new Lab(name, RELEASE);
  const guide = await Guide.open(lab);
  return { guide, runner: await Runner.of(lab, guide) };
}

async function pressTogether(seats: readonly SeatRunner[], detail: (text: string) => void): Promise<Row[]> {
  const podsOf = async () => JSON.stringify(await Promise.all(seats.map(({ runner }) => runner.lab.podUids())));
  const before = await podsOf();
  const samples: number[] = [];
  for (let turn = 0; turn < PRESSES; turn += 1) {
    detail(`all press Run, ${turn + 1} of ${PRESSES}`);
    await sleep(WINDOW);
    samples.push(...(await Promise.all(seats.map(({ runner }) => runToSpan(runner)))));
  }
  const what = `Run in ${SEATS} seats at once, until the new span is in Jaeger`;
  return [
    {
      what: `${what} (p95 of ${samples.length})`,
      unit: 's',
      value: percentile(samples, 0.95),
      bound: { atMost: 3 },
      samples,
    },
    { what: '  p50', unit: 's', value: median(samples) },
    { what: '  seats whose pods changed', unit: '', value: Number((await podsOf()) !== before), bound: { atMost: 0 } },
  ];
}

async function runToSpan(runner: Runner): Promise<number> {
  const [began, since] = [performance.now(), Date.now()];
  await runner.press();
  await runner.served();
  await eventually(
    async () => {
      const spans = (await tracesOf(runner.lab, 'dice', since)).flatMap((trace) => trace.spans.map(({ name }) => name));
      if (!spans.includes(`GET ${runner.path}`)) throw new Error(`expected a span GET ${runner.path}`);
    },
    { within: PATIENCE, every: 50 },
  );
  return seconds(began);
}
