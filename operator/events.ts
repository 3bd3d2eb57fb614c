// The Events of both reconcilers, as data.
import type { KubeObject } from '../kubernetes/object.ts';
import type { EventRecorder, EventType } from './engine/reconciler.ts';

export interface EventSpec {
  readonly type: EventType;
  /** One word in CamelCase, for programs. */
  readonly reason: string;
  /** A sentence for people. */
  readonly message: string;
}

/** Records an Event on an object. `kubectl describe` shows it. */
export const record = (events: EventRecorder, about: KubeObject, { type, reason, message }: EventSpec): void =>
  events.event(about, type, reason, message);
