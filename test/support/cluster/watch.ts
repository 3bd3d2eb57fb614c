// Watches objects of several kinds through the API server's proxy on loopback.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../../../kubernetes/object.ts';
import { testCluster } from './cluster.ts';

/**
 * Media types for the formats in which the API server returns objects:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
 */
export const AS = {
  whole: 'application/json',
  /** The format of an object without spec and status. */
  metadata: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  /** The format of a list of objects without spec and status. */
  metadataList: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  /** The format of the table that kubectl prints. It costs the API server least. */
  table: 'application/json;as=Table;g=meta.k8s.io;v=v1',
} as const;

/** The time limit of a watch in seconds, longer than any benchmark. The API server's default is shorter. */
const WATCH_S = 7200;
/** The time limit until the API server serves a new CustomResourceDefinition, in milliseconds. */
const SERVED_WITHIN = 20_000;

export interface Watch {
  /** Rejects if the watch breaks before it is stopped, because events may then be missing. */
  lost: Promise<never>;
  stop(): void;
}

/** Returns the API path of all objects of a kind, in all namespaces. */
export function collection({ apiVersion, plural }: Kind): string {
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/${plural}`;
}

/**
 * Watches a kind, and calls `onEvent` with the line of each event. Objects that already exist count as events too.
 * Resolves when the API server has answered. If the API server ends the watch, as it does when a definition changes,
 * the watch continues after the last event.
 */
export async function watch(
  kind: Kind,
  selector: string,
  as: 'whole' | 'metadata',
  onEvent: (line: string) => void,
): Promise<Watch> {
  const aborted = new AbortController();
  let version: string | undefined;
  const open = (): Promise<ReadableStream> =>
    opened(
      kind,
      { labelSelector: selector, ...(version !== undefined && { resourceVersion: version }) },
      AS[as],
      aborted.signal,
    );
  const take = (line: string): void => {
    if (line.startsWith('{"type":"ERROR"'))
      throw new Error(`the API server ended the watch of ${kind.plural} with an error: ${line}`);
    version = /"resourceVersion":"(\d+)"/.exec(line)?.[1] ?? version;
    onEvent(line);
  };
  const follow = async (first: ReadableStream): Promise<never> => {
    for (let body = first; ; body = await open()) await readLines(body, take);
  };
  const lost = follow(await open()).catch((error: unknown) =>
    aborted.signal.aborted
      ? new Promise<never>(() => undefined)
      : Promise.reject(new Error(`the watch of ${kind.plural} broke`, { cause: error })),
  );
  lost.catch(() => undefined); // a caller that waits for an event handles the error
  return { lost, stop: () => aborted.abort() };
}

async function opened(
  kind: Kind,
  parameters: Record<string, string>,
  accept: string,
  signal: AbortSignal,
): Promise<ReadableStream> {
  const query = new URLSearchParams({
    watch: 'true',
    timeoutSeconds: String(WATCH_S),
    allowWatchBookmarks: 'true',
    ...parameters,
  });
  const response = await served(() =>
    fetch(`${testCluster().api}${collection(kind)}?${query.toString()}`, { headers: { accept }, signal }),
  );
  if (!response.ok || response.body === null)
    throw new Error(`the API server answered the watch of ${kind.plural} with ${response.status}`);
  return response.body;
}

/** Repeats a request while the API server answers 429, as it does for a new definition. */
async function served(ask: () => Promise<Response>): Promise<Response> {
  const until = performance.now() + SERVED_WITHIN;
  for (;;) {
    const response = await ask();
    if (response.status !== 429 || performance.now() > until) return response;
    await response.body?.cancel();
    await sleep(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}

async function readLines(body: ReadableStream, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface(Readable.fromWeb(body))) onLine(line);
}

/** Several watches, which are used together. If one of them breaks, `during` fails. */
export class Watches {
  readonly #watches: Watch[] = [];

  async add(
    kinds: readonly Kind[],
    selector: string,
    as: 'whole' | 'metadata',
    onEvent: (line: string, kind: Kind) => void,
  ): Promise<this> {
    this.#watches.push(
      ...(await Promise.all(kinds.map((kind) => watch(kind, selector, as, (line) => onEvent(line, kind))))),
    );
    return this;
  }

  /**
   * Waits for `work` and returns its result.
   * @throws Error if a watch breaks meanwhile, or if `work` takes longer than `within` milliseconds; then the message
   * contains the text that `seen` returns
   */
  async during<T>(work: Promise<T>, within: number, seen: () => string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Still waiting after ${within / 1000} s: ${seen()}`)), within);
    });
    try {
      return await Promise.race([work, late, ...this.#watches.map(({ lost }) => lost)]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    for (const one of this.#watches) one.stop();
  }
}

/**
 * A target for a number that grows. `set` reports the current number. `reached` resolves when the number first reaches
 * the target, with the time of that moment (performance.now).
 */
export class Mark {
  readonly reached: Promise<number>;
  #resolve: (at: number) => void = () => undefined;
  readonly #target: number;

  constructor(target: number) {
    this.#target = target;
    this.reached = new Promise((resolve) => (this.#resolve = resolve));
  }

  set(value: number): void {
    if (value >= this.#target) this.#resolve(performance.now());
  }
}
