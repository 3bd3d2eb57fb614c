// Compares the portal with configurable-http-proxy, JupyterHub's own proxy: same machine, same upstream, in turns.
// Both pass on the requests of a page. Ours also checks a signed cookie, finds the guide, and signs a token for it.
// https://github.com/jupyterhub/configurable-http-proxy
import { setTimeout as sleep } from 'node:timers/promises';
import { residentSet } from '../support/cluster/operator.ts';
import { MEBIBYTE, median, percentile } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { anonymousMemory, processorTime, runLoad, startProxies } from './proxy-processes.ts';
import type { Proxies, Proxy } from './proxy-processes.ts';

const ROUNDS = 7;
/** Rounds that don't count. The compiler of V8 needs them, longer on a busy machine. */
const WARM_UPS = 2;
const SECONDS = 4;
const CONNECTIONS = 50;
const STREAMS = 200;
const CLASSES = [30, 200];
/** Milliseconds between two requests of a learner at work. A page asks about once a second while something runs. */
const PAUSE_MS = 2_000;

export const portal: Benchmark = {
  name: 'portal',
  about: "the portal's throughput, delays and memory, next to configurable-http-proxy",
  cluster: 'none',
  run,
};

async function run(detail: (text: string) => void): Promise<Row[]> {
  const proxies = await startProxies(Math.max(...CLASSES));
  try {
    const classes: Row[] = [];
    for (const people of CLASSES) {
      detail(`${people} learners at work`);
      classes.push(...classRows(people, await measureClass(proxies, people)));
    }
    const generator = await loadOn(proxies, proxies.upstream);
    const rounds: Round[] = [];
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      detail(round < 0 ? 'both warm up' : `round ${round + 1} of ${ROUNDS}`);
      const measured = await measureRound(proxies, round);
      if (round >= 0) rounds.push(measured);
    }
    const after = anonymousMemory(proxies.portal.pid) / MEBIBYTE;
    const rows = comparisonRows(rounds, generator.perSecond);
    return [
      ...rows,
      ...classes,
      { what: 'memory after all rounds, without pages of files', unit: 'MiB', value: after },
    ];
  } finally {
    await proxies.stop();
  }
}

/** What one proxy did in one round. */
interface Figures {
  /** Requests a second. */
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p95: number;
  /** Milliseconds of processor time for a thousand requests. */
  readonly cpu: number;
}

interface Round {
  readonly ours: Figures;
  readonly theirs: Figures;
}

/** Measures both, one after the other. Who comes first changes with each round. */
async function measureRound(proxies: Proxies, round: number): Promise<Round> {
  const { portal: own, other } = proxies;
  const first = await figuresOf(proxies, round % 2 === 0 ? own : other);
  const second = await figuresOf(proxies, round % 2 === 0 ? other : own);
  return round % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first };
}

async function figuresOf(proxies: Proxies, proxy: Proxy): Promise<Figures> {
  const before = processorTime(proxy.pid);
  const { perSecond, p95 } = await loadOn(proxies, proxy);
  return { perSecond, p95, cpu: ((processorTime(proxy.pid) - before) / perSecond / SECONDS) * 1_000 };
}

const loadOn = ({ people }: Proxies, { port, host }: { readonly port: number; readonly host?: string }) =>
  runLoad({
    port,
    ...(host !== undefined && { host }),
    people: people.slice(0, CONNECTIONS),
    connections: CONNECTIONS,
    pauseMs: 0,
    streams: 0,
    seconds: SECONDS,
  });

function comparisonRows(rounds: readonly Round[], generator: number): Row[] {
  const all = (which: keyof Round, figure: keyof Figures): number[] => rounds.map((round) => round[which][figure]);
  const ratio = (figure: keyof Figures, digits: Pick<Row, 'what' | 'bound'>): Row => ({
    ...digits,
    unit: '×',
    value: median(all('ours', figure)) / median(all('theirs', figure)),
    samples: rounds.map(({ ours, theirs }) => ours[figure] / theirs[figure]),
  });
  const absolute = (what: string, unit: Row['unit'], figure: keyof Figures): Row[] =>
    (['ours', 'theirs'] as const).map((which) => ({
      what: `${what}, ${which === 'ours' ? 'the portal' : 'configurable-http-proxy'} (median of ${rounds.length})`,
      unit,
      value: median(all(which, figure)),
      samples: all(which, figure),
    }));
  return [
    { what: `requests from ${CONNECTIONS} connections to the upstream itself`, unit: '/s', value: generator },
    ...absolute('requests', '/s', 'perSecond'),
    ratio('perSecond', { what: '  ratio', bound: { atLeast: 0.9 } }),
    ...absolute('p95 of a request', 'ms', 'p95'),
    ratio('p95', { what: '  ratio', bound: { atMost: 1.3 } }),
    ...absolute('processor time of a thousand requests', 'ms', 'cpu'),
    ratio('cpu', { what: '  ratio' }),
  ];
}

/** What the portal used while a class was at work. */
interface Use {
  /** Millicores in windows of a second. */
  readonly cpu: readonly number[];
  /** Memory without pages of files, and resident memory with them, in MiB, at the same times. */
  readonly memory: readonly number[];
  readonly resident: readonly number[];
  readonly p95: number;
}

/** Lets a class work beside open streams of events. Each learner sends a request every two seconds. */
async function measureClass({ portal: { port, pid }, people }: Proxies, size: number): Promise<Use> {
  const load = { port, people: people.slice(0, size), connections: size, streams: STREAMS };
  const result = runLoad({ ...load, pauseMs: PAUSE_MS, seconds: 30 });
  const [cpu, memory, resident]: [number[], number[], number[]] = [[], [], []];
  await sleep(3_000);
  for (let second = 0, before = processorTime(pid), at = performance.now(); second < 25; second++) {
    await sleep(1_000);
    const [used, now] = [processorTime(pid), performance.now()];
    cpu.push(((used - before) / (now - at)) * 1_000);
    memory.push(anonymousMemory(pid) / MEBIBYTE);
    resident.push(residentSet(pid).now / MEBIBYTE);
    [before, at] = [used, now];
  }
  return { cpu, memory, resident, p95: (await result).p95 };
}

function classRows(people: number, { cpu, memory, resident, p95 }: Use): Row[] {
  // The promise is for 200 connections. Each learner adds one that sends requests.
  const bound = people < STREAMS && { bound: { atMost: 80 } };
  return [
    {
      what: `millicores of the portal with ${STREAMS} streams and ${people} learners at work, p50`,
      unit: '',
      value: percentile(cpu, 0.5),
    },
    { what: '  p95', unit: '', value: percentile(cpu, 0.95) },
    { what: '  memory without pages of files, p50', unit: 'MiB', value: percentile(memory, 0.5) },
    { what: '  p95', unit: 'MiB', value: percentile(memory, 0.95), ...bound },
    { what: '  resident memory with them, p95', unit: 'MiB', value: percentile(resident, 0.95) },
    { what: '  p95 of a request', unit: 'ms', value: p95 },
  ];
}
