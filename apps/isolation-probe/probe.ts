// Tries to connect to addresses. It opens and closes each connection without sending data.
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Target {
  /** Name of the target. The results contain the target's result under this name. */
  readonly name: string;
  /** A host name or an IP address. */
  readonly host: string;
  readonly port: number;
  /** Whether the connection should succeed. */
  readonly open: boolean;
}

/** The result for each target, by the target's name: `connected`, or an error code such as ECONNREFUSED. */
export type Results = Readonly<Record<string, string>>;

export const CONNECTED = 'connected';

export interface Timeouts {
  /** Time limit in milliseconds for resolving the host name. The same limit holds for connecting. */
  readonly step: number;
  /** Milliseconds between two attempts. */
  readonly pause: number;
  /** Milliseconds after which no new attempt starts. */
  readonly total: number;
}

const DEFAULT: Timeouts = { step: 2_000, pause: 500, total: 20_000 };

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
export async function tryConnection(
  { host, port }: Pick<Target, 'host' | 'port'>,
  timeout = DEFAULT.step,
): Promise<string> {
  try {
    return await connectTo(await addressOf(host, timeout), port, timeout);
  } catch (error) {
    return codeOf(error);
  }
}

/**
 * Tries to connect to all targets at once. It retries until every result is as expected or the total time has passed,
 * because a network needs some time after a pod or a network policy is created.
 * @returns the results of the last attempt
 */
export async function tryConnections(targets: readonly Target[], timeouts: Partial<Timeouts> = {}): Promise<Results> {
  const { step, pause, total } = { ...DEFAULT, ...timeouts };
  const end = Date.now() + total;
  for (;;) {
    const results = await Promise.all(targets.map((target) => tryConnection(target, step)));
    const asExpected = targets.every(({ open }, index) => open === (results[index] === CONNECTED));
    if (asExpected || Date.now() + pause >= end)
      return Object.fromEntries(targets.map(({ name }, index) => [name, results[index] ?? '']));
    await delay(pause);
  }
}

const isTarget = (value: unknown): value is Target => {
  const { name, host, port, open } = (value ?? {}) as Partial<Record<keyof Target, unknown>>;
  return typeof name === 'string' && typeof host === 'string' && Number.isInteger(port) && typeof open === 'boolean';
};

/** Parses the value of TARGETS. @throws Error if the text is not a JSON list of targets */
export function targetsIn(text: string): Target[] {
  const expected = 'TARGETS: expected a JSON list of {name, host, port, open}';
  let targets: unknown;
  try {
    targets = JSON.parse(text);
  } catch (error) {
    throw new Error(`${expected}, found invalid JSON`, { cause: error });
  }
  if (!Array.isArray(targets) || targets.length === 0) throw new Error(`${expected}, found no list, or an empty one`);
  const odd = targets.findIndex((target) => !isTarget(target));
  if (odd >= 0) throw new Error(`${expected}, found ${JSON.stringify(targets[odd])}`);
  return targets as Target[];
}
