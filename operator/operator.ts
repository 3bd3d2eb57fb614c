// The parts of the operator and how they hang together: once this process leads, watches feed stores, stores wake controllers, and
// controllers reconcile.
import { VERSION } from '../cdk8s/values.ts';
import { FIELD_MANAGER, GROUP, LABELS } from './api/types.ts';
import type { Seat } from './api/types.ts';
import { updateDefinitions } from './definitions.ts';
import { Applier } from './engine/apply.ts';
import type { HttpApi } from '../kubernetes/client.ts';
import type { ApiConfig } from '../kubernetes/config.ts';
import { Controller } from './engine/controller.ts';
import { Recorder } from './engine/events.ts';
import { startHealthServer } from './engine/health.ts';
import type { HealthServer } from './engine/health.ts';
import { pooledApi } from '../kubernetes/transport-undici.ts';
import type { RequestReport } from '../kubernetes/transport-undici.ts';
import { LeaderElector } from './engine/leader.ts';
import { leaseClient } from './engine/lease.ts';
import type { Logger } from './engine/log.ts';
import type { Reconciler } from './engine/reconciler.ts';
import { createMetrics } from './engine/metrics.ts';
import { keyOf } from '../kubernetes/object.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { CompactStore } from './engine/store.ts';
import { jittered, pause, systemTimers, within } from '../support/timers.ts';
import { Reflector } from './engine/watch.ts';
import { areFaultsChanged } from './seat/faults.ts';
import { labOf, seatRequirements } from './seat/rendered-lab.ts';
import { quotaProblem } from './seat/quota.ts';
import { SeatReconciler } from './seat/controller.ts';
import type { Settings } from './settings.ts';
import { createStores, selectionOf } from './stores.ts';
import { readClusterInfo } from './cluster-info.ts';
import type { ClusterInfo } from './cluster-info.ts';
import { WorkshopReconciler } from './workshop/controller.ts';
import type { Pod } from '../kubernetes/types.ts';

export interface OperatorOptions {
  readonly settings: Settings;
  readonly config: ApiConfig;
  readonly log: Logger;
}

const LEASE = 'intro-otel-operator';
/** Milliseconds. */
const RESYNC = 10 * 60_000;
const SURROUNDINGS_EVERY = 5 * 60_000;
const RETRY = 2_000;
const LAST_EVENTS = 500;
/** Many seats change at about the same time; their Workshop looks at them together. */
const TOGETHER = 500;
/** What changes in a seat comes in bursts: a Deployment that rolls says so a dozen times a second. */
const INSIDE_TOGETHER = 250;

const clock = { now: () => Date.now() };

export class Operator {
  readonly #options: OperatorOptions;
  readonly #stores = createStores();
  readonly #metrics = createMetrics();
  readonly #ending = new AbortController();
  readonly #api: HttpApi;
  readonly #events: Recorder;
  readonly #elector: LeaderElector;
  readonly #seats: Controller;
  readonly #workshops: Controller;
  #surroundings: ClusterInfo | undefined;
  #isWatching = false;
  #electing: Promise<void> = Promise.resolve();
  #health: HealthServer | undefined;

