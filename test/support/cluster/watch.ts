// Watches collections through the API server's proxy on loopback, and remembers every object that has ever existed.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../../../kubernetes/object.ts';
import { testCluster } from './cluster.ts';

/**
 * Formats of objects:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
 */
export const AS = {
  whole: 'application/json',
  /** Without spec and status. */
  metadata: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  /** Lists of these. */
  metadataList: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  /** As kubectl prints them, which costs the API server least. */
  table: 'application/json;as=Table;g=meta.k8s.io;v=v1',
} as const;

/** Longer than any benchmark takes. The API server would end a watch sooner by default. */
const WATCH_S = 7200;
/** Milliseconds until a new definition is served. */
const SERVED_WITHIN = 20_000;

export interface Watch {
  /** Rejects if the watch breaks before it is stopped, because then events may be missing. */
  lost: Promise<never>;
  stop(): void;
}

/** The path of a kind's collection over all namespaces. */
export function collection({ apiVersion, plural }: Kind): string {
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/${plural}`;
}

/**
 * Calls `onEvent` with each event's line, first for the objects that exist. Resolves when the API server has answered.
 * If the API server ends the watch, as it does when a definition changes, the watch continues from the last event.
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
    if (line.startsWith('{"type":"ERROR"')) throw new Error(`the watch of ${kind.plural} can not go on: ${line}`);
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
  lost.catch(() => undefined); // whoever waits for an event handles it
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
    throw new Error(`the watch of ${kind.plural} was answered ${response.status}`);
  return response.body;
}

/** Asks again while the API server answers 429, as it does for a new definition. */
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

/** Watches of several kinds. Whatever waits for them fails when one of them is lost. */
export class Watches {
  private readonly watches: Watch[] = [];

  async add(
    kinds: readonly Kind[],
    selector: string,
    as: 'whole' | 'metadata',
    onEvent: (line: string, kind: Kind) => void,
  ): Promise<this> {
    this.watches.push(
      ...(await Promise.all(kinds.map((kind) => watch(kind, selector, as, (line) => onEvent(line, kind))))),
    );
    return this;
  }

  /**
   * The result of `work`.
   * @throws Error with the text of `seen` if a watch is lost meanwhile, or after `within` milliseconds
   */
  async during<T>(work: Promise<T>, within: number, seen: () => string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Not so after ${within / 1000} s: ${seen()}`)), within);
    });
    try {
      return await Promise.race([work, late, ...this.watches.map(({ lost }) => lost)]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    for (const one of this.watches) one.stop();
  }
}

/** Waits until a number is reached. @returns the time (performance.now) of that */
export class Mark {
  readonly reached: Promise<number>;
  private resolve: (at: number) => void = () => undefined;
  private readonly target: number;

  constructor(target: number) {
    this.target = target;
    this.reached = new Promise((resolve) => (this.resolve = resolve));
  }

  set(value: number): void {
    if (value >= this.target) this.resolve(performance.now());
  }
}
