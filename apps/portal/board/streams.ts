// All streams of the board: a hub for each class and kind of page, and a limit on how many streams there are.
import type { Classes } from '../classes.ts';
import { Hub } from './hub.ts';
import type { HubOptions, Viewer } from './hub.ts';

/** Streams at the same time. Each instructor has one or two, and a page that was left is closed. */
const MOST = 200;

export type StreamKind = 'board' | 'screen';

/** What a page shows. */
export interface Topic {
  readonly kind: StreamKind;
  /** Name of the class. */
  readonly workshop: string;
  /** Where people reach the portal, as the page's links have it. */
  readonly portalUrl: string;
}

export interface StreamsOptions extends Pick<HubOptions, 'pace' | 'heartbeat'> {
  readonly classes: Classes;
  /** Streams at the same time. */
  readonly most?: number;
  /** Calls the listener after each change of answers to a poll. */
  readonly onAnswer: (listener: () => void) => void;
  /** Returns the state of a class. Undefined if there is no such class. */
  readonly state: (topic: Topic) => ReturnType<HubOptions['state']>;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #hubs = new Map<string, { readonly hub: Hub; readonly workshop: string }>();
  readonly #stop: () => void;

  constructor(options: StreamsOptions) {
    this.#options = options;
    const { classes, onAnswer } = options;
    const stops = [
      classes.workshops.onChange((before, after) => this.#changed((after ?? before)?.metadata.name)),
      classes.seats.onChange((before, after) => this.#changed((after ?? before)?.spec.workshop)),
    ];
    onAnswer(() => this.#hubs.forEach(({ hub }) => hub.changed()));
    this.#stop = () => stops.forEach((stop) => stop());
  }

  /** Adds a stream. @returns false if there are too many */
  add(topic: Topic, viewer: Viewer): boolean {
    if (this.size >= (this.#options.most ?? MOST)) return false;
    this.#hub(topic).add(viewer);
    return true;
  }

  get size(): number {
    return [...this.#hubs.values()].reduce((sum, { hub }) => sum + hub.size, 0);
  }

  /** Ends the streams of sessions that have ended. */
  endInvalid(): void {
    for (const { hub } of [...this.#hubs.values()]) hub.endInvalid();
  }

  /** Ends all streams. */
  close(): void {
    this.#stop();
    for (const { hub } of [...this.#hubs.values()]) hub.end('session');
  }

  #hub(topic: Topic): Hub {
    const key = JSON.stringify([topic.kind, topic.workshop, topic.portalUrl]);
    const known = this.#hubs.get(key);
    if (known) return known.hub;
    const { state, pace, heartbeat } = this.#options;
    const hub = new Hub({
      state: () => state(topic),
      onEmpty: () => this.#hubs.delete(key),
      ...(pace !== undefined && { pace }),
      ...(heartbeat !== undefined && { heartbeat }),
    });
    this.#hubs.set(key, { hub, workshop: topic.workshop });
    return hub;
  }

  #changed(name: string | undefined): void {
    this.#hubs.forEach(({ hub, workshop }) => workshop === name && hub.changed());
  }
}
