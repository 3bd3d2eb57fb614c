// The Prometheus metrics of the engine. They have the same names as controller-runtime's, so that dashboards for
// controller-runtime work.
// https://book.kubebuilder.io/reference/metrics-reference
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueHooks } from './queue.ts';

/** The result of a reconcile as a metric label, as in controller-runtime. A TerminalError counts as `error`. */
export type ReconcileResult = 'success' | 'error' | 'requeue_after' | 'requeue';
const RESULTS: readonly ReconcileResult[] = ['success', 'error', 'requeue_after', 'requeue'];

/** Callbacks through which one controller reports its metrics. All durations are in seconds. */
export interface ControllerHooks {
  /**
   * Returns the callbacks for the controller's work queue.
   * @param unfinished returns the total time, in seconds, that all workers have spent on their current keys
   */
  queue(unfinished: () => number): QueueHooks;
  workers(max: number): void;
  /** Records that a reconcile has started. Returns a function to call with the duration when the reconcile ends. */
  started(): (seconds: number) => void;
  ended(result: ReconcileResult): void;
  terminal(): void;
}

/** The metrics of one process. */
export interface Metrics {
  /** The prom-client registry. Programs can add their own metrics to it. */
  readonly registry: Registry;
  /** Returns all metrics in Prometheus text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  readonly text: () => Promise<string>;
  readonly contentType: string;
  controller(name: string): ControllerHooks;
  leading(name: string, leading: boolean): void;
  /** Counts a request to the API server. Without an answer, the code is `<error>`, as in client-go. */
  requested(request: { readonly code: string; readonly method: string; readonly host: string }): void;
  watchRestarted(kind: string, reason: string): void;
}

/** Histogram buckets for the duration of reconciles, in seconds. They are the same as in controller-runtime. */
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
/** Histogram buckets for queue durations, in seconds. They go from 10 ns to 1000 s, as in client-go. */
const QUEUE_BUCKETS = Array.from({ length: 12 }, (_, power) => 10 ** (power - 8));

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const leading = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process leads, otherwise 0.',
    labelNames: ['name'],
    registers,
  });
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of requests to the API server.',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const restarts = new Counter({
    name: 'watch_restarts_total',
    help: 'Number of restarted watches, by reason.',
    labelNames: ['kind', 'reason'],
    registers,
  });
  processMetrics(registers);
  return {
    registry,
    text: () => registry.metrics(),
    contentType: registry.contentType,
    controller: controllerMetrics(registers),
    leading: (name, leads) => leading.set({ name }, leads ? 1 : 0),
    requested: (request) => requests.inc(request),
    watchRestarted: (kind, reason) => restarts.inc({ kind, reason }),
  };
}

function controllerMetrics(registers: Registry[]): Metrics['controller'] {
  const labelNames = ['controller'];
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Number of reconciles, by result.',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Number of failed reconciles.',
    labelNames,
    registers,
  });
  const terminal = new Counter({
    name: 'controller_runtime_terminal_reconcile_errors_total',
    help: 'Number of failed reconciles that are not retried.',
    labelNames,
    registers,
  });
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of reconciles, in seconds.',
    labelNames,
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Number of workers that are reconciling now.',
    labelNames,
    registers,
  });
  const max = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Maximum number of workers that reconcile at the same time.',
    labelNames,
    registers,
  });
  const queue = queueMetrics(registers);
  return (controller) => {
    for (const result of RESULTS) total.inc({ controller, result }, 0);
    for (const counter of [errors, terminal]) counter.inc({ controller }, 0);
    return {
      queue: (unfinished) => queue(controller, unfinished),
      workers: (count) => max.set({ controller }, count),
      started() {
        active.inc({ controller });
        return (seconds) => {
          active.dec({ controller });
          time.observe({ controller }, seconds);
        };
      },
      ended(result) {
        total.inc({ controller, result });
        if (result === 'error') errors.inc({ controller });
      },
      terminal: () => terminal.inc({ controller }),
    };
  };
}

function queueMetrics(registers: Registry[]): (name: string, unfinished: () => number) => QueueHooks {
  const labelNames = ['name', 'controller'];
  const depth = new Gauge({
    name: 'workqueue_depth',
    help: 'Number of keys that wait for a worker.',
    labelNames,
    registers,
  });
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Number of keys added.', labelNames, registers });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Number of keys queued again after a failed reconcile.',
    labelNames,
    registers,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long keys waited for a worker, in seconds.',
    labelNames,
    buckets: QUEUE_BUCKETS,
    registers,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long workers processed a key, in seconds.',
    labelNames,
    buckets: QUEUE_BUCKETS,
    registers,
  });
  const unfinishedOf = new Map<string, () => number>();
  new Gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'Seconds that all workers have spent on their current keys. It keeps growing if a worker is stuck.',
    labelNames,
    registers,
    collect() {
      for (const [name, unfinished] of unfinishedOf) this.set({ name, controller: name }, unfinished());
    },
  });
  return (name, unfinished) => {
    const labels = { name, controller: name };
    unfinishedOf.set(name, unfinished);
    for (const counter of [adds, retries]) counter.inc(labels, 0);
    depth.set(labels, 0);
    return {
      depth: (keys) => depth.set(labels, keys),
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      started: (seconds) => waited.observe(labels, seconds),
      finished: (seconds) => worked.observe(labels, seconds),
    };
  };
}

/**
 * Adds metrics about memory, CPU and start time of the process. prom-client's default metrics are not used, because
 * they also poll the event loop between scrapes.
 */
function processMetrics(registers: Registry[]): void {
  const started = Date.now() / 1000 - process.uptime();
  const gauge = (name: string, help: string, value: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('process_start_time_seconds', 'When the process started, in seconds since 1970.', () => started);
  gauge('process_resident_memory_bytes', 'Resident memory, in bytes.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use, in bytes.', () => process.memoryUsage().heapUsed);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time used in user and system mode, in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}
