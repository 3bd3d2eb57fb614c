// Tries to connect to addresses. It sends a request only to targets that may be open as long as they ask for
// credentials, and no data to all others.
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTED, GUARDED, PATHS } from './contract.ts';
import type { Answer, LinkLocal, Path, PathResult, Target } from './contract.ts';
import { isSettled, linkLocalState, linkLocalTargets, networkTables } from './link-local.ts';
import type { NetworkTables } from './link-local.ts';

export interface ProbeOptions {
  /** Time limit in milliseconds for resolving a host name. The same limit holds for connecting, and for a request. */
  readonly step: number;
  /** Milliseconds between two attempts. */
  readonly pause: number;
  /** Milliseconds after which no new attempt starts. */
  readonly total: number;
  /** Reads the tables of this pod's network. */
  readonly tables: () => NetworkTables;
}

const DEFAULT: ProbeOptions = { step: 2_000, pause: 500, total: 10_000, tables: networkTables };

type Address = Pick<Target, 'host' | 'port'>;

/** The result of one target: CONNECTED, GUARDED or an error code. */
interface Attempt {
  readonly target: Target;
  readonly result: string;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

async function addressOf(host: string, milliseconds: number): Promise<string> {
  const resolved = new AbortController();
  const timeout = delay(milliseconds, undefined, { signal: resolved.signal }).then(() => {
    throw Object.assign(new Error(), { code: 'NAME_NOT_RESOLVED' });
  });
  try {
    return (await Promise.race([lookup(host), timeout])).address;
  } finally {
    timeout.catch(() => undefined);
    resolved.abort();
  }
}

function connectTo(host: string, port: number, timeout: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout });
    const settle = (result: string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => settle(CONNECTED));
    socket.once('timeout', () => settle('ETIMEDOUT'));
    socket.once('error', (error) => settle(codeOf(error)));
  });
}

/** Tries to connect once. Returns `connected` or an error code, and never throws. */
export async function tryConnection({ host, port }: Address, timeout = DEFAULT.step): Promise<string> {
  try {
    return await connectTo(await addressOf(host, timeout), port, timeout);
  } catch (error) {
    return codeOf(error);
  }
}

/** Sends a request without credentials to an open port. Only a refusal shows that the port is guarded. */
async function ask({ host, port }: Address, protocol: 'http' | 'https', timeout: number): Promise<string> {
  // Few tests need these modules, which take 11 MB.
  const { get } = protocol === 'https' ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    // The probe asks anybody who answers here, so it doesn't matter whether the certificate is the right one.
    const request = get({ host, port, timeout, rejectUnauthorized: false, agent: false }, (response) => {
      resolve([401, 403].includes(response.statusCode ?? 0) ? GUARDED : CONNECTED);
      request.destroy();
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(CONNECTED));
  });
}

async function tryTarget(target: Target, timeout: number): Promise<Attempt> {
  const result = await tryConnection(target, timeout);
  const isOpen = result === CONNECTED && target.asks !== undefined;
  return { target, result: isOpen ? await ask(target, target.asks, timeout) : result };
}

const tryAll = (targets: readonly Target[], timeout: number): Promise<Attempt[]> =>
  Promise.all(targets.map((target) => tryTarget(target, timeout)));

const isAsExpected = ({ target: { path }, result }: Attempt): boolean =>
  (path === 'control') === (result === CONNECTED);

/**
 * Tries all targets at once, and then the link-local addresses of those that are neighbours. It retries until every
 * result is as expected or the total time has passed, because a network needs some time after a pod or a network policy
 * is created.
 * @returns the results of the last attempt
 */
export async function probe(targets: readonly Target[], options: Partial<ProbeOptions> = {}): Promise<Answer> {
  const { step, pause, total, tables } = { ...DEFAULT, ...options };
  const end = Date.now() + total;
  for (;;) {
    const direct = await tryAll(targets, step);
    const now = tables();
    const neighbours = linkLocalTargets(targets, now);
    const attempts = [...direct, ...(await tryAll(neighbours, step))];
    const isDone = isSettled(now) && attempts.every(isAsExpected);
    if (isDone || Date.now() + pause >= end) return answerOf(attempts, linkLocalState(now, neighbours));
    await delay(pause);
  }
}

/** Number of names that an answer has for each path, so that it fits into a termination message of 4096 bytes. */
const NAMES = 3;

function pathResult(attempts: readonly Attempt[]): PathResult {
  const reached = attempts.filter(({ result }) => result === CONNECTED);
  const names = reached.map(({ target: { name, port } }) => `${name}:${port}`).sort();
  const guarded = attempts.filter(({ result }) => result === GUARDED).length;
  return { tried: attempts.length, guarded, reached: reached.length, names: names.slice(0, NAMES) };
}

function answerOf(attempts: readonly Attempt[], linkLocal: LinkLocal): Answer {
  const of = (path: Path | 'control'): Attempt[] => attempts.filter(({ target }) => target.path === path);
  const paths = PATHS.filter((path) => of(path).length > 0).map((path) => [path, pathResult(of(path))] as const);
  return { control: of('control')[0]?.result ?? 'no target', linkLocal, paths: Object.fromEntries(paths) };
}
