// The manager runs controllers against one API server. It owns what the controllers share: API clients, stores and
// their watches, leader election, Events, metrics and the health server. It is modelled on controller-runtime's
// Manager.
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/manager
import { trace } from '@opentelemetry/api';
import type { ListOptions } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import type { ApiConfig } from '../../kubernetes/config.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { pooledApi } from '../../kubernetes/transport-undici.ts';
import type { RequestReport } from '../../kubernetes/transport-undici.ts';
import { pause, systemTimers, within } from '../../support/timers.ts';
import { ControllerBuilder } from './builder.ts';
import { Controller } from './controller.ts';
import { Recorder } from './events.ts';
import { startHealthServer } from './health.ts';
import type { Check, HealthServer } from './health.ts';
import { LeaderElector } from './leader.ts';
import { leaseClient } from './lease.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { Clock } from './reconciler.ts';
import { CompactStore } from './store.ts';
import type { StoreOptions } from './store.ts';

export interface ManagerOptions {
  /** Name of the program. It is also the name of the Lease, the source of Events and the user agent. */
  readonly name: string;
  readonly version: string;
  /** Name of the OpenTelemetry tracer for the spans of reconciles. */
  readonly tracer: string;
  /**
   * Name under which this program owns the fields that it applies.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
   */
  readonly fieldManager: string;
  /** Identifies this process. No other replica, past or present, may have the same identity. Use the pod's name. */
  readonly identity: string;
  /** Namespace of the Lease. */
  readonly namespace: string;
  /** TCP port for /healthz, /readyz and /metrics. 0 picks a free port. */
  readonly port: number;
  readonly config: ApiConfig;
  readonly log: Logger;
}

/** Options of a store and its watch: which objects to watch, and which of their fields to store. */
export interface WatchedStoreOptions<T> extends Omit<StoreOptions<T>, 'kind' | 'fieldManager'> {
  /** Selects the objects to watch. Default: all objects of the kind. */
  readonly select?: ListOptions;
}

/** A background task. It must end when the signal is aborted, and must not reject. */
export type Runnable = (signal: AbortSignal) => Promise<void>;

interface Watch {
  readonly kind: string;
  readonly isFresh: () => boolean;
  readonly run: Runnable;
}

interface ManagedController {
  readonly controller: Controller;
  readonly keys: () => Iterable<string>;
}

const RESYNC_MS = 10 * 60_000;
/** Interval of the readiness checks before the controllers start, in milliseconds. */
const SYNC_POLL_MS = 100;
/** How long the manager waits for the last Events to be sent when it stops, in milliseconds. */
const LAST_EVENTS_MS = 500;
/** Maximum number of connections to the API server for leader election. */
const ELECTION_CONNECTIONS = 2;

export class Manager {
  readonly api: HttpApi;
  readonly events: Recorder;
  readonly clock: Clock = { now: () => Date.now() };
  readonly metrics = createMetrics();
  readonly #options: ManagerOptions;
  readonly #electionApi: HttpApi;
  readonly #elector: LeaderElector;
  readonly #watches: Watch[] = [];
  readonly #controllers: ManagedController[] = [];
  readonly #runnables: Runnable[] = [];
  readonly #preparations: (() => Promise<void>)[] = [];
  readonly #checks: Record<string, Check> = { watches: () => this.#staleWatches() };
  readonly #stopping = new AbortController();
  #isWatching = false;
  #election: Promise<void> = Promise.resolve();
  #health: HealthServer | undefined;

