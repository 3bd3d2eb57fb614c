// Events, as `kubectl describe` shows them: the same one again only counts up, a talkative object is cut short, and whoever tells
// something neither waits for the API server nor fails because of it.
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
import { createHash } from 'node:crypto';
import { NotLeadingError, isNotFound } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Logger } from './log.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Clock, EventRecorder, EventType } from './reconciler.ts';

export interface EventOptions {
  readonly api: Pick<Api, 'create' | 'mergePatch'>;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly clock: Clock;
  /** Who tells: the column From of `kubectl describe`. */
  readonly component: string;
  /** The process among its replicas. */
  readonly instance: string;
}

/** What is sent to the API server. */
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

/** Milliseconds. For as long an Event is counted up; the API server forgets one after as long. */
const SAME_FOR = 3_600_000;
/** As client-go: so many Events on one object at once, then one for each refill. */
const BURST = 25;
const REFILL = 300_000;
/** Events that wait to be sent; what comes on top is dropped, and said so in the log. */
const MOST_WAITING = 1000;
/** Where Events on objects without a namespace are, as client-go has it. */
const NO_NAMESPACE = 'default';
/** The API server takes messages of up to 1024 bytes. */
const LONGEST = 1000;

interface SentEvent {
  readonly key: { readonly name: string; readonly namespace: string };
  readonly since: number;
  count: number;
}

/** How much an object may still tell. */
class Bucket {
  #tokens = BURST;
  #filled: number;

  constructor(now: number) {
    this.#filled = now;
  }

  take(now: number): boolean {
    const refills = Math.floor((now - this.#filled) / REFILL);
    this.#tokens = Math.min(BURST, this.#tokens + refills);
    this.#filled += refills * REFILL;
    if (this.#tokens === 0) return false;
    this.#tokens--;
    return true;
  }

  isFull(now: number): boolean {
    return this.#tokens + Math.floor((now - this.#filled) / REFILL) >= BURST;
  }
}

export class Recorder implements EventRecorder {
  readonly #options: EventOptions;
  readonly #told = new Map<string, SentEvent>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #waiting: (() => Promise<unknown>)[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventOptions) {
    this.#options = options;
  }

  event(about: KubeObject, type: EventType, reason: string, message: string): void {
    const now = this.#options.clock.now();
    this.#forgetOld(now);
    const { uid = '', name } = about.metadata;
    const id = [about.kind, uid, name, type, reason, message].join('\n');
    const before = this.#told.get(id);
    if (before) before.count++; // told with the next that is sent, where this one is not
    if (!this.#mayTell(`${about.kind} ${uid} ${name}`, now)) {
      this.#options.log.debug({ kind: about.kind, name, reason }, 'Event dropped, the object has told many');
      return;
    }
    if (before) return this.#again(id, before, now);
    const event = this.#eventOf(about, { type, reason, message: message.slice(0, LONGEST) }, { id, now });
    this.#told.set(id, {
      key: { name: event.metadata.name, namespace: event.metadata.namespace ?? NO_NAMESPACE },
      since: now,
      count: 1,
    });
    this.#send(id, () => this.#options.api.create(event));
  }

  /** Resolves once what was told so far is sent, or could not be. */
  async idle(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  #eventOf(
    about: KubeObject,
    what: Pick<Event, 'type' | 'reason' | 'message'>,
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
      metadata: { name: `${name}.${unique}`, namespace: namespace ?? NO_NAMESPACE },
      involvedObject: {
        apiVersion,
        kind,
        name,
        ...(namespace !== undefined && { namespace }),
        ...(uid !== undefined && { uid }),
      },
      ...what,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
    };
  }

  #again(id: string, told: SentEvent, now: number): void {
    const lastTimestamp = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    this.#send(id, () => this.#options.api.mergePatch(KINDS.Event, told.key, { count: told.count, lastTimestamp }));
  }

  #mayTell(object: string, now: number): boolean {
    const bucket = this.#buckets.get(object) ?? new Bucket(now);
    this.#buckets.set(object, bucket);
    return bucket.take(now);
  }

  /** The oldest come first in both maps, so what is to be kept ends the walk; a bucket that is full again says nothing. */
  #forgetOld(now: number): void {
    for (const [id, { since }] of this.#told) {
      if (now - since < SAME_FOR) break;
      this.#told.delete(id);
    }
    for (const [object, bucket] of this.#buckets) {
      if (!bucket.isFull(now)) break;
      this.#buckets.delete(object);
    }
  }

  #send(id: string, request: () => Promise<unknown>): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#told.delete(id);
      this.#options.log.warn({ waiting: this.#waiting.length }, 'Event dropped, too many wait to be sent');
      return;
    }
    this.#waiting.push(() => request().catch((error: unknown) => this.#notSent(id, error)));
    this.#sending ??= this.#sendAll();
  }

  /** One after the other: nobody waits for an Event, and others wait for their turn at the API server. */
  async #sendAll(): Promise<void> {
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      await request();
    }
    this.#sending = undefined;
  }

  /** It may not be there, or no longer: the same is told anew next time. */
  #notSent(id: string, error: unknown): void {
    this.#told.delete(id);
    if (error instanceof NotLeadingError || isNotFound(error)) return; // who leads tells, and what is gone has told
    this.#options.log.warn({ err: asError(error) }, 'Event could not be sent');
  }
}
