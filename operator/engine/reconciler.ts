// The interfaces between the engine and a reconciler. A reconciler gets the key of an object, reads the current state
// and moves it closer to the desired state. The engine may call a reconciler at any time, even if nothing has changed,
// or if the last call stopped half way. It never makes two calls for the same key at the same time.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { ManagedFields } from './managed-fields.ts';

/**
 * The result of a successful reconcile. Without `requeueAfter`, the engine reconciles the key again only when
 * something changes.
 */
export interface Result {
  /** Milliseconds until the key is reconciled again, even if nothing changes. */
  readonly requeueAfter?: number;
}

export interface Reconciler {
  /** Name of the controller in metrics, logs and traces, in lower case. */
  readonly name: string;
  /**
   * Reconciles the object with this key. After an error, the engine calls it again with growing delays. After a
   * TerminalError, the engine waits until something changes.
   */
  reconcile(key: string, signal: AbortSignal): Promise<Result | undefined>;
}

/**
 * An error that a retry can't fix. The reconciler throws it after it has reported the problem in the object's status.
 */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/**
 * What a store remembers about the last comparison of a live object with the desired object. It saves parsing an
 * unchanged object again.
 */
export interface ApplyMemo {
  /** Hash of the desired object that the live object last matched. */
  lastEqualHash?: string | undefined;
  /** Who has written which fields of the live object. */
  readonly managedFields?: readonly ManagedFields[];
}

/** A cache of the objects of one kind, by key. Never change an object that a store returns. */
export interface Store<T extends KubeObject = KubeObject> {
  get(key: string): T | undefined;
  list(): T[];
  /** Returns the objects whose label `name` has this value. Fast if the store has an index for the label. */
  byLabel(name: string, value: string): T[];
  /**
   * Returns what the store remembers about the last comparison of this object. Returns undefined if the store doesn't
   * have the object. The store forgets the comparison when the object changes.
   */
  applyMemo?(key: string): ApplyMemo | undefined;
  /**
   * Stores an object that the API server returned when we wrote it. So the next reconcile sees the write, even if the
   * watch has not reported it yet. Ignores an object that is older than the stored one.
   */
  observe(object: T): void;
  /** Removes a deleted object from the store. Does nothing if the stored object has another uid. */
  forget(key: string, uid: string): void;
  /** Whether the store is up to date: all objects were listed once, and the watch works. */
  readonly fresh: boolean;
}

export type EventType = 'Normal' | 'Warning';

/** Writes Kubernetes Events. Repeating an Event within an hour only increases its count. Never throws. */
export interface EventRecorder {
  event(about: KubeObject, type: EventType, reason: string, message: string): void;
}

/** A clock that tells the time of day. Tests replace it. */
export interface Clock {
  /** Returns the time in milliseconds since 1970, as Date.now() does. */
  now(): number;
}
