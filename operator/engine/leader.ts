// Leader election by a Lease, as in client-go: of several replicas one works, and when it is gone another does. Times of two
// machines are never compared: a holder has gone when its Lease has not changed for its duration by the clock of who looks.
// https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
import { isAlreadyExists, isConflict, isNotFound } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';
import type { Lease, LeaseClient, LeaseSpec } from './lease.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { jittered, pause, systemTimers, within } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** Milliseconds. Who leads stops writing some seconds before another may begin to. */
export interface ElectionTimes {
  /** For how long without a renewal others leave the lead to its holder. Default 12 s. */
  readonly leaseDuration: number;
  /** After how long without a renewal the holder no longer leads. Default 8 s. */
  readonly renewDeadline: number;
  /** Between two renewals. Default 4 s. */
  readonly renewPeriod: number;
  /** Between two attempts of what failed. Default 1 s. */
  readonly retryPeriod: number;
}

const DEFAULT_TIMES: ElectionTimes = {
  leaseDuration: 12_000,
  renewDeadline: 8_000,
  renewPeriod: 4_000,
  retryPeriod: 1_000,
};

export interface LeaderElectorOptions {
  readonly client: LeaseClient;
  /** For logs and `leader_election_master_status`. */
  readonly name: string;
  /** Of this process, and of no other that ever was. */
  readonly identity: string;
  readonly onElected: () => void;
  /** The lead is lost, not given up. To exit is the safe answer; where the process goes on, so does the elector. */
  readonly onLost: () => void;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'leading'>;
  readonly times?: Partial<ElectionTimes>;
  readonly timers?: Timers;
}

