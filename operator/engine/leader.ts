// Leader election with a Lease, as in client-go. One of several replicas leads, and another takes over when it is gone.
// Clocks of two machines are never compared: a Lease has expired when the observer has seen no change for its duration,
// by the observer's clock.
// https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
import { isAlreadyExists, isConflict, isNotFound } from '../../kubernetes/api.ts';
import { asError } from '../../support/errors.ts';
import type { Lease, LeaseClient, LeaseSpec } from './lease.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { jittered, pause, systemTimers, within } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** Milliseconds. The leader stops writing some seconds before another replica may start. */
export interface ElectionTimes {
  /** How long other replicas wait after the last renewal before they take over. Default 12 s. */
  readonly leaseDuration: number;
  /** How long the leader keeps leading after its last renewal. Default 8 s. */
  readonly renewDeadline: number;
  /** Time between two renewals. Default 4 s. */
  readonly renewPeriod: number;
  /** Time before a failed request is retried. Default 1 s. */
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
  /** Name of the Lease in logs and in `leader_election_master_status`. */
  readonly name: string;
  /** Identifies this process. Must be unique among all replicas, past and present. */
  readonly identity: string;
  readonly onElected: () => void;
  /**
   * Called when the lead is lost, but not when it is released. If the process keeps running, the elector campaigns
   * again.
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
  /** Milliseconds that a request may take. This leaves time for a second one before the deadline. */
  readonly #requestTimeout: number;
  /** The Lease as last seen. Undefined if there is none. */
  #lease: Lease | undefined;
  /** The last seen version and spec, kept even if the Lease was deleted since. */
  #version: string | undefined;
  #lastSpec: LeaseSpec | undefined;
  /** When the Lease last changed. */
  #changedAt = 0;
  /** When the last successful renewal was sent. Undefined while another replica leads. */
  #renewedAt: number | undefined;
  /** Counts how often the lead ended. An answer to a request from an earlier term is ignored. */
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
   * Whether this process may write now. Ask before every write. The answer depends only on the time since the last
   * renewal, so a process that was suspended for a while doesn't write when it resumes, even before it notices.
   */
  isLeader(): boolean {
    return this.#remaining() > 0;
  }

  /** Campaigns until the signal is aborted, then releases the lead. Stop all writers first. */
  async run(signal: AbortSignal): Promise<void> {
    while (await this.#campaign(signal)) {
      this.#announceElected();
      await this.#keepLead(signal);
      if (!signal.aborted) this.#announceLost();
    }
    this.#endTerm();
    if (this.#lastSpec?.holderIdentity === this.#options.identity) await this.#release();
  }

  /** Waits for the lead. @returns true once this process leads, false if the signal was aborted */
  async #campaign(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        this.#observe(await this.#inTime(this.#client.get()));
        if (this.#mayTake()) await this.#take();
        else await this.#watchLease(signal);
        if (this.isLeader()) return !signal.aborted;
        if (this.#mayTake()) continue;
      } catch (thrown) {
        this.#logFailure(thrown, 'Leader election failed, retrying');
      }
      await pause(this.#timers, jittered(this.#times.retryPeriod), signal);
    }
    return false;
  }

  /** Watches the Lease until it may be taken or the watch ends. This sends no requests while the holder renews. */
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

  /** Renews the lead until it is lost or the signal is aborted. */
  async #keepLead(signal: AbortSignal): Promise<void> {
    do {
      await pause(this.#timers, jittered(this.#times.renewPeriod), signal);
      while (!signal.aborted && this.isLeader() && !(await this.#renew())) {
        await pause(this.#timers, Math.min(jittered(this.#times.retryPeriod), this.#remaining()), signal);
      }
    } while (!signal.aborted && this.isLeader());
  }

  /** @returns true if the Lease was renewed or another replica took it, false if the renewal must be retried */
  async #renew(): Promise<boolean> {
    try {
      await this.#take();
      return true;
    } catch (thrown) {
      this.#logFailure(thrown, 'Lease could not be renewed, retrying');
      return isOutdated(thrown) && (await this.#lostToAnother());
    }
  }

  /** Finds out who changed the Lease: our own renewal that seemed to fail, a person, or another leader. */
  async #lostToAnother(): Promise<boolean> {
    try {
      this.#observe(await this.#inTime(this.#client.get()));
    } catch (thrown) {
      this.#logFailure(thrown, 'Lease could not be read, retrying');
      return false;
    }
    if (this.#lease === undefined || this.#lease.spec?.holderIdentity === this.#options.identity) return false;
    this.#renewedAt = undefined;
    return true;
  }

  /** Takes or renews the lead. @throws ApiError 409 if another replica was faster */
  async #take(): Promise<void> {
    const { identity } = this.#options;
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = this.#lastSpec ?? {};
    const now = microTime();
    const sentAt = this.#timers.now(); // Other replicas may count from this moment.
    const term = this.#term;
    const written = this.#write({
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#times.leaseDuration / 1000),
      acquireTime: holderIdentity === identity ? (acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions:
        holderIdentity === undefined || holderIdentity === identity ? leaseTransitions : leaseTransitions + 1,
    });
    // This also runs if the answer arrives after the timeout: the API server may be slow.
    await this.#inTime(
      written.then((lease) => {
        if (term !== this.#term) return;
        this.#observe(lease);
        this.#renewedAt = sentAt;
      }),
    );
  }

  /** Releases the lead, so that another replica can take it at once. */
  async #release(): Promise<void> {
    const { log, name, identity } = this.#options;
    try {
      // A renewal may have been answered too late for us to notice.
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
      log.info({ lease: name }, 'Released the lead');
    } catch (thrown) {
      this.#logFailure(thrown, 'Lease could not be released, another replica takes over when it expires');
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
      log.info({ lease: name, holder }, 'Another replica leads');
  }

  #mayTake(): boolean {
    // If somebody deleted the Lease, its holder still leads and recreates it. Leave it the time to do so.
    if (this.#lease === undefined) return this.#version === undefined || this.#untilExpiry() <= 0;
    const holder = this.#lastSpec?.holderIdentity;
    return !holder || holder === this.#options.identity || this.#untilExpiry() <= 0;
  }

  #untilExpiry(): number {
    const duration = (this.#lastSpec?.leaseDurationSeconds ?? this.#times.leaseDuration / 1000) * 1000;
    return this.#changedAt + duration - this.#timers.now();
  }

  /** Milliseconds that this process leads without another renewal. */
  #remaining(): number {
    return this.#renewedAt === undefined ? 0 : this.#renewedAt + this.#times.renewDeadline - this.#timers.now();
  }

  #announceElected(): void {
    const { log, metrics, name, identity, onElected } = this.#options;
    log.info({ lease: name, identity }, 'Elected as leader');
    metrics.leading(name, true);
    onElected();
  }

  #announceLost(): void {
    const { log, name, onLost } = this.#options;
    this.#endTerm();
    log.error(
      { lease: name, holder: this.#lastSpec?.holderIdentity, deadlineInMs: this.#times.renewDeadline },
      'Lost the lead',
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

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z');
