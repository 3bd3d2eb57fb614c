// Keeps a store as the API server has it: a list, then a watch from its version on, for as long as it is wanted. A watch may end,
// expire, break, or fall silent while everything looks healthy; each is found, and where there is doubt all is listed again.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import { ApiError, isGone } from '../../kubernetes/api.ts';
import type { ListOptions, Status } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { CompactStore } from './store.ts';
import { jittered, pause, systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** Why a watch was begun again; `closed` is how a healthy one ends. */
export type Restart =
  'closed' | 'expired' | 'silent' | 'malformed' | 'error' | 'refused' | 'unavailable' | 'disconnected';

/** These say nothing of what is known: the next watch goes on from the last event. All others leave a doubt. */
const HARMLESS: readonly Restart[] = ['closed', 'unavailable', 'disconnected'];

export interface ReflectorOptions<T extends KubeObject> {
  readonly api: Pick<HttpApi, 'pages' | 'watch'>;
  readonly store: CompactStore<T>;
  readonly select?: ListOptions;
  /** For `watch_restarts_total`. */
  readonly onRestart?: (kind: string, why: Restart) => void;
  readonly log?: { warn(fields: object, message: string): void };
  readonly timers?: Timers;
  /** Milliseconds without a line after which the watch is given up. Default 90,000. */
  readonly silence?: number;
}

/** Seconds, of the shortest watch; the longest is twice as long. So that watches neither live for ever nor end all at once. */
const WATCH_SECONDS = 300;
/** The API server sends a bookmark about once a minute; half as long again means that nothing comes through any more. */
const SILENCE = 90_000;
/** Milliseconds: waits after failures grow from the first to the last. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** Failures in a row after which even harmless ones leave a doubt: a version from before a restore of etcd is refused for ever. */
const PATIENCE = 5;
/** Milliseconds; a watch that ends sooner without a line was no watch. */
const SHORT = 5_000;

/** Something about the watch is not as it should be: what is known can no longer be trusted. */
class DoubtError extends Error {
  readonly why: Restart;

  constructor(why: Restart, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DoubtError';
    this.why = why;
  }
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export class Reflector<T extends KubeObject> {
  private readonly options: ReflectorOptions<T>;
  private readonly timers: Timers;
  /** The version that the next watch goes on from; undefined when all is to be listed. */
  private version: string | undefined;
  /** Failures since the last sign of life. */
  private failures = 0;
  /** Whether the last watch ended as healthy ones do. */
  private endedWell = false;

  constructor(options: ReflectorOptions<T>) {
    this.options = options;
    this.timers = options.timers ?? systemTimers;
  }

  /** Goes on until the signal is aborted; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const why = await this.once(signal);
      if (signal.aborted) return;
      this.options.onRestart?.(this.options.store.kind.kind, why);
      if (this.failures === 0) continue;
      await pause(this.timers, jittered(Math.min(FIRST_WAIT * 2 ** (this.failures - 1), LONGEST_WAIT)), signal);
    }
  }

  /** Lists if need be, and follows the watch to its end. @returns why it ended */
  private async once(signal: AbortSignal): Promise<Restart> {
    try {
      this.version ??= await this.listAll(signal);
      await this.follow(this.version, signal);
      this.endedWell = true;
      return 'closed';
    } catch (error) {
      this.endedWell = false;
      this.failures++;
      const why = whyOf(error);
      if (!HARMLESS.includes(why) || this.failures >= PATIENCE) this.version = undefined;
      if (!signal.aborted)
        this.options.log?.warn(
          { kind: this.options.store.kind.kind, why, failures: this.failures, err: error },
          'watch begins again',
        );
      return why;
    }
  }

  private async listAll(signal: AbortSignal): Promise<string> {
    const { api, store, select } = this.options;
    const listing = store.beginListing();
    let version = '';
    for await (const { items, resourceVersion } of api.pages<T>(store.kind, select)) {
      signal.throwIfAborted();
      for (const item of items) listing.add(item);
      version = resourceVersion;
    }
    listing.end(version);
    return version;
  }

  private async follow(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { api, store, select, silence = SILENCE } = this.options;
    const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + Math.random()));
    const began = this.timers.now();
    const lines = await api.watch(store.kind, { ...select, resourceVersion, timeoutSeconds, silence, signal });
    if (this.endedWell) store.alive();
    let any = false;
    for await (const line of lines) {
      this.take(eventOf<T>(line));
      any = true;
      this.failures = 0;
      store.alive();
    }
    if (!any && this.timers.now() - began < SHORT)
      throw new Error('Expected a watch of minutes, found one that ended at once without an event.');
    this.failures = 0;
  }

  private take({ type, object }: WatchEvent<T>): void {
    const { store } = this.options;
    if (type === 'ERROR') throw errorOf(object);
    const version = object?.metadata?.resourceVersion;
    if (version === undefined)
      throw new DoubtError('malformed', `Expected an event with a resourceVersion, found ${type} without one.`);
    if (type === 'DELETED') store.forget(keyOf(object), object.metadata.uid ?? '');
    else if (type !== 'BOOKMARK') store.upsert(object);
    this.version = version;
  }
}

const TYPES: readonly unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'];

/** @throws DoubtError for what is no event */
function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = parsed(line) as Partial<WatchEvent<T>> | null;
  const { type, object } = event ?? {};
  if (!TYPES.includes(type))
    throw new DoubtError('malformed', `Expected an event with a type, found type ${String(type)}.`);
  const named = type === 'BOOKMARK' || type === 'ERROR' || typeof object?.metadata?.name === 'string';
  if (named) return event as WatchEvent<T>;
  throw new DoubtError('malformed', `Expected an object with a name, found ${type} without one.`);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new DoubtError('malformed', `Expected an event as JSON, found ${line.length} characters that are none.`, {
      cause,
    });
  }
}

/** An ERROR event carries a Status in the object's place. */
function errorOf(object: unknown): DoubtError {
  const { code, reason, message } = (object ?? {}) as Status & { code?: number };
  const expired = code === 410 || reason === 'Expired' || reason === 'Gone';
  return new DoubtError(
    expired ? 'expired' : 'error',
    `The watch said ${code ?? ''} ${reason ?? ''}: ${message ?? 'no message'}`,
  );
}

function whyOf(error: unknown): Restart {
  if (error instanceof DoubtError) return error.why;
  if (isGone(error)) return 'expired';
  if (error instanceof ApiError) return error.code === 429 || error.code >= 500 ? 'unavailable' : 'refused';
  const { code } = Object(error) as { code?: string };
  return code === 'UND_ERR_BODY_TIMEOUT' ? 'silent' : 'disconnected';
}
