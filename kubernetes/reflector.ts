// A reflector keeps a store up to date with the API server. It lists all objects, and then watches for changes since
// that list. A watch can end, expire, break, or stop sending. The reflector detects each case, and lists again if it
// may have missed a change. It is modelled on client-go's Reflector.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import { ApiError, isGone } from './api.ts';
import type { ListOptions, Status } from './api.ts';
import type { HttpApi } from './client.ts';
import { keyOf } from './object.ts';
import type { Kind, KubeObject } from './object.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

/** Why a watch was restarted. `closed` means that the server ended the watch normally. */
export type RestartReason =
  'closed' | 'expired' | 'silent' | 'malformed' | 'error' | 'refused' | 'unavailable' | 'disconnected';

/**
 * After a restart for one of these reasons, the watch continues from the last event. After any other reason, the
 * reflector lists again.
 */
const RESUMABLE: readonly RestartReason[] = ['closed', 'unavailable', 'disconnected'];

/**
 * A list request whose objects are being added to a store. Objects that the list lacks are removed from the store only
 * when the list is complete.
 */
export interface Listing<T> {
  add(object: T): void;
  /** Completes the list, which shows the objects as they were at `resourceVersion`. */
  end(resourceVersion: string): void;
}

/** The store that a reflector keeps up to date. */
export interface ReflectedStore<T extends KubeObject> {
  readonly kind: Kind;
  beginListing(): Listing<T>;
  upsert(object: T): void;
  forget(key: string, uid: string): void;
  /** Records that the watch works. */
  touch(): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly api: Pick<HttpApi, 'pages' | 'watch'>;
  readonly store: ReflectedStore<T>;
  readonly select?: ListOptions;
  /** Called each time a watch is restarted. It feeds the metric `watch_restarts_total`. */
  readonly onRestart?: (kind: string, reason: RestartReason) => void;
  readonly log?: { warn(fields: object, message: string): void };
  readonly timers?: Timers;
  /** Aborts the watch after this many milliseconds without a line from the server. Default 90,000. */
  readonly silence?: number;
}

/**
 * Shortest duration of a watch, in seconds. The longest is twice as long. The reflector asks the server for a random
 * duration between them, so that watches don't all end at once.
 */
const WATCH_SECONDS = 300;
/**
 * Default of the `silence` option, in milliseconds. The API server sends a bookmark about once a minute, so a watch
 * without a line for this long is broken.
 */
const SILENCE_MS = 90_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/**
 * After this many failures in a row, the reflector lists again, even if the watch could be resumed. For example, after
 * etcd is restored from a backup, the API server refuses to resume from the reflector's version.
 */
const MAX_RESUME_FAILURES = 5;
/** A watch that ends in less than this many milliseconds, without an event, counts as a failure. */
const SHORTEST_WATCH_MS = 5_000;

/**
 * The error for an unexpected line of a watch. After it, the store may be out of date, so the reflector must list
 * again.
 */
class UntrustedWatchError extends Error {
  readonly reason: RestartReason;

  constructor(reason: RestartReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UntrustedWatchError';
    this.reason = reason;
  }
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #timers: Timers;
  /** The resourceVersion from which the next watch continues. Undefined if the reflector must list first. */
  #version: string | undefined;
  /** Number of failed lists and watches in a row. */
  #failures = 0;
  #lastWatchClosed = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** Lists and watches until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const reason = await this.#listAndWatch(signal);
      if (signal.aborted) return;
      this.#options.onRestart?.(this.#options.store.kind.kind, reason);
      if (this.#failures === 0) continue;
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#failures - 1), LONGEST_BACKOFF_MS);
      await pause(this.#timers, jittered(backoff), signal);
    }
  }

  /** Lists the objects if needed, then watches until the watch ends. @returns why the watch ended */
  async #listAndWatch(signal: AbortSignal): Promise<RestartReason> {
    try {
      this.#version ??= await this.#list(signal);
      await this.#watch(this.#version, signal);
      this.#lastWatchClosed = true;
      return 'closed';
    } catch (error) {
      return this.#recordFailure(error, signal);
    }
  }

  #recordFailure(error: unknown, signal: AbortSignal): RestartReason {
    const reason = reasonOf(error);
    this.#lastWatchClosed = false;
    this.#failures++;
    if (!RESUMABLE.includes(reason) || this.#failures >= MAX_RESUME_FAILURES) this.#version = undefined;
    const fields = { kind: this.#options.store.kind.kind, reason, failures: this.#failures, err: error };
    if (!signal.aborted) this.#options.log?.warn(fields, 'Watch failed, restarting it');
    return reason;
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, store, select } = this.#options;
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

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { api, store, select, silence = SILENCE_MS } = this.#options;
    const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + Math.random()));
    const startTime = this.#timers.now();
    const lines = await api.watch(store.kind, { ...select, resourceVersion, timeoutSeconds, silence, signal });
    if (this.#lastWatchClosed) store.touch();
    let hasEvents = false;
    for await (const line of lines) {
      this.#handle(eventOf<T>(line));
      hasEvents = true;
      this.#failures = 0;
      store.touch();
    }
    if (!hasEvents && this.#timers.now() - startTime < SHORTEST_WATCH_MS)
      throw new Error('Expected a watch to last several minutes, found that it ended at once without an event.');
    this.#failures = 0;
  }

  #handle({ type, object }: WatchEvent<T>): void {
    const { store } = this.#options;
    if (type === 'ERROR') throw errorOf(object);
    const version = object?.metadata?.resourceVersion;
    if (version === undefined)
      throw new UntrustedWatchError(
        'malformed',
        `Expected a watch event with a resourceVersion, found event ${type} without one.`,
      );
    if (type === 'DELETED') store.forget(keyOf(object), object.metadata.uid ?? '');
    else if (type !== 'BOOKMARK') store.upsert(object);
    this.#version = version;
  }
}

const TYPES: readonly unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'];

/** Parses one line of a watch. @throws UntrustedWatchError if the line isn't a watch event */
function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = parse(line) as Partial<WatchEvent<T>> | null;
  const { type, object } = event ?? {};
  if (!TYPES.includes(type))
    throw new UntrustedWatchError('malformed', `Expected a watch event of a known type, found type ${String(type)}.`);
  const hasName = type === 'BOOKMARK' || type === 'ERROR' || typeof object?.metadata?.name === 'string';
  if (hasName) return event as WatchEvent<T>;
  throw new UntrustedWatchError(
    'malformed',
    `Expected an object with a name in a watch event, found event ${type} without one.`,
  );
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const message = `Expected a watch event as JSON, found ${line.length} characters that are not JSON.`;
    throw new UntrustedWatchError('malformed', message, { cause });
  }
}

/** Builds the error for an ERROR event. The object of an ERROR event is a Kubernetes Status. */
function errorOf(object: unknown): UntrustedWatchError {
  const { code, reason, message } = (object ?? {}) as Status & { code?: number };
  const expired = code === 410 || reason === 'Expired' || reason === 'Gone';
  return new UntrustedWatchError(
    expired ? 'expired' : 'error',
    `The watch sent an error: ${code ?? ''} ${reason ?? ''}: ${message ?? 'no message'}`,
  );
}

function reasonOf(error: unknown): RestartReason {
  if (error instanceof UntrustedWatchError) return error.reason;
  if (isGone(error)) return 'expired';
  if (error instanceof ApiError) return error.code === 429 || error.code >= 500 ? 'unavailable' : 'refused';
  const { code } = Object(error) as { code?: string };
  return code === 'UND_ERR_BODY_TIMEOUT' ? 'silent' : 'disconnected';
}
