// Measures the board with 500 seats on simulated nodes: how long a failed check takes to show on five boards while 30
// checks a second fail, what the operator and the portal need for it, and how often they ask the API server.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoardState } from '../../apps/portal/board/contract.ts';
import { BOARD, NAMES } from '../../lab/names.ts';
import { repoRoot } from '../../support/paths.ts';
import { freePort } from '../../support/ports.ts';
import { eventually } from '../../support/waiting.ts';
import { apiGet, kubeconfigOf, testCluster, textOf } from '../support/cluster/cluster.ts';
import { simulateNodes } from '../support/cluster/kwok.ts';
import { installOperator, OPERATOR_NAMESPACE, residentSet, someoneLeads } from '../support/cluster/operator.ts';
import { removeSecrets, writeSecrets } from '../support/cluster/portal.ts';
import { endWithTheRun } from '../support/program.ts';
import { MEBIBYTE, percentile } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { requestsSince } from './idle.ts';
import { allSeats, createWorkshop, watchSeats } from './operator.ts';

const SEATS = 500;
const NODES = 12;
const WORKSHOP = 'boards';
const BOARDS = 5;
const CHECKS_A_SECOND = 30;
const SECONDS = 60;
const SETTLE_MS = 60_000;
/** How long nothing happens while five boards are open, in milliseconds. */
const IDLE_MS = 60_000;
/** How long a check may take to show, in milliseconds, before the benchmark gives up. */
const GIVE_UP_MS = 30_000;
const STEP = '06-manual';

export const boards: Benchmark = {
  name: 'boards',
  about: `${SEATS} seats on simulated nodes, ${CHECKS_A_SECOND} failed checks a second, ${BOARDS} boards open`,
  cluster: 'scale',
  audited: true,
  run: measureBoards,
};

async function measureBoards(detail: (text: string) => void): Promise<Row[]> {
  await simulateNodes(NODES);
  const { start } = await installOperator();
  const leader = await someoneLeads([await start()]);
  const seats = await watchSeats(WORKSHOP, SEATS);
  await createWorkshop(WORKSHOP, { seats: SEATS, rollout: { maxConcurrent: SEATS } });
  await Promise.all([seats.allReady(detail), writeKeys()]);
  seats.stop();
  const portal = await startPortal();
  try {
    const open = await Promise.all(Array.from({ length: BOARDS }, () => Board.open(portal)));
    await sleep(SETTLE_MS);
    detail(`nothing happens for ${IDLE_MS / 1000} s`);
    const idleSince = Date.now();
    await sleep(IDLE_MS);
    const idle = (await requestsSince(idleSince)).length / (IDLE_MS / 1000);
    const began = Date.now();
    const delays = await checkForAMinute(
      open,
      (await allSeats()).map(({ metadata: { name } }) => name),
      detail,
    );
    const asked = (await requestsSince(began)).length;
    const memory = { operator: residentSet(leader.pid).now, portal: residentSet(portal.child.pid ?? 0).now };
    open.forEach((board) => board.close());
    return rowsOf({ delays, idle, asked, memory });
  } finally {
    portal.child.kill();
    removeSecrets(portal.secrets);
    await rm(portal.folder, { recursive: true });
  }
}

/** Writes the key and the login token of each seat, as the init container of its guide does. No guide runs here. */
async function writeKeys(): Promise<void> {
  const written = new Set<string>();
  const secrets = `/api/v1/secrets?fieldSelector=${encodeURIComponent(`metadata.name=${NAMES.guideKey}`)}`;
  while (written.size < SEATS) {
    const { items } = await apiGet<{ items: { metadata: { namespace: string } }[] }>(secrets);
    for (const { metadata } of items.filter((one) => !written.has(one.metadata.namespace))) {
      const [key, token] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64url'));
      await patch(`/api/v1/namespaces/${metadata.namespace}/secrets/${NAMES.guideKey}`, { stringData: { key, token } });
      written.add(metadata.namespace);
    }
    await sleep(1_000);
  }
}

interface Portal {
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string;
  readonly secrets: string;
  readonly folder: string;
}

