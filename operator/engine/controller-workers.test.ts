import { SpanStatusCode } from '@opentelemetry/api';
import { ApiError } from '../../kubernetes/api.ts';
import { createLogger } from './log.ts';
import { aController, endless, inTurn, rejects, returns, startController } from './testing/controller-harness.ts';
import type { Reconcile } from './testing/controller-harness.ts';
import { collectSpans } from './testing/tracing.ts';

const spans = collectSpans();
beforeEach(() => void spans());

describe('workers of a controller', () => {
  /**
   * Returns a reconcile function, and a map `ends` that has a function for each key. The reconcile of a key runs until
   * the test calls this function.
   */
  function heldReconciles() {
    const ends = new Map<string, () => void>();
    const reconcile: Reconcile = (key) => new Promise((resolve) => ends.set(key, () => resolve(undefined)));
    return { ends, reconcile };
  }

  test('runs as many reconciles at once as configured, but never two for the same key', async () => {
    const { ends, reconcile } = heldReconciles();
    const { controller, timers, calls, metric } = startController(reconcile, { workers: 2 });
    for (const key of ['a', 'b', 'c', 'a']) controller.enqueue(key);
    await timers.advance(0);
    controller.enqueue('a');
    await timers.advance(0);
    expect(calls.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(await metric('controller_runtime_active_workers')).toMatch(/ 2$/);
    expect(await metric('controller_runtime_max_concurrent_reconciles')).toMatch(/ 2$/);
    expect(await metric('workqueue_depth')).toMatch(/ 1$/);
    ends.get('b')?.();
    await timers.advance(0);
    expect(calls.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    ends.get('a')?.();
    await timers.advance(0);
    expect(calls.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'a']);
  });

  test('starts no reconcile before `start`, and then reconciles the keys that were queued earlier', async () => {
    const keys: string[] = [];
    const { controller, timers } = aController((key) => {
      keys.push(key);
      return Promise.resolve(undefined);
    });
    controller.enqueue('a');
    await timers.advance(1000);
    expect(keys).toEqual([]);
    controller.start();
    controller.start();
    await timers.advance(0);
    expect(keys).toEqual(['a']);
  });

  test('aborts running reconciles and takes no more keys when the controller stops', async () => {
    const { controller, timers, calls, lines } = startController(endless);
    for (const key of ['a', 'b']) controller.enqueue(key);
    await timers.advance(0);
    await controller.stop();
    controller.enqueue('c');
    await timers.advance(3_600_000);
    expect(calls.map(({ key }) => key)).toEqual(['a']);
    expect(lines).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  test('ends `stop` only after the running reconcile has ended, even if the reconcile ignores its signal', async () => {
    const { ends, reconcile } = heldReconciles();
    const { controller, timers } = startController(reconcile);
    controller.enqueue('a');
    await timers.advance(0);
    let stopped = false;
    void controller.stop().then(() => (stopped = true));
    await timers.advance(1000);
    expect(stopped).toBe(false);
    ends.get('a')?.();
    await timers.advance(0);
    expect(stopped).toBe(true);
  });
});

describe('telemetry of a reconcile', () => {
  test('makes a span for each reconcile, with the uid and the result, and without a name in it', async () => {
    const error = new ApiError('PATCH otel-ada', 403, { message: 'otel-ada is forbidden' });
    const uidOf = (key: string) => `uid-of-${key.length}`;
    const { controller, timers } = startController(inTurn(rejects(error), returns()), { uidOf });
    controller.enqueue('otel-ada');
    await timers.advance(100);
    const made = spans();
    expect(made.map(({ name, attributes, status }) => ({ name, attributes, status }))).toEqual([
      {
        name: 'seat reconcile',
        attributes: { 'reconcile.uid': 'uid-of-8', 'reconcile.result': 'error' },
        status: { code: SpanStatusCode.ERROR, message: 'ApiError 403' },
      },
      {
        name: 'seat reconcile',
        attributes: { 'reconcile.uid': 'uid-of-8', 'reconcile.result': 'success' },
        status: { code: SpanStatusCode.UNSET },
      },
    ]);
    expect(made[0]?.events[0]?.attributes?.['exception.stacktrace']).toMatch(/^ {4}at .*controller-workers\.test/);
    expect(JSON.stringify(made.map(({ events }) => events))).not.toContain('ada');
  });

  test('adds the controller, the key and the trace id to each log line of a reconcile', async () => {
    const written: string[] = [];
    const log = createLogger('info', { write: (line: string) => void written.push(line) });
    const { controller, timers } = startController(async () => {
      await Promise.resolve();
      log.info({}, 'Working');
      return undefined;
    });
    controller.enqueue('a');
    await timers.advance(0);
    const [span] = spans();
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      msg: 'Working',
      controller: 'seat',
      key: 'a',
      trace_id: span?.spanContext().traceId,
    });
  });

  test('records the duration of a reconcile in the metrics of the controller and of the work queue', async () => {
    const { controller, timers, metric } = startController(inTurn(endless, returns()), { timeout: 2000 });
    controller.enqueue('a');
    await timers.advance(2000);
    expect(await metric('controller_runtime_reconcile_time_seconds_sum')).toMatch(/ 2$/);
    expect(await metric('workqueue_work_duration_seconds_sum')).toMatch(/ 2$/);
  });
});