  constructor(options: OperatorOptions) {
    const { settings, config, log } = options;
    const metrics = this.#metrics;
    const common = {
      config,
      userAgent: `intro-otel-operator/${VERSION}`,
      fieldManager: FIELD_MANAGER,
      onRequest: ({ code, method, host }: RequestReport) => metrics.requested({ code, method, host }),
    };
    this.#options = options;
    this.#api = pooledApi({ ...common, mayWrite: () => this.#elector.isLeader() });
    this.#events = new Recorder({
      api: this.#api,
      log,
      clock,
      component: 'intro-otel-operator',
      instance: settings.identity,
    });
    this.#elector = new LeaderElector({
      // Not behind the reconcilers' requests, and not fenced by what it decides itself.
      client: leaseClient(pooledApi({ ...common, connections: 2 }), { name: LEASE, namespace: settings.namespace }),
      name: LEASE,
      identity: settings.identity,
      log,
      metrics,
      onElected: () => void this.#lead(),
      // Writes are fenced, so there is nothing to end: what is under way fails or waits, and this process stands for election again.
      onLost: () => log.warn({ identity: settings.identity }, 'Another may lead now, nothing is written'),
    });
    const controller = (reconciler: Reconciler, workers: number) =>
      new Controller({ reconciler, metrics, log, workers });
    this.#seats = controller(this.#seatReconciler(), settings.workers);
    this.#workshops = controller(this.#workshopReconciler(), 2);
  }

  /** Resolves once it takes part in the election. @throws Error where it can't serve its own port */
  async run(): Promise<void> {
    const { settings, log } = this.#options;
    this.#health = await startHealthServer({
      port: settings.port,
      metrics: this.#metrics,
      ready: { watches: () => this.#stale(), surroundings: () => this.#unknown() },
    });
    log.info({ port: this.#health.port }, 'Serving /healthz, /readyz and /metrics');
    this.#connect();
    void this.#keepSurroundings();
    this.#electing = this.#elector.run(this.#ending.signal);
  }

  /** Ends what is under way, then gives up the lead. */
  async stop(): Promise<void> {
    await Promise.all([this.#seats.stop(), this.#workshops.stop()]);
    await within(systemTimers, LAST_EVENTS, this.#events.idle()).catch(() => undefined);
    this.#ending.abort();
    await this.#electing;
    await this.#health?.close();
  }

  #seatReconciler(): SeatReconciler {
    const { settings, config } = this.#options;
    const { Seat, Workshop, Namespace, ...inside } = this.#stores;
    return new SeatReconciler({
      api: this.#api,
      applier: new Applier({ api: this.#api, annotation: `${GROUP}/applied` }),
      stores: { Seat, Workshop, Namespace, ...inside },
      events: this.#events,
      clock,
      operator: { name: settings.account, namespace: settings.namespace },
      surroundings: () => {
        if (this.#surroundings === undefined)
          throw new Error('Expected the surroundings to be known before a seat is reconciled.');
        const { ca } = config.tls;
        return { ...this.#surroundings, ...(ca !== undefined && { certificateAuthority: String(ca) }) };
      },
      onReady: (seconds) => this.#metrics.seatReady(seconds),
    });
  }

  #workshopReconciler(): WorkshopReconciler {
    const { settings, log } = this.#options;
    const { Workshop: workshops, Seat: seats, Pod: pods } = this.#stores;
    return new WorkshopReconciler({
      api: this.#api,
      workshops,
      seats,
      pods: pods as unknown as CompactStore<Pod>,
      events: this.#events,
      clock,
      log,
      namespace: settings.namespace,
      seatRequirements,
      quotaProblem: ({ lab, quota }) => quotaProblem(labOf(lab).requirements, quota),
    });
  }

  /** Has what changed wake whom it concerns. */
  #connect(): void {
    const { Workshop, Seat, Pod: pods, ...inside } = this.#stores;
    Workshop.onChange((change) => {
      this.#workshops.enqueue(change.key);
      if (areFaultsChanged(change.old, change.new))
        for (const seat of Seat.labelled(LABELS.workshop, change.key)) this.#seats.enqueue(keyOf(seat));
    });
    Seat.onChange((change) => {
      this.#seats.enqueue(change.key);
      const workshop = ((change.new ?? change.old) as Seat).spec.workshop;
      this.#workshops.enqueueAfter(workshop, TOGETHER);
    });
    // `old` is only looked at where there is no `new`: it would be parsed for each event.
    pods.onChange((change) => {
      const workshop = (change.new ?? change.old)?.metadata.labels?.[LABELS.workshop];
      if (workshop !== undefined) this.#workshops.enqueue(workshop);
    });
    // By the namespace, which nobody can change, and not by a label, which an attendee could: a seat is called as its namespace is.
    for (const store of Object.values(inside))
      store.onChange(({ key }) => this.#seats.enqueueAfter(key.split('/')[0] ?? key, INSIDE_TOGETHER));
  }

  /**
   * From the first time that it leads, and then for good. Who only waits watches nothing, as it is with controller-runtime: it would keep a class in
   * memory, and have the API server tell of each change twice, to begin a second sooner should the other be gone.
   * https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/config#Controller (EnableWarmup)
   */
  #watchAll(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    for (const [kind, store] of Object.entries(this.#stores)) this.#watch(kind, store as unknown as CompactStore);
  }

  #watch(kind: string, store: CompactStore): void {
    const reflector = new Reflector({
      api: this.#api,
      store,
      select: selectionOf(kind, this.#options.settings.namespace),
      log: this.#options.log,
      onRestart: (of, why) => this.#metrics.watchRestarted(of, why),
    });
    void reflector.run(this.#ending.signal);
  }

  async #keepSurroundings(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const wait = (await this.#readSurroundings()) ? SURROUNDINGS_EVERY : RETRY;
      await pause(systemTimers, jittered(wait), signal);
    }
  }

  async #readSurroundings(): Promise<boolean> {
    const { config, log } = this.#options;
    try {
      const found = await readClusterInfo(this.#api, config.server);
      const changed = JSON.stringify(found) !== JSON.stringify(this.#surroundings);
      this.#surroundings = found;
      if (changed) for (const seat of this.#stores.Seat.list()) this.#seats.enqueue(keyOf(seat));
      return true;
    } catch (error) {
      if (!this.#ending.signal.aborted)
        log.warn({ err: error }, 'The surroundings could not be read, will be tried again');
      return false;
    }
  }

  /** Begins to reconcile, once everything is known. */
  async #lead(): Promise<void> {
    const { signal } = this.#ending;
    const { log } = this.#options;
    this.#watchAll();
    while (!signal.aborted && (this.#stale() ?? this.#unknown()) !== undefined) await pause(systemTimers, 100, signal);
    try {
      await updateDefinitions(this.#api, log);
    } catch (error) {
      // Classes go on as they are; what the newer definitions would have said is missing.
      log.warn({ err: error }, 'Definitions could not be brought up to date');
    }
    if (signal.aborted) return;
    const all = (store: CompactStore<KubeObject>): string[] => store.list().map(keyOf);
    this.#seats.start();
    this.#workshops.start();
    for (const [controller, store] of [
      [this.#seats, this.#stores.Seat],
      [this.#workshops, this.#stores.Workshop],
    ] as const) {
      for (const key of all(store as unknown as CompactStore)) controller.enqueue(key);
      controller.resync(() => all(store as unknown as CompactStore), RESYNC);
    }
    log.info({ seats: this.#stores.Seat.size, workshops: this.#stores.Workshop.size }, 'Reconciling');
  }

  #stale(): string | undefined {
    if (!this.#isWatching) return undefined;
    const stale = Object.entries(this.#stores)
      .filter(([, store]) => !store.fresh)
      .map(([kind]) => kind);
    return stale.length === 0
      ? undefined
      : `expected a live watch on every kind, found none, or a silent one, on ${stale.join(', ')}`;
  }

  #unknown(): string | undefined {
    return this.#surroundings === undefined
      ? 'expected to know where the API server and the nodes are, found it could not be read yet'
      : undefined;
  }
}
