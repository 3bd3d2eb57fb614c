// An API server that has one Lease, and processes that can be stopped like with SIGSTOP, for tests of the election.
import { ApiError } from '../../../kubernetes/api.ts';
import type { Lease, LeaseClient, LeaseSpec } from '../lease.ts';
import type { Timers } from '../../../support/timers.ts';
import type { FakeTimers } from '../../../support/testing/fake-timers.ts';

type Verb = 'get' | 'create' | 'update' | 'watch';
type Watcher = (lease: Lease | undefined) => void;

/** What the server does with requests. Late ones are done at once and answered after `latency`. */
type Mood = 'up' | 'refuses' | 'silent';

export class FakeLeases {
  lease: Lease | undefined;
  mood: Mood = 'up';
  /** Milliseconds until a request is answered. */
  latency = 1;
  readonly requests: { readonly who: string; readonly verb: Verb; readonly at: number }[] = [];
  readonly #timers: FakeTimers;
  readonly #watchers = new Set<{ readonly who: string; readonly tell: Watcher; readonly end: () => void }>();
  #version = 100;

  constructor(timers: FakeTimers) {
    this.#timers = timers;
  }

  /** Puts the Lease there, or removes it, as by hand. */
  put(spec: LeaseSpec | undefined): Lease | undefined {
    const metadata = { name: 'operator', namespace: 'default', resourceVersion: `${++this.#version}` };
    this.lease = spec && { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    for (const { tell } of this.#watchers) tell(this.lease);
    return this.lease;
  }

  count(who: string, verb: Verb): number {
    return this.requests.filter((request) => request.who === who && request.verb === verb).length;
  }

  /** Ends the watches, as the server does now and then; or, `deaf`, has them say nothing any more. */
  cutWatches(deaf = false): void {
    const all = [...this.#watchers];
    this.#watchers.clear();
    if (!deaf) for (const { end } of all) end();
  }

  client(who: string): LeaseClient {
    return {
      get: () => this.#ask(who, 'get', () => this.lease),
      create: (spec) =>
        this.#ask(who, 'create', () => {
          if (this.lease) throw new ApiError('POST /leases', 409, { reason: 'AlreadyExists' });
          return this.put(spec) as Lease;
        }),
      update: (version, spec) =>
        this.#ask(who, 'update', () => {
          if (!this.lease) throw new ApiError('PATCH /leases/operator', 404, { reason: 'NotFound' });
          if (this.lease.metadata.resourceVersion !== version)
            throw new ApiError('PATCH /leases/operator', 409, { reason: 'Conflict' });
          return this.put({ ...this.lease.spec, ...spec }) as Lease;
        }),
      watch: (version, signal) => this.#watch(who, version, signal),
    };
  }

  async #ask<T>(who: string, verb: Verb, what: () => T): Promise<T> {
    this.requests.push({ who, verb, at: this.#timers.now() });
    if (this.mood === 'refuses') throw new Error('connect ECONNREFUSED');
    if (this.mood === 'silent') return new Promise<T>(() => undefined);
    let answer: () => T;
    try {
      const value = what();
      answer = () => value;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    await new Promise<void>((resolve) => this.#timers.after(this.latency, resolve));
    return answer();
  }

  async *#watch(who: string, version: string, signal: AbortSignal): AsyncGenerator<Lease | undefined, void, void> {
    await this.#ask(who, 'watch', () => undefined);
    const seen: (Lease | undefined)[] = this.lease?.metadata.resourceVersion === version ? [] : [this.lease];
    let ended = false;
    let wake = (): void => undefined;
    const end = (): void => {
      ended = true;
      wake();
    };
    const watcher = {
      who,
      tell: (lease: Lease | undefined) => {
        seen.push(lease);
        wake();
      },
      end,
    };
    this.#watchers.add(watcher);
    signal.addEventListener('abort', end);
    try {
      while (!ended && !signal.aborted) {
        yield* seen.splice(0);
        if (seen.length === 0 && !ended && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }
}

/** A process that can be stopped: nothing happens in it then, and what was due happens when it goes on. */
export class FakeProcess {
  readonly timers: Timers;
  #stopped = false;
  #waiting: (() => void)[] = [];

  constructor(timers: FakeTimers) {
    this.timers = { now: () => timers.now(), after: (ms, call) => timers.after(ms, () => this.#when(call)) };
  }

  stop(): void {
    this.#stopped = true;
  }

  goOn(): void {
    this.#stopped = false;
    for (const call of this.#waiting.splice(0)) call();
  }

  /** The client as this process has it: no answer comes while it is stopped. */
  client(client: LeaseClient): LeaseClient {
    const here = async <T>(answer: Promise<T>): Promise<T> => {
      await answer.catch(() => undefined);
      await this.#running();
      return answer;
    };
    const running = () => this.#running();
    return {
      get: () => here(client.get()),
      create: (spec) => here(client.create(spec)),
      update: (version, spec) => here(client.update(version, spec)),
      async *watch(version, signal) {
        for await (const lease of client.watch(version, signal)) {
          await running();
          yield lease;
        }
        await running();
      },
    };
  }

  #running(): Promise<void> {
    return new Promise((resolve) => this.#when(resolve));
  }

  #when(call: () => void): void {
    if (this.#stopped) this.#waiting.push(call);
    else call();
  }
}
