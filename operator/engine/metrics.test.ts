import { createMetrics } from './metrics.ts';

/** Returns the lines of a metric from text in Prometheus format, without histogram buckets. */
const linesOf = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(name) && !line.includes('_bucket{'));

test('exposes all metrics that dashboards for controller-runtime need', async () => {
  const metrics = createMetrics();
  metrics.controller('seat').queue(() => 0);
  const text = await metrics.text();
  for (const [type, name] of [
    ['counter', 'controller_runtime_reconcile_total'],
    ['counter', 'controller_runtime_reconcile_errors_total'],
    ['counter', 'controller_runtime_terminal_reconcile_errors_total'],
    ['histogram', 'controller_runtime_reconcile_time_seconds'],
    ['gauge', 'controller_runtime_active_workers'],
    ['gauge', 'controller_runtime_max_concurrent_reconciles'],
    ['gauge', 'workqueue_depth'],
    ['counter', 'workqueue_adds_total'],
    ['counter', 'workqueue_retries_total'],
    ['histogram', 'workqueue_queue_duration_seconds'],
    ['histogram', 'workqueue_work_duration_seconds'],
    ['gauge', 'workqueue_unfinished_work_seconds'],
    ['gauge', 'leader_election_master_status'],
    ['counter', 'rest_client_requests_total'],
    ['counter', 'watch_restarts_total'],
    ['counter', 'process_cpu_seconds_total'],
    ['gauge', 'process_resident_memory_bytes'],
    ['gauge', 'process_start_time_seconds'],
  ])
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
});

test('starts the counter of every reconcile result at 0, so that dashboards show the first error', async () => {
  const metrics = createMetrics();
  metrics.controller('seat');
  expect(linesOf(await metrics.text(), 'controller_runtime_reconcile_total')).toEqual(
    ['success', 'error', 'requeue_after', 'requeue'].map(
      (result) => `controller_runtime_reconcile_total{controller="seat",result="${result}"} 0`,
    ),
  );
});

test('counts reconciles by result, and has separate counters for errors and terminal errors', async () => {
  const metrics = createMetrics();
  const seat = metrics.controller('seat');
  seat.ended('success');
  seat.ended('error');
  seat.terminal();
  const text = await metrics.text();
  expect(text).toContain('controller_runtime_reconcile_total{controller="seat",result="success"} 1\n');
  expect(text).toContain('controller_runtime_reconcile_total{controller="seat",result="error"} 1\n');
  expect(text).toContain('controller_runtime_reconcile_errors_total{controller="seat"} 1\n');
  expect(text).toContain('controller_runtime_terminal_reconcile_errors_total{controller="seat"} 1\n');
});

test('counts a worker as active during a reconcile, and records the duration of the reconcile', async () => {
  const metrics = createMetrics();
  const seat = metrics.controller('seat');
  const finish = seat.started();
  expect(await metrics.text()).toContain('controller_runtime_active_workers{controller="seat"} 1\n');
  finish(0.25);
  const text = await metrics.text();
  expect(text).toContain('controller_runtime_active_workers{controller="seat"} 0\n');
  expect(text).toContain('controller_runtime_reconcile_time_seconds_sum{controller="seat"} 0.25\n');
  expect(text).toContain('controller_runtime_reconcile_time_seconds_bucket{le="0.25",controller="seat"} 1\n');
});

test('computes the metric of unfinished work anew each time the metrics are requested', async () => {
  const metrics = createMetrics();
  let unfinished = 0;
  metrics.controller('seat').queue(() => unfinished);
  unfinished = 12.5;
  expect(await metrics.text()).toContain('workqueue_unfinished_work_seconds{name="seat",controller="seat"} 12.5\n');
});

test('labels queue metrics with the name of the queue', async () => {
  const metrics = createMetrics();
  const queue = metrics.controller('seat').queue(() => 0);
  queue.added();
  queue.depth(3);
  queue.retried();
  queue.started(0.5);
  queue.finished(2);
  const labels = '{name="seat",controller="seat"}';
  const text = await metrics.text();
  for (const line of ['adds_total', 'retries_total', 'queue_duration_seconds_count', 'work_duration_seconds_count']) {
    expect(text).toContain(`workqueue_${line}${labels} 1\n`);
  }
  expect(text).toContain(`workqueue_depth${labels} 3\n`);
  expect(text).toContain(`workqueue_work_duration_seconds_sum${labels} 2\n`);
});

test('records API requests, watch restarts and leadership with their labels', async () => {
  const metrics = createMetrics();
  metrics.requested({ code: '200', method: 'GET', host: 'kubernetes.default.svc' });
  metrics.watchRestarted('Seat', 'expired');
  metrics.leading('operator', true);
  const text = await metrics.text();
  expect(text).toContain('rest_client_requests_total{code="200",method="GET",host="kubernetes.default.svc"} 1\n');
  expect(text).toContain('watch_restarts_total{kind="Seat",reason="expired"} 1\n');
  expect(text).toContain('leader_election_master_status{name="operator"} 1\n');
  metrics.leading('operator', false);
  expect(await metrics.text()).toContain('leader_election_master_status{name="operator"} 0\n');
});

test('reports plausible values for memory, CPU time and start time of the process', async () => {
  const text = await createMetrics().text();
  const value = (name: string): number => Number(linesOf(text, name)[0]?.split(' ')[1]);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(10 * 2 ** 20);
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(Math.abs(value('process_start_time_seconds') - Date.now() / 1000)).toBeLessThan(3600);
});
