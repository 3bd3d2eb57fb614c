// What a reconciler is. It is level-based: it is given a key and nothing else, looks at what is there now, and does what
// brings that closer to what is wanted. It may be called for a key at any time, for any reason or none, and by another process
// half way through; but never twice at once for one key.
import type { KubeObject } from '../../kubernetes/object.ts';

/** What is to happen next; nothing, where it is left out, until something changes. */
export interface Result {
  /** Milliseconds after which to look again, however little has changed. */
  readonly requeueAfter?: number;
}

export interface Reconciler {
  /** For metrics, logs and traces, in lower case: seat, workshop. */
  readonly name: string;
  /**
   * An error means: again, later and later. A TerminalError means: not before something has changed.
   */
  reconcile(key: string, signal: AbortSignal): Promise<Result | undefined>;
}

/** Trying again would mend nothing. The reconciler has already said so in the object's status. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/** For whoever compares an object again and again that seldom changes. */
export interface Findings {
  /** What it was last found to be equal to. */
  found?: string | undefined;
}

/** Objects as last seen, by key; never mutate one. */
export interface Store<T extends KubeObject = KubeObject> {
  get(key: string): T | undefined;
  list(): T[];
  /** Objects whose label `name` is `value`; quick for the labels that the store was told to index. */
  labelled(name: string, value: string): T[];
  /** What was found of an object as it is now: gone when it changes. Undefined where there is none, or none of that is kept. */
  findings?(key: string): Findings | undefined;
  /**
   * Takes in what a write has returned, so that the next reconcile does not work from what was before it. Older than what is
   * known, it is ignored.
   */
  observe(object: T): void;
  /** Removes the object with that uid, as seen deleted. */
  forget(key: string, uid: string): void;
  /** Whether everything has been listed once, and the watch is not stale. */
  readonly fresh: boolean;
}

export type EventType = 'Normal' | 'Warning';

/** Events on an object; the same again within the hour only counts up. Never throws. */
export interface EventRecorder {
  event(about: KubeObject, type: EventType, reason: string, message: string): void;
}

/** The time, for tests to move. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
