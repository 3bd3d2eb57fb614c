// Which addresses take a connection. Nothing is sent over one: it is opened and closed.
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Target {
  /** What it is called in the result. */
  readonly name: string;
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Whether it is to take a connection. */
  readonly open: boolean;
}

/** `connected`, or the code of what stood in the way. */
export type Results = Readonly<Record<string, string>>;

export const CONNECTED = 'connected';

export interface Patience {
  /** Milliseconds for a name to be resolved, and again for a connection to be opened. */
  readonly step: number;
  /** Milliseconds between rounds. */
  readonly pause: number;
  /** Milliseconds after which no round is begun. */
  readonly total: number;
}

const DEFAULT: Patience = { step: 2_000, pause: 500, total: 20_000 };

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

async function addressOf(host: string, patience: number): Promise<string> {
  const late = new AbortController();
  const timeout = delay(patience, undefined, { signal: late.signal }).then(() => {
    throw Object.assign(new Error(), { code: 'NAME_NOT_RESOLVED' });
  });
  try {
    return (await Promise.race([lookup(host), timeout])).address;
  } finally {
    timeout.catch(() => undefined);
    late.abort();
  }
}

function connectTo(host: string, port: number, patience: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patience });
    const settle = (result: string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => settle(CONNECTED));
    socket.once('timeout', () => settle('ETIMEDOUT'));
    socket.once('error', (error) => settle(codeOf(error)));
  });
}

/** `connected`, or why not. Never throws. */
export async function tryConnection(
  { host, port }: Pick<Target, 'host' | 'port'>,
  patience = DEFAULT.step,
): Promise<string> {
  try {
    return await connectTo(await addressOf(host, patience), port, patience);
  } catch (error) {
    return codeOf(error);
  }
}

/**
 * Tries all targets at once, and again until each is as expected or patience is over: a network that has just been told of a pod, or
 * of a policy, takes a moment to follow. @returns the results of the last round, which belong together
 */
export async function tryConnections(targets: readonly Target[], patience: Partial<Patience> = {}): Promise<Results> {
  const { step, pause, total } = { ...DEFAULT, ...patience };
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

/** @throws Error where the text is no list of targets */
export function targetsIn(text: string): Target[] {
  const expected = 'TARGETS: expected a JSON list of {name, host, port, open}';
  let targets: unknown;
  try {
    targets = JSON.parse(text);
  } catch (error) {
    throw new Error(`${expected}, found what is no JSON`, { cause: error });
  }
  if (!Array.isArray(targets) || targets.length === 0)
    throw new Error(`${expected}, found no list with anything in it`);
  const odd = targets.findIndex((target) => !isTarget(target));
  if (odd >= 0) throw new Error(`${expected}, found ${JSON.stringify(targets[odd])}`);
  return targets as Target[];
}
