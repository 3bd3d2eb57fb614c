// The type of the Events that the reconcilers of Workshops and Seats record, and the function that records them.
import type { KubeObject } from '../kubernetes/object.ts';
import type { EventRecorder, EventType } from './engine/reconciler.ts';

export interface EventSpec {
  readonly type: EventType;
  /** The reason as one word in CamelCase, which programs can compare. */
  readonly reason: string;
  /** One sentence that explains to people what happened. */
  readonly message: string;
}

/** Records an Event about an object. `kubectl describe` shows the Event with the object. */
export const record = (events: EventRecorder, about: KubeObject, { type, reason, message }: EventSpec): void =>
  events.event(about, type, reason, message);
