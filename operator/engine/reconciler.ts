// The contract between the engine and a reconciler. A reconciler is level-based: it gets a key, looks at the current
// state and moves it closer to the desired state. It can be called at any time, for no reason, and after another
// process stopped half way. It is never called twice at once for one key.
import type { KubeObject } from '../../kubernetes/object.ts';

/** What to do after a successful reconcile. Without it, the key waits for the next change. */
export interface Result {
  /** Milliseconds until the key is reconciled again, even if nothing changes. */
  readonly requeueAfter?: number;
}

export interface Reconciler {
  /** Names the controller in metrics, logs and traces, in lower case. */
  readonly name: string;
  /** An error is retried with backoff. A TerminalError is not retried until something changes. */
  reconcile(key: string, signal: AbortSignal): Promise<Result | undefined>;
}

/** A failure that no retry can fix. The reconciler has already reported it in the object's status. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/** Remembers the last successful comparison of an object, so that an unchanged object isn't parsed again. */
export interface ApplyMemo {
  /** Hash of the desired object that the live object was last equal to. */
  lastEqualHash?: string | undefined;
}

/** Objects as last seen, by key. Never mutate an object that a store returns. */
export interface Store<T extends KubeObject = KubeObject> {
  get(key: string): T | undefined;
  list(): T[];
  /** The objects whose label `name` has this value. Fast for labels that the store indexes. */
  byLabel(name: string, value: string): T[];
  /** The memo of the object in its current version. A change discards it. Undefined where no memo is kept. */
  applyMemo?(key: string): ApplyMemo | undefined;
  /**
   * Takes in the answer to a write, so that the next reconcile sees it before the watch does. An answer older than the
   * stored object is ignored.
   */
  observe(object: T): void;
  /** Removes the object if it has this uid, because it was deleted. */
  forget(key: string, uid: string): void;
  /** Whether everything has been listed once and the watch is alive. */
  readonly fresh: boolean;
}

export type EventType = 'Normal' | 'Warning';

/** Writes Kubernetes Events. A repeated Event only increases its count for an hour. Never throws. */
export interface EventRecorder {
  event(about: KubeObject, type: EventType, reason: string, message: string): void;
}

/** The wall clock, replaceable in tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
