// Leader election among replicas with a Kubernetes Lease, as in client-go. One replica is the leader. If it stops,
// another takes over. The clocks of different machines are never compared. Each replica measures with its own clock how
// long the Lease has not changed. When this time exceeds the duration that the Lease states, the Lease has expired.
// https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
import { isAlreadyExists, isConflict, isNotFound } from '../../kubernetes/api.ts';
import { asError } from '../../support/errors.ts';
import type { Lease, LeaseClient, LeaseSpec } from './lease.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { jittered, pause, systemTimers, within } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/**
 * The times of an election in milliseconds. With the default times, the leader stops writing four seconds before
 * another replica may become the leader.
 */
export interface ElectionTimes {
  /** How long other replicas wait after the leader's last renewal before they take over. Default 12,000. */
  readonly leaseDuration: number;
  /** How long the leader stays leader after its last successful renewal. Default 8,000. */
  readonly renewDeadline: number;
  /** Time between two renewals of the Lease. Default 4,000. */
  readonly renewPeriod: number;
  /** Time before a failed request is retried. Default 1,000. */
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
  /** Name of the Lease in log lines and in the metric `leader_election_master_status`. */
  readonly name: string;
  /** Identifies this process. No other replica, past or present, may have the same identity. */
  readonly identity: string;
  readonly onElected: () => void;
  /**
   * Called when this process loses leadership. Not called when this process gives up leadership in order to stop. After
   * the call, the elector tries to become the leader again.
   */
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
  /**
   * Timeout of a request in milliseconds. If a request times out, there is still time for a second request before the
   * renew deadline.
   */
  readonly #requestTimeout: number;
  /** The Lease as last read. Undefined if the Lease doesn't exist. */
  #lease: Lease | undefined;
  /** The resourceVersion of the Lease when it was last read. The value stays when the Lease is deleted. */
  #version: string | undefined;
  #lastSpec: LeaseSpec | undefined;
  /** When this process last noticed a change of the Lease, in milliseconds. */
  #changedAt = 0;
  /** When this process sent its last successful renewal, in milliseconds. Undefined while it is not the leader. */
  #renewedAt: number | undefined;
  /** Counts the terms of this process as leader. Answers to requests from an earlier term are ignored. */
  #term = 0;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#timers = options.timers ?? systemTimers;
    this.#times = { ...DEFAULT_TIMES, ...options.times };
    this.#requestTimeout = (this.#times.renewDeadline - this.#times.renewPeriod) / 2;
    options.metrics.leading(options.name, false);
  }

  /**
   * Returns whether this process is the leader and may write now. Call it before every write. It looks only at the time
   * since the last renewal. So a process that resumes after a long suspension doesn't write.
   */
  isLeader(): boolean {
    return this.#remaining() > 0;
  }

  /**
   * Takes part in the election until the signal is aborted. Then gives up leadership. The caller must stop all writers
   * before it aborts the signal.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (await this.#campaign(signal)) {
      this.#announceElected();
      await this.#keepLead(signal);
      if (!signal.aborted) this.#announceLost();
    }
    this.#endTerm();
    if (this.#lastSpec?.holderIdentity === this.#options.identity) await this.#release();
  }

  /** Waits until this process is the leader. @returns true once it is the leader, false if the signal was aborted */
  async #campaign(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        this.#observe(await this.#inTime(this.#client.get()));
        if (this.#mayTake()) await this.#take();
        else await this.#watchLease(signal);
        if (this.isLeader()) return !signal.aborted;
        if (this.#mayTake()) continue;
      } catch (thrown) {
        this.#logFailure(thrown, 'Failed to read or take the Lease, retrying');
      }
      await pause(this.#timers, jittered(this.#times.retryPeriod), signal);
    }
    return false;
  }

  /**
   * Watches the Lease until this process may take it or the watch ends. While the leader renews the Lease, this method
   * sends no further requests.
   */
  async #watchLease(signal: AbortSignal): Promise<void> {
    const version = this.#lease?.metadata.resourceVersion;
    if (version === undefined) return;
    const watching = new AbortController();
    const end = (): void => watching.abort();
    signal.addEventListener('abort', end, { once: true });
    const endOnExpiry = (): (() => void) => this.#timers.after(Math.ceil(this.#untilExpiry()) + 1, end);
    let cancel = endOnExpiry();
    try {
      for await (const lease of this.#client.watch(version, watching.signal)) {
        this.#observe(lease);
        if (this.#mayTake()) return;
        cancel();
        cancel = endOnExpiry();
      }
    } catch (thrown) {
      if (!watching.signal.aborted) throw thrown;
    } finally {
      cancel();
      signal.removeEventListener('abort', end);
      end();
    }
  }

  /** Renews the Lease until this process loses leadership or the signal is aborted. */
  async #keepLead(signal: AbortSignal): Promise<void> {
    do {
      await pause(this.#timers, jittered(this.#times.renewPeriod), signal);
      while (!signal.aborted && this.isLeader() && !(await this.#renew())) {
        await pause(this.#timers, Math.min(jittered(this.#times.retryPeriod), this.#remaining()), signal);
      }
    } while (!signal.aborted && this.isLeader());
  }

  /**
   * Renews the Lease once.
   * @returns true if this process has renewed the Lease or another replica has taken it, false if the renewal must be
   * retried
   */
  async #renew(): Promise<boolean> {
    try {
      await this.#take();
      return true;
    } catch (thrown) {
      this.#logFailure(thrown, 'Failed to renew the Lease, retrying');
      return isOutdated(thrown) && (await this.#lostToAnother());
    }
  }

  /**
   * Reads the Lease after a conflict, to find out who holds it.
   * @returns true if another replica holds it, false if the renewal must be retried
   */
  async #lostToAnother(): Promise<boolean> {
    try {
      this.#observe(await this.#inTime(this.#client.get()));
    } catch (thrown) {
      this.#logFailure(thrown, 'Failed to read the Lease, retrying');
      return false;
    }
    if (this.#lease === undefined || this.#lease.spec?.holderIdentity === this.#options.identity) return false;
    this.#renewedAt = undefined;
    return true;
  }

  /**
   * Writes this process into the Lease as its holder. This takes the Lease, or renews it if this process holds it
   * already.
   * @throws ApiError 409 if the Lease has changed since this process last read it
   */
  async #take(): Promise<void> {
    const { identity } = this.#options;
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = this.#lastSpec ?? {};
    const now = microTime();
    const sentAt = this.#timers.now(); // For other replicas, the duration of the Lease may start now.
    const term = this.#term;
    const written = this.#write({
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#times.leaseDuration / 1000),
      acquireTime: holderIdentity === identity ? (acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions:
        holderIdentity === undefined || holderIdentity === identity ? leaseTransitions : leaseTransitions + 1,
    });
    // This callback runs even if the answer arrives after the timeout. A late renewal is still valid.
    await this.#inTime(
      written.then((lease) => {
        if (term !== this.#term) return;
        this.#observe(lease);
        this.#renewedAt = sentAt;
      }),
    );
  }

  /** Clears the holder of the Lease, so that another replica can become the leader at once. */
  async #release(): Promise<void> {
    const { log, name, identity } = this.#options;
    try {
      // Read the Lease again, because the answer to a renewal may have come too late.
      this.#observe(await this.#inTime(this.#client.get()));
      if (this.#lease?.spec?.holderIdentity !== identity) return;
      const now = microTime();
      const { leaseTransitions = 0 } = this.#lease.spec;
      await this.#inTime(
        this.#write({
          holderIdentity: '',
          leaseDurationSeconds: 1,
          acquireTime: now,
          renewTime: now,
          leaseTransitions,
        }),
      );
      log.info({ lease: name }, 'Gave up leadership');
    } catch (thrown) {
      this.#logFailure(thrown, 'Failed to release the Lease, another replica takes over when it expires');
    }
  }

  #write(spec: LeaseSpec): Promise<Lease> {
    const version = this.#lease?.metadata.resourceVersion;
    return version === undefined ? this.#client.create(spec) : this.#client.update(version, spec);
  }

  #observe(lease: Lease | undefined): void {
    if (lease === undefined && this.#lease !== undefined) this.#changedAt = this.#timers.now();
    this.#lease = lease;
    const version = lease?.metadata.resourceVersion;
    if (version === undefined || version === this.#version) return;
    const previous = this.#lastSpec?.holderIdentity;
    this.#version = version;
    this.#lastSpec = lease?.spec;
    this.#changedAt = this.#timers.now();
    this.#logHolder(previous, this.#lastSpec?.holderIdentity);
  }

  #logHolder(previous: string | undefined, holder: string | undefined): void {
    const { log, identity, name } = this.#options;
    if (holder && holder !== previous && holder !== identity)
      log.info({ lease: name, holder }, 'Another replica is the leader');
  }

  #mayTake(): boolean {
    // The Lease doesn't exist. If a person deleted it, its holder is still the leader and creates it again. Give the
    // holder time for that.
    if (this.#lease === undefined) return this.#version === undefined || this.#untilExpiry() <= 0;
    const holder = this.#lastSpec?.holderIdentity;
    return !holder || holder === this.#options.identity || this.#untilExpiry() <= 0;
  }

  #untilExpiry(): number {
    const duration = (this.#lastSpec?.leaseDurationSeconds ?? this.#times.leaseDuration / 1000) * 1000;
    return this.#changedAt + duration - this.#timers.now();
  }

  /**
   * Returns how many milliseconds this process stays the leader without another renewal. The result is 0 or less if it
   * is not the leader.
   */
  #remaining(): number {
    return this.#renewedAt === undefined ? 0 : this.#renewedAt + this.#times.renewDeadline - this.#timers.now();
  }

  #announceElected(): void {
    const { log, metrics, name, identity, onElected } = this.#options;
    log.info({ lease: name, identity }, 'Became the leader');
    metrics.leading(name, true);
    onElected();
  }

  #announceLost(): void {
    const { log, name, onLost } = this.#options;
    this.#endTerm();
    log.error(
      { lease: name, holder: this.#lastSpec?.holderIdentity, deadlineInMs: this.#times.renewDeadline },
      'Lost leadership',
    );
    onLost();
  }

  #endTerm(): void {
    this.#renewedAt = undefined;
    this.#term++;
    this.#options.metrics.leading(this.#options.name, false);
  }

  #logFailure(thrown: unknown, message: string): void {
    const level = isOutdated(thrown) ? 'debug' : 'warn';
    this.#options.log[level]({ lease: this.#options.name, err: asError(thrown) }, message);
  }

  #inTime<T>(request: Promise<T>): Promise<T> {
    const remaining = this.#remaining();
    return within(
      this.#timers,
      remaining > 0 ? Math.min(this.#requestTimeout, remaining) : this.#requestTimeout,
      request,
    );
  }
}

const isOutdated = (thrown: unknown): boolean => isConflict(thrown) || isAlreadyExists(thrown) || isNotFound(thrown);

/**
 * Returns the current time as a Kubernetes MicroTime.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime
 */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z');
