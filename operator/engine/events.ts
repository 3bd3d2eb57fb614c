// Writes Kubernetes Events, which `kubectl describe` shows. If the same Event happens again, only the count of the
// first Event increases. There is a rate limit for each object. Callers don't wait for the API server, and never get an
// error from it.
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
import { createHash } from 'node:crypto';
import { NotLeadingError, isNotFound } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { asError } from '../../support/errors.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Logger } from './log.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Clock, EventRecorder, EventType } from './reconciler.ts';

export interface EventOptions {
  readonly api: Pick<Api, 'create' | 'mergePatch'>;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly clock: Clock;
  /** Name of the program that reports the Events. `kubectl describe` shows it in the column From. */
  readonly component: string;
  /** Identifies this process among the replicas. */
  readonly instance: string;
}

/** A Kubernetes Event as the API server expects it. */
interface Event extends KubeObject {
  readonly involvedObject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
  };
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source: { readonly component: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

/**
 * For this many milliseconds after an Event, a repeat only increases the count of the Event. The API server also keeps
 * an Event for this time.
 */
const REPEAT_MS = 3_600_000;
/** Maximum number of Events about one object in quick succession. It is the same as in client-go. */
const BURST = 25;
/** An object that has used up its `BURST` may have one more Event after this many milliseconds. */
const REFILL_MS = 300_000;
/**
 * Maximum number of requests in the send queue. When the queue is full, new Events are dropped, and each drop is
 * logged.
 */
const MAX_QUEUED = 1000;
/** Namespace of the Events about cluster-scoped objects. It is the same as in client-go. */
const DEFAULT_NAMESPACE = 'default';
/** Maximum length of a message in characters. Longer messages are cut. The API server accepts at most 1024 bytes. */
const MAX_MESSAGE = 1000;

interface SentEvent {
  readonly key: { readonly name: string; readonly namespace: string };
  readonly since: number;
  count: number;
}

/**
 * The rate limit for Events about one object. It is a token bucket: each Event takes a token, and the bucket refills
 * slowly.
 */
class Bucket {
  #tokens = BURST;
  #filled: number;

  constructor(now: number) {
    this.#filled = now;
  }

  take(now: number): boolean {
    const refills = Math.floor((now - this.#filled) / REFILL_MS);
    this.#tokens = Math.min(BURST, this.#tokens + refills);
    this.#filled += refills * REFILL_MS;
    if (this.#tokens === 0) return false;
    this.#tokens--;
    return true;
  }

  isFull(now: number): boolean {
    return this.#tokens + Math.floor((now - this.#filled) / REFILL_MS) >= BURST;
  }
}

export class Recorder implements EventRecorder {
  readonly #options: EventOptions;
  readonly #sent = new Map<string, SentEvent>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #queue: (() => Promise<unknown>)[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventOptions) {
    this.#options = options;
  }

  event(about: KubeObject, type: EventType, reason: string, message: string): void {
    const now = this.#options.clock.now();
    this.#forgetExpired(now);
    const { uid = '', name } = about.metadata;
    const id = [about.kind, uid, name, type, reason, message].join('\n');
    const before = this.#sent.get(id);
    if (before) before.count++; // Counts dropped repeats too, so that the next one sends the full count.
    if (!this.#takeToken(`${about.kind} ${uid} ${name}`, now)) {
      this.#options.log.debug(
        { kind: about.kind, name, reason },
        'Dropped an Event, its object has reached the rate limit',
      );
      return;
    }
    if (before) return this.#sendCount(id, before, now);
    const event = this.#eventOf(about, { type, reason, message: message.slice(0, MAX_MESSAGE) }, { id, now });
    this.#sent.set(id, {
      key: { name: event.metadata.name, namespace: event.metadata.namespace ?? DEFAULT_NAMESPACE },
      since: now,
      count: 1,
    });
    this.#send(id, () => this.#options.api.create(event));
  }

  /** Resolves once every queued Event was sent or has failed. */
  async idle(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  #eventOf(
    about: KubeObject,
    content: Pick<Event, 'type' | 'reason' | 'message'>,
    { id, now }: { readonly id: string; readonly now: number },
  ): Event {
    const { component, instance } = this.#options;
    const {
      apiVersion,
      kind,
      metadata: { name, namespace, uid },
    } = about;
    const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    const unique = createHash('sha256').update(`${id}\n${now}\n${instance}`).digest('hex').slice(0, 16);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${unique}`, namespace: namespace ?? DEFAULT_NAMESPACE },
      involvedObject: {
        apiVersion,
        kind,
        name,
        ...(namespace !== undefined && { namespace }),
        ...(uid !== undefined && { uid }),
      },
      ...content,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
    };
  }

  #sendCount(id: string, event: SentEvent, now: number): void {
    const lastTimestamp = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    this.#send(id, () => this.#options.api.mergePatch(KINDS.Event, event.key, { count: event.count, lastTimestamp }));
  }

  #takeToken(object: string, now: number): boolean {
    const bucket = this.#buckets.get(object) ?? new Bucket(now);
    this.#buckets.set(object, bucket);
    return bucket.take(now);
  }

  /**
   * Removes from memory the Events that have expired and the token buckets that are full again. Both maps are sorted by
   * age, oldest first, so each loop can stop early.
   */
  #forgetExpired(now: number): void {
    for (const [id, { since }] of this.#sent) {
      if (now - since < REPEAT_MS) break;
      this.#sent.delete(id);
    }
    for (const [object, bucket] of this.#buckets) {
      if (!bucket.isFull(now)) break;
      this.#buckets.delete(object);
    }
  }

  #send(id: string, request: () => Promise<unknown>): void {
    if (this.#queue.length >= MAX_QUEUED) {
      this.#sent.delete(id);
      this.#options.log.warn({ queued: this.#queue.length }, 'Dropped an Event, the send queue is full');
      return;
    }
    this.#queue.push(() => request().catch((error: unknown) => this.#handleFailure(id, error)));
    this.#sending ??= this.#sendAll();
  }

  /** Sends the queued requests one at a time, so that they leave connections free for other requests. */
  async #sendAll(): Promise<void> {
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      await request();
    }
    this.#sending = undefined;
  }

  /** Forgets an Event that could not be sent. If the Event happens again, it is then created anew. */
  #handleFailure(id: string, error: unknown): void {
    this.#sent.delete(id);
    // These two errors are normal, so don't log them. If this process is not the leader, the new leader sends its own
    // Events. If the Event is not found, it has expired and needs no update.
    if (error instanceof NotLeadingError || isNotFound(error)) return;
    this.#options.log.warn({ err: asError(error) }, 'Event could not be sent');
  }
}
