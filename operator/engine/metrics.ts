// What the operator counts and measures, under the names that dashboards for controller-runtime know.
// https://book.kubebuilder.io/reference/metrics-reference
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueHooks } from './queue.ts';

/** As controller-runtime names them. A TerminalError is an error, too. */
export type ReconcileResult = 'success' | 'error' | 'requeue_after' | 'requeue';
const RESULTS: readonly ReconcileResult[] = ['success', 'error', 'requeue_after', 'requeue'];

/** Of one controller; durations are in seconds. */
export interface ControllerHooks {
  /** @param unfinished how long the keys in work have been worked on, all together */
  queue(unfinished: () => number): QueueHooks;
  workers(most: number): void;
  /** To be called when a reconcile begins; the function returned, when it ends. */
  began(): (seconds: number) => void;
  ended(result: ReconcileResult): void;
  terminal(): void;
}

/** What the other parts of the engine tell of what they do. */
export interface Metrics {
  /** All of it as text: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  readonly text: () => Promise<string>;
  readonly contentType: string;
  controller(name: string): ControllerHooks;
  leading(name: string, leading: boolean): void;
  /** A request was answered, or failed: then the code is `<error>`, as client-go has it. */
  requested(request: { readonly code: string; readonly method: string; readonly host: string }): void;
  watchRestarted(kind: string, reason: string): void;
  /** From a seat's creation until it was ready for the first time. */
  seatReady(seconds: number): void;
}

/** As in controller-runtime. */
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
/** As in client-go, from 10 ns to 1000 s. */
const QUEUE_BUCKETS = Array.from({ length: 12 }, (_, power) => 10 ** (power - 8));
const READY_BUCKETS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const leading = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process leads, else 0.',
    labelNames: ['name'],
    registers,
  });
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server.',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const restarts = new Counter({
    name: 'watch_restarts_total',
    help: 'Watches begun anew, and why.',
    labelNames: ['kind', 'reason'],
    registers,
  });
  const ready = new Histogram({
    name: 'intro_otel_seat_ready_seconds',
    help: 'From the creation of a seat until it was ready for the first time.',
    buckets: READY_BUCKETS,
    registers,
  });
  processMetrics(registers);
  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    controller: controllerMetrics(registers),
    leading: (name, leads) => leading.set({ name }, leads ? 1 : 0),
    requested: (request) => requests.inc(request),
    watchRestarted: (kind, reason) => restarts.inc({ kind, reason }),
    seatReady: (seconds) => ready.observe(seconds),
  };
}

function controllerMetrics(registers: Registry[]): Metrics['controller'] {
  const labelNames = ['controller'];
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles, by what came of them.',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciles that failed.',
    labelNames,
    registers,
  });
  const terminal = new Counter({
    name: 'controller_runtime_terminal_reconcile_errors_total',
    help: 'Reconciles that failed and are not tried again.',
    labelNames,
    registers,
  });
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long reconciles took.',
    labelNames,
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Workers that reconcile just now.',
    labelNames,
    registers,
  });
  const most = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Workers that there are.',
    labelNames,
    registers,
  });
  const queue = queueMetrics(registers);
  return (controller) => {
    for (const result of RESULTS) total.inc({ controller, result }, 0);
    for (const counter of [errors, terminal]) counter.inc({ controller }, 0);
    return {
      queue: (unfinished) => queue(controller, unfinished),
      workers: (count) => most.set({ controller }, count),
      began() {
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
  const depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait for a worker.', labelNames, registers });
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added.', labelNames, registers });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys added again because their reconcile failed.',
    labelNames,
    registers,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long keys waited for a worker.',
    labelNames,
    buckets: QUEUE_BUCKETS,
    registers,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long keys were worked on.',
    labelNames,
    buckets: QUEUE_BUCKETS,
    registers,
  });
  const unfinishedOf = new Map<string, () => number>();
  new Gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'How long the keys in work have been worked on; when it grows, work is stuck.',
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

/** Those of prom-client's own that cost nothing until they are asked for; it would also watch the event loop all the time. */
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
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'What is in use of the heap.', () => process.memoryUsage().heapUsed);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time used, of user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}