/** Starts a portal with the account of the chart's portal, so that the audit log has its requests. */
async function startPortal(): Promise<Portal> {
  const [folder, secrets] = [await mkdtemp(join(tmpdir(), 'intro-otel-boards-')), writeSecrets()];
  const key = randomBytes(32).toString('base64url');
  await writeFile(join(folder, BOARD.key), key);
  await writeFile(join(folder, 'kubeconfig'), await kubeconfigOf(`${OPERATOR_NAMESPACE}-portal`, OPERATOR_NAMESPACE), {
    mode: 0o600,
  });
  const [port, boardPort] = [await freePort(19_000), await freePort(19_100)];
  const child = spawn(process.execPath, [join(repoRoot, 'apps', 'portal', 'main.ts')], {
    env: {
      KUBECONFIG: join(folder, 'kubeconfig'),
      PORT: String(port),
      PORTAL_SECRETS: secrets,
      BOARD_PORT: String(boardPort),
      BOARD_SECRET: folder,
      POD_NAMESPACE: OPERATOR_NAMESPACE,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  endWithTheRun(child);
  const url = `http://127.0.0.1:${boardPort}`;
  await eventually(async () => expect((await fetch(`${url}/login`)).status).toBe(200), { within: 30_000, every: 100 });
  return { child, url, key, secrets, folder };
}

/** One open board. It remembers when it has first shown how often the check of each seat has failed. */
class Board {
  readonly #abort = new AbortController();
  readonly #shown = new Map<string, number>();

  static async open({ url, key }: Portal): Promise<Board> {
    const login = await fetch(`${url}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: url },
      body: new URLSearchParams({ key, name: 'Nina' }),
    });
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const board = new Board();
    const events = await fetch(`${url}/board/${WORKSHOP}/events`, { headers: { cookie }, signal: board.#abort.signal });
    expect(events.status).toBe(200);
    void board.#read(events).catch(() => undefined);
    return board;
  }

  /** When the board first showed that this check has failed so often, by performance.now(). */
  shown(seat: string, times: number): number | undefined {
    return this.#shown.get(`${seat} ${times}`);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(events: Response): Promise<void> {
    let rest = '';
    for await (const text of (events.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(part);
    }
  }

  #take(event: string): void {
    if (!event.includes('event: state')) return;
    const data = event.split('\n').find((line) => line.startsWith('data: '));
    const { people } = JSON.parse(data?.slice('data: '.length) ?? '{}') as BoardState;
    for (const { seat, check } of people)
      // Two checks of a seat in quick succession may show at once, as the second.
      for (let times = check?.times ?? 0; times > 0 && !this.#shown.has(`${seat} ${times}`); times--)
        this.#shown.set(`${seat} ${times}`, performance.now());
  }
}

/** Lets checks fail for a minute. @returns the milliseconds until each board showed each of them */
async function checkForAMinute(
  open: readonly Board[],
  names: readonly string[],
  detail: (text: string) => void,
): Promise<number[]> {
  const checks: { readonly seat: string; readonly times: number; readonly at: number }[] = [];
  const writes: Promise<void>[] = [];
  const began = performance.now();
  for (let count = 0; count < CHECKS_A_SECOND * SECONDS; count++) {
    await sleep(Math.max(0, began + (count * 1000) / CHECKS_A_SECOND - performance.now()));
    const [seat, times] = [names[count % SEATS] ?? '', Math.floor(count / SEATS) + 1];
    checks.push({ seat, times, at: performance.now() });
    const write = fail(seat, times);
    write.catch(() => undefined); // Promise.all reports it. Meanwhile it must not end the process.
    writes.push(write);
    if (count % CHECKS_A_SECOND === 0) detail(`${count} checks`);
  }
  await Promise.all(writes);
  const delayOn = (board: Board) =>
    checks.map(({ seat, times, at }) => {
      const shown = board.shown(seat, times);
      return shown === undefined ? undefined : shown - at;
    });
  const all = () => open.flatMap(delayOn);
  await eventually(() => expect(all()).not.toContain(undefined), { within: GIVE_UP_MS, every: 500 }).catch(
    () => undefined,
  );
  return all().map((delay) => delay ?? Infinity);
}

/** Writes a failed check of a seat, as the seat's guide does. */
async function fail(seat: string, times: number): Promise<void> {
  const now = new Date().toISOString();
  const steps = { [STEP]: { startedAt: now, failed: { finding: 'shape', hop: 'shape', times, at: now } } };
  await patch(`/api/v1/namespaces/${seat}/configmaps/${NAMES.progress}`, {
    data: { steps: JSON.stringify(steps), lastActivity: now },
  });
}

async function patch(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  await textOf(await fetch(testCluster().api + path, { method: 'PATCH', headers, body: JSON.stringify(body) }));
}

interface Figures {
  readonly delays: readonly number[];
  /** Requests a second of the operator and the portal while nothing happens. */
  readonly idle: number;
  /** Requests of the operator and the portal. */
  readonly asked: number;
  readonly memory: { readonly operator: number; readonly portal: number };
}

function rowsOf({ delays, idle, asked, memory }: Figures): Row[] {
  const seen = (share: number): number => percentile(delays, share) / 1000;
  return [
    { what: `a failed check shows on each of ${BOARDS} boards after (p50)`, unit: 's', value: seen(0.5) },
    { what: '  p95', unit: 's', value: seen(0.95), bound: { atMost: 2 } },
    { what: '  the longest', unit: 's', value: Math.max(...delays) / 1000 },
    {
      what: 'requests to the API server for each check, with that of the guide',
      unit: '',
      value: asked / (CHECKS_A_SECOND * SECONDS) + 1,
      bound: { atMost: 3 },
    },
    {
      what: 'requests a second to the API server while nothing happens',
      unit: '/s',
      value: idle,
      bound: { atMost: 1 },
    },
    { what: "the operator's memory (RSS)", unit: 'MiB', value: memory.operator / MEBIBYTE, bound: { atMost: 250 } },
    { what: "the portal's memory (RSS)", unit: 'MiB', value: memory.portal / MEBIBYTE, bound: { atMost: 250 } },
  ];
}
