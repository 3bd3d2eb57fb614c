// All streams of the board: a hub for each class and kind of page, and a limit on how many streams there are.
import type { Classes } from '../classes.ts';
import { Hub } from './hub.ts';
import type { HubOptions, Viewer } from './hub.ts';

/** Streams at the same time. Each instructor has one or two, and a page that was left is closed. */
const MOST_STREAMS = 200;

export type StreamKind = 'board' | 'screen';

export interface StreamsOptions extends Pick<HubOptions, 'pace' | 'heartbeat'> {
  readonly classes: Classes;
  /** Calls the listener after each change of answers to a poll. */
  readonly onAnswer: (listener: () => void) => void;
  /** Returns the state of a class by name. Undefined if there is no such class. */
  readonly state: (kind: StreamKind, workshop: string) => ReturnType<HubOptions['state']>;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #hubs = new Map<string, Hub>();
  #stop: () => void;

  constructor(options: StreamsOptions) {
    this.#options = options;
    const { classes, onAnswer } = options;
    const stops = [
      classes.workshops.onChange((before, after) => this.#changed((after ?? before)?.metadata.name)),
      classes.seats.onChange((before, after) => this.#changed((after ?? before)?.spec.workshop)),
    ];
    onAnswer(() => this.#hubs.forEach((hub) => hub.changed()));
    this.#stop = () => stops.forEach((stop) => stop());
  }

  /** Adds a stream. @returns false if there are too many */
  add(kind: StreamKind, workshop: string, viewer: Viewer): boolean {
    if (this.size >= MOST_STREAMS) return false;
    this.#hub(kind, workshop).add(viewer);
    return true;
  }

  get size(): number {
    return [...this.#hubs.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Ends all streams. */
  close(): void {
    this.#stop();
    for (const hub of [...this.#hubs.values()]) hub.end('session');
  }

  #hub(kind: StreamKind, workshop: string): Hub {
    const key = `${kind}/${workshop}`;
    const known = this.#hubs.get(key);
    if (known) return known;
    const { state, pace, heartbeat } = this.#options;
    const hub = new Hub({
      state: () => state(kind, workshop),
      onEmpty: () => this.#hubs.delete(key),
      ...(pace !== undefined && { pace }),
      ...(heartbeat !== undefined && { heartbeat }),
    });
    this.#hubs.set(key, hub);
    return hub;
  }

  #changed(workshop: string | undefined): void {
    this.#hubs.get(`board/${workshop}`)?.changed();
    this.#hubs.get(`screen/${workshop}`)?.changed();
  }
}