  constructor(options: ManagerOptions) {
    const { name, version, fieldManager, identity, config, log } = options;
    const common = {
      config,
      userAgent: `${name}/${version}`,
      fieldManager,
      onRequest: ({ code, method, host }: RequestReport) => this.metrics.requested({ code, method, host }),
    };
    this.#options = options;
    this.api = pooledApi({ ...common, mayWrite: () => this.#elector.isLeader() });
    // Leader election has its own client. Renewals must not wait for the reconcilers' requests, and must be allowed
    // even while this process is not the leader.
    this.#electionApi = pooledApi({ ...common, connections: ELECTION_CONNECTIONS });
    this.events = new Recorder({ api: this.api, log, clock: this.clock, component: name, instance: identity });
    this.#elector = this.#createElector();
  }

  /** Creates a store for one kind. The watch that fills it starts when this process first becomes the leader. */
  store<T extends KubeObject>(kind: Kind, { select = {}, ...options }: WatchedStoreOptions<T> = {}): CompactStore<T> {
    const { fieldManager, log } = this.#options;
    const store = new CompactStore<T>({ ...options, kind, fieldManager });
    const onRestart = (name: string, reason: string): void => this.metrics.watchRestarted(name, reason);
    const reflector = new Reflector({ api: this.api, store, select, log, onRestart });
    this.#watches.push({ kind: kind.kind, isFresh: () => store.fresh, run: (signal) => reflector.run(signal) });
    return store;
  }

  /**
   * Adds a controller. It starts when this process is the leader, every store is filled and all readiness checks pass.
   */
  controller({ workers = 1 }: { readonly workers?: number } = {}): ControllerBuilder {
    const { log } = this.#options;
    const tracer = trace.getTracer(this.#options.tracer);
    return new ControllerBuilder((reconciler, { keys, uidOf }) => {
      const controller = new Controller({ reconciler, metrics: this.metrics, log, tracer, uidOf, workers });
      this.#controllers.push({ controller, keys });
      return controller;
    });
  }

  /** Adds a task that runs from `start` to `stop`, even while this process is not the leader. */
  add(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }

  /** Adds a readiness check to /readyz. Controllers don't start before the check passes. */
  addReadyCheck(name: string, check: Check): void {
    this.#checks[name] = check;
  }

  /**
   * Adds work to do each time that this process becomes the leader. The work runs after the stores are filled and
   * before the controllers start. It must not reject.
   */
  prepare(work: () => Promise<void>): void {
    this.#preparations.push(work);
  }

  /** Starts the health server, the tasks and the leader election. @throws Error if the port is in use */
  async start(): Promise<void> {
    const { port, log } = this.#options;
    this.#health = await startHealthServer({ port, metrics: this.metrics, ready: this.#checks });
    log.info({ port: this.#health.port }, 'Serving /healthz, /readyz and /metrics');
    const { signal } = this.#stopping;
    for (const run of this.#runnables) void run(signal);
    this.#election = this.#elector.run(signal);
  }

  /** Stops the controllers, sends the last Events, and only then gives up leadership. */
  async stop(): Promise<void> {
    await Promise.all(this.#controllers.map(({ controller }) => controller.stop()));
    await within(systemTimers, LAST_EVENTS_MS, this.events.idle()).catch(() => undefined);
    this.#stopping.abort();
    await this.#election;
    await this.#health?.close();
    await Promise.all([this.api.close(), this.#electionApi.close()]);
  }

  #createElector(): LeaderElector {
    const { name, namespace, identity, log } = this.#options;
    return new LeaderElector({
      client: leaseClient(this.#electionApi, { name, namespace }),
      name,
      identity,
      log,
      metrics: this.metrics,
      onElected: () => void this.#startControllers(),
      // The running reconciles may continue. The API client refuses their writes until this process is the leader
      // again.
      onLost: () => log.warn({ identity }, 'Writing nothing until this process is the leader again'),
    });
  }

  async #startControllers(): Promise<void> {
    const { signal } = this.#stopping;
    this.#startWatches();
    while (!signal.aborted && !this.#isReady()) await pause(systemTimers, SYNC_POLL_MS, signal);
    if (signal.aborted) return;
    for (const work of this.#preparations) await work();
    if (signal.aborted) return;
    for (const managed of this.#controllers) reconcileAll(managed);
    const counts = this.#controllers.map(({ controller, keys }) => [controller.name, [...keys()].length] as const);
    this.#options.log.info(Object.fromEntries(counts), 'Reconciling');
  }

  /**
   * Starts all watches, unless they already run. The watches run until `stop`. A replica that was never the leader
   * watches only the Lease, as in controller-runtime. This saves memory and traffic, but makes a takeover about one
   * second longer. https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/config#Controller (EnableWarmup)
   */
  #startWatches(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    for (const { run } of this.#watches) void run(this.#stopping.signal);
  }

  #isReady(): boolean {
    return Object.values(this.#checks).every((check) => check() === undefined);
  }

  #staleWatches(): string | undefined {
    if (!this.#isWatching) return undefined;
    const stale = this.#watches.filter(({ isFresh }) => !isFresh()).map(({ kind }) => kind);
    if (stale.length === 0) return undefined;
    return `expected a live watch on every kind, found no watch or one without recent events on ${stale.join(', ')}`;
  }
}

/** Starts a controller. Queues all of its keys now, and again at every resync. */
function reconcileAll({ controller, keys }: ManagedController): void {
  // Queue the keys before `start`. After `start`, a worker could take a key before the loop adds it. The key would then
  // be reconciled twice.
  for (const key of keys()) controller.enqueue(key);
  controller.start();
  controller.resync(keys, RESYNC_MS);
}
