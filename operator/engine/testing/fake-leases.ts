// A fake API server with one Lease, and fake processes that a test can suspend. Both are for tests of leader election.
import { ApiError } from '../../../kubernetes/api.ts';
import type { Lease, LeaseClient, LeaseSpec } from '../lease.ts';
import type { Timers } from '../../../support/timers.ts';
import type { FakeTimers } from '../../../support/testing/fake-timers.ts';

type Verb = 'get' | 'create' | 'update' | 'watch';
interface Watcher {
  readonly send: (lease: Lease | undefined) => void;
  readonly end: () => void;
}

/** How the fake API server treats requests: it answers them, refuses the connection, or never answers. */
type State = 'up' | 'refuses' | 'silent';

export class FakeLeases {
  lease: Lease | undefined;
  state: State = 'up';
  /** Milliseconds between a request and its answer. A write takes effect at the start of this time. */
  latency = 1;
  readonly requests: { readonly replica: string; readonly verb: Verb; readonly at: number }[] = [];
  readonly #timers: FakeTimers;
  readonly #watchers = new Set<Watcher>();
  #version = 100;

  constructor(timers: FakeTimers) {
    this.#timers = timers;
  }

  /** Replaces or deletes the Lease, as a person could with kubectl, and sends the change to all watches. */
  put(spec: LeaseSpec | undefined): Lease | undefined {
    const metadata = { name: 'operator', namespace: 'default', resourceVersion: `${++this.#version}` };
    this.lease = spec && { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    for (const { send } of this.#watchers) send(this.lease);
    return this.lease;
  }

  count(replica: string, verb: Verb): number {
    return this.requests.filter((request) => request.replica === replica && request.verb === verb).length;
  }

  /** Ends all watches, as a real API server does every few minutes. */
  endWatches(): void {
    for (const { end } of this.#takeWatchers()) end();
  }

  /** Keeps all current watches open, but sends no more events on them. */
  silenceWatches(): void {
    this.#takeWatchers();
  }

  #takeWatchers(): Watcher[] {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    return watchers;
  }

  client(replica: string): LeaseClient {
    return {
      get: () => this.#request(replica, 'get', () => this.lease),
      create: (spec) =>
        this.#request(replica, 'create', () => {
          if (this.lease) throw new ApiError('POST /leases', 409, { reason: 'AlreadyExists' });
          return this.put(spec) as Lease;
        }),
      update: (version, spec) =>
        this.#request(replica, 'update', () => {
          if (!this.lease) throw new ApiError('PATCH /leases/operator', 404, { reason: 'NotFound' });
          if (this.lease.metadata.resourceVersion !== version)
            throw new ApiError('PATCH /leases/operator', 409, { reason: 'Conflict' });
          return this.put({ ...this.lease.spec, ...spec }) as Lease;
        }),
      watch: (version, signal) => this.#watch(replica, version, signal),
    };
  }

  async #request<T>(replica: string, verb: Verb, handle: () => T): Promise<T> {
    this.requests.push({ replica, verb, at: this.#timers.now() });
    if (this.state === 'refuses') throw new Error('connect ECONNREFUSED');
    if (this.state === 'silent') return new Promise<T>(() => undefined);
    let answer: () => T;
    try {
      const value = handle();
      answer = () => value;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    await new Promise<void>((resolve) => this.#timers.after(this.latency, resolve));
    return answer();
  }

  async *#watch(replica: string, version: string, signal: AbortSignal): AsyncGenerator<Lease | undefined, void, void> {
    await this.#request(replica, 'watch', () => undefined);
    const pending: (Lease | undefined)[] = this.lease?.metadata.resourceVersion === version ? [] : [this.lease];
    let ended = false;
    let wake = (): void => undefined;
    const end = (): void => {
      ended = true;
      wake();
    };
    const watcher = {
      send: (lease: Lease | undefined) => {
        pending.push(lease);
        wake();
      },
      end,
    };
    this.#watchers.add(watcher);
    signal.addEventListener('abort', end);
    try {
      while (!ended && !signal.aborted) {
        yield* pending.splice(0);
        if (pending.length === 0 && !ended && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }
}

/**
 * A fake process that can be suspended. While it is suspended, its timers don't fire and it gets no answers to its
 * requests. Both happen when it resumes.
 */
export class FakeProcess {
  readonly timers: Timers;
  #suspended = false;
  #waiting: (() => void)[] = [];

  constructor(timers: FakeTimers) {
    this.timers = { now: () => timers.now(), after: (ms, call) => timers.after(ms, () => this.#whenRunning(call)) };
  }

  suspend(): void {
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
    for (const call of this.#waiting.splice(0)) call();
  }

  /** Wraps a client so that it runs in this process. The client receives no answers while the process is suspended. */
  client(client: LeaseClient): LeaseClient {
    const received = async <T>(answer: Promise<T>): Promise<T> => {
      await answer.catch(() => undefined);
      await this.#running();
      return answer;
    };
    const running = () => this.#running();
    return {
      get: () => received(client.get()),
      create: (spec) => received(client.create(spec)),
      update: (version, spec) => received(client.update(version, spec)),
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
    return new Promise((resolve) => this.#whenRunning(resolve));
  }

  #whenRunning(call: () => void): void {
    if (this.#suspended) this.#waiting.push(call);
    else call();
  }
}
