// Keeps a store in step with the API server, as client-go's Reflector does: a list, then a watch from the list's
// version. A watch can end, expire, break, or stop sending while it looks healthy. The reflector detects each case, and
// lists again when in doubt.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import { ApiError, isGone } from '../../kubernetes/api.ts';
import type { ListOptions, Status } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { jittered, pause, systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';
import type { CompactStore } from './store.ts';

/** Why a watch was restarted. `closed` is the healthy end of a watch. */
export type RestartReason =
  'closed' | 'expired' | 'silent' | 'malformed' | 'error' | 'refused' | 'unavailable' | 'disconnected';

/** After these the next watch continues from the last event. After all others the store may be wrong. */
const RESUMABLE: readonly RestartReason[] = ['closed', 'unavailable', 'disconnected'];

export interface ReflectorOptions<T extends KubeObject> {
  readonly api: Pick<HttpApi, 'pages' | 'watch'>;
  readonly store: CompactStore<T>;
  readonly select?: ListOptions;
  /** For `watch_restarts_total`. */
  readonly onRestart?: (kind: string, reason: RestartReason) => void;
  readonly log?: { warn(fields: object, message: string): void };
  readonly timers?: Timers;
  /** Milliseconds without a line after which the watch is aborted. Default 90,000. */
  readonly silence?: number;
}

/** Shortest watch, in seconds. The longest is twice as long. The spread keeps watches from all ending at once. */
const WATCH_SECONDS = 300;
/** Milliseconds. The API server sends a bookmark about once a minute, so this much silence means a dead watch. */
const SILENCE_MS = 90_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/**
 * Consecutive failures after which even a resumable watch lists again. After a restore of etcd, for example, the old
 * version is refused for ever.
 */
const MAX_RESUME_FAILURES = 5;
/** Milliseconds. A watch that ends sooner, without an event, counts as a failure. */
const SHORTEST_WATCH_MS = 5_000;

/** The watch sent something unexpected, so the store can no longer be trusted. */
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
  /** The version from which the next watch continues. Undefined if a list is needed first. */
  #version: string | undefined;
  /** Consecutive failures. */
  #failures = 0;
  #lastWatchClosed = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** Runs until the signal is aborted. Never rejects. */
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

  /** Lists if needed, then watches until the watch ends. @returns why it ended */
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
    if (!signal.aborted) this.#options.log?.warn(fields, 'Watch failed, restarting');
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
      throw new Error('Expected a watch of several minutes, found one that ended at once without an event.');
    this.#failures = 0;
  }

  #handle({ type, object }: WatchEvent<T>): void {
    const { store } = this.#options;
    if (type === 'ERROR') throw errorOf(object);
    const version = object?.metadata?.resourceVersion;
    if (version === undefined)
      throw new UntrustedWatchError(
        'malformed',
        `Expected an event with a resourceVersion, found ${type} without one.`,
      );
    if (type === 'DELETED') store.forget(keyOf(object), object.metadata.uid ?? '');
    else if (type !== 'BOOKMARK') store.upsert(object);
    this.#version = version;
  }
}

const TYPES: readonly unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'];

/** @throws UntrustedWatchError if the line isn't an event */
function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = parse(line) as Partial<WatchEvent<T>> | null;
  const { type, object } = event ?? {};
  if (!TYPES.includes(type))
    throw new UntrustedWatchError('malformed', `Expected an event with a type, found type ${String(type)}.`);
  const hasName = type === 'BOOKMARK' || type === 'ERROR' || typeof object?.metadata?.name === 'string';
  if (hasName) return event as WatchEvent<T>;
  throw new UntrustedWatchError('malformed', `Expected an object with a name, found ${type} without one.`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const message = `Expected an event as JSON, found ${line.length} characters of something else.`;
    throw new UntrustedWatchError('malformed', message, { cause });
  }
}

/** The error in an ERROR event, whose object is a Status. */
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