export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #client: LeaseClient;
  readonly #timers: Timers;
  readonly #times: ElectionTimes;
  /** Milliseconds that a request may take, so that there is time for another before the deadline. */
  readonly #patience: number;
  /** The Lease as last seen; undefined where there is none. */
  #lease: Lease | undefined;
  /** Its last version, what it said then, even if it is gone by now, and since when nothing has changed. */
  #version: string | undefined;
  #said: LeaseSpec | undefined;
  #saidSince = 0;
  /** When the last renewal that succeeded was sent; undefined while another leads. */
  #renewed: number | undefined;
  /** Counts the times that the lead has ended; what was asked for in an earlier one says nothing of this one. */
  #term = 0;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#timers = options.timers ?? systemTimers;
    this.#times = { ...DEFAULT_TIMES, ...options.times };
    this.#patience = (this.#times.renewDeadline - this.#times.renewPeriod) / 2;
    options.metrics.leading(options.name, false);
  }

  /**
   * Whether this process may write, now: to be asked before each write. It goes by the time since the last renewal alone, so a process that
   * was stopped for a while does not write when it goes on, however little it has noticed.
   */
  isLeader(): boolean {
    return this.#remaining() > 0;
  }

  /** Takes part until the signal is aborted, then gives up the lead if it has it. Stop whatever writes before. */
  async run(signal: AbortSignal): Promise<void> {
    while (await this.#campaign(signal)) {
      this.#elected();
      await this.#hold(signal);
      if (!signal.aborted) this.#lost();
    }
    this.#gone();
    if (this.#said?.holderIdentity === this.#options.identity) await this.#release();
  }

  /** Waits for the lead. @returns whether it has it; otherwise the signal was aborted */
  async #campaign(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        this.#observe(await this.#soon(this.#client.get()));
        if (this.#mayTake()) await this.#take();
        else await this.#follow(signal);
        if (this.isLeader()) return !signal.aborted;
        if (this.#mayTake()) continue;
      } catch (thrown) {
        this.#failed(thrown, 'Leader election failed, will be tried again');
      }
      await pause(this.#timers, jittered(this.#times.retryPeriod), signal);
    }
    return false;
  }

  /** Watches the Lease until it may be taken, or the watch ends. While its holder renews it, this asks nothing of the API server. */
  async #follow(signal: AbortSignal): Promise<void> {
    const version = this.#lease?.metadata.resourceVersion;
    if (version === undefined) return;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end, { once: true });
    const endOnExpiry = (): (() => void) => this.#timers.after(Math.ceil(this.#untilExpiry()) + 1, end);
    let cancel = endOnExpiry();
    try {
      for await (const lease of this.#client.watch(version, ending.signal)) {
        this.#observe(lease);
        if (this.#mayTake()) return;
        cancel();
        cancel = endOnExpiry();
      }
    } catch (thrown) {
      if (!ending.signal.aborted) throw thrown;
    } finally {
      cancel();
      signal.removeEventListener('abort', end);
      end();
    }
  }

  /** Renews the lead until it is lost, or the signal is aborted. */
  async #hold(signal: AbortSignal): Promise<void> {
    do {
      await pause(this.#timers, jittered(this.#times.renewPeriod), signal);
      while (!signal.aborted && this.isLeader() && !(await this.#renew())) {
        await pause(this.#timers, Math.min(jittered(this.#times.retryPeriod), this.#remaining()), signal);
      }
    } while (!signal.aborted && this.isLeader());
  }

  /** @returns whether that is settled: renewed, or lost to another */
  async #renew(): Promise<boolean> {
    try {
      await this.#take();
      return true;
    } catch (thrown) {
      this.#failed(thrown, 'The lead could not be renewed, will be tried again');
      return isOutdated(thrown) && (await this.#lostToAnother());
    }
  }

  /** The Lease is not as we left it: by a renewal of ours that seemed to have failed, by hand, or by who leads now. */
  async #lostToAnother(): Promise<boolean> {
    try {
      this.#observe(await this.#soon(this.#client.get()));
    } catch (thrown) {
      this.#failed(thrown, 'The Lease could not be read, will be tried again');
      return false;
    }
    if (this.#lease === undefined || this.#lease.spec?.holderIdentity === this.#options.identity) return false;
    this.#renewed = undefined;
    return true;
  }

  /** Takes the lead, or renews it. @throws ApiError 409 where another was quicker */
  async #take(): Promise<void> {
    const { identity } = this.#options;
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = this.#said ?? {};
    const now = microTime();
    const renewed = this.#timers.now(); // when it was sent: others may count from then
    const term = this.#term;
    const written = this.#write({
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#times.leaseDuration / 1000),
      acquireTime: holderIdentity === identity ? (acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions:
        holderIdentity === undefined || holderIdentity === identity ? leaseTransitions : leaseTransitions + 1,
    });
    // Also when it is answered after it was given up on: an API server may be slow.
    await this.#soon(
      written.then((lease) => {
        if (term !== this.#term) return;
        this.#observe(lease);
        this.#renewed = renewed;
      }),
    );
  }

  /** Leaves the lead to whoever wants it, at once. */
  async #release(): Promise<void> {
    const { log, name, identity } = this.#options;
    try {
      this.#observe(await this.#soon(this.#client.get())); // a renewal may have been answered too late for us
      if (this.#lease?.spec?.holderIdentity !== identity) return;
      const now = microTime();
      const { leaseTransitions = 0 } = this.#lease.spec;
      await this.#soon(
        this.#write({
          holderIdentity: '',
          leaseDurationSeconds: 1,
          acquireTime: now,
          renewTime: now,
          leaseTransitions,
        }),
      );
      log.info({ lease: name }, 'The lead was given up');
    } catch (thrown) {
      this.#failed(thrown, 'The lead could not be given up, another will have it when it expires');
    }
  }

  #write(spec: LeaseSpec): Promise<Lease> {
    const version = this.#lease?.metadata.resourceVersion;
    return version === undefined ? this.#client.create(spec) : this.#client.update(version, spec);
  }

  #observe(lease: Lease | undefined): void {
    if (lease === undefined && this.#lease !== undefined) this.#saidSince = this.#timers.now();
    this.#lease = lease;
    const version = lease?.metadata.resourceVersion;
    if (version === undefined || version === this.#version) return;
    const before = this.#said?.holderIdentity;
    this.#version = version;
    this.#said = lease?.spec;
    this.#saidSince = this.#timers.now();
    this.#announce(before, this.#said?.holderIdentity);
  }

  #announce(before: string | undefined, holder: string | undefined): void {
    const { log, identity, name } = this.#options;
    if (holder && holder !== before && holder !== identity) log.info({ lease: name, holder }, 'Another leads');
  }

  #mayTake(): boolean {
    // Deleted by hand, it is still that of whoever leads, who makes it anew: the time for that is left.
    if (this.#lease === undefined) return this.#version === undefined || this.#untilExpiry() <= 0;
    const holder = this.#said?.holderIdentity;
    return !holder || holder === this.#options.identity || this.#untilExpiry() <= 0;
  }

  #untilExpiry(): number {
    const duration = (this.#said?.leaseDurationSeconds ?? this.#times.leaseDuration / 1000) * 1000;
    return this.#saidSince + duration - this.#timers.now();
  }

  /** Milliseconds for which this process leads without a further renewal. */
  #remaining(): number {
    return this.#renewed === undefined ? 0 : this.#renewed + this.#times.renewDeadline - this.#timers.now();
  }

  #elected(): void {
    const { log, metrics, name, identity, onElected } = this.#options;
    log.info({ lease: name, identity }, 'Elected, leads from now on');
    metrics.leading(name, true);
    onElected();
  }

  #lost(): void {
    const { log, name, onLost } = this.#options;
    this.#gone();
    log.error(
      { lease: name, holder: this.#said?.holderIdentity, deadlineInMs: this.#times.renewDeadline },
      'The lead was lost',
    );
    onLost();
  }

  #gone(): void {
    this.#renewed = undefined;
    this.#term++;
    this.#options.metrics.leading(this.#options.name, false);
  }

  #failed(thrown: unknown, message: string): void {
    const level = isOutdated(thrown) ? 'debug' : 'warn';
    this.#options.log[level]({ lease: this.#options.name, err: asError(thrown) }, message);
  }

  #soon<T>(request: Promise<T>): Promise<T> {
    const remaining = this.#remaining();
    return within(this.#timers, remaining > 0 ? Math.min(this.#patience, remaining) : this.#patience, request);
  }
}

const isOutdated = (thrown: unknown): boolean => isConflict(thrown) || isAlreadyExists(thrown) || isNotFound(thrown);

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z');
