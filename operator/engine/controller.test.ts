import { SpanStatusCode } from '@opentelemetry/api';
import { ApiError, NotLeadingError } from '../../kubernetes/api.ts';
import { TerminalError } from './reconciler.ts';
import { endless, inTurn, rejects, returns, startController } from './testing/controller-harness.ts';
import { collectSpans } from './testing/tracing.ts';

const spans = collectSpans();
beforeEach(() => void spans());

describe('a controller after a reconcile', () => {
  test('does not reconcile a key again after a success', async () => {
    const { controller, timers, times, results } = startController(returns());
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0]);
    expect(await results()).toBe('1 success');
  });

  test('reconciles a key again after `requeueAfter` milliseconds, without backoff', async () => {
    const { controller, timers, times, results } = startController(
      inTurn(returns({ requeueAfter: 30_000 }), returns()),
    );
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0, 30_000]);
    expect(await results()).toBe('1 success, 1 requeue_after');
  });

  test('retries a failed reconcile with growing delays, and resets the delay after a success', async () => {
    const fails = rejects(new Error('no'));
    const { controller, timers, calls, results, metric } = startController(
      inTurn(fails, fails, fails, returns(), fails, returns()),
    );
    controller.enqueue('a');
    await timers.advance(1000);
    controller.enqueue('a');
    await timers.advance(1000);
    const gaps = calls.map(({ at }, index) => at - (calls[index - 1]?.at ?? 0));
    for (const [index, delay] of [
      [1, 5],
      [2, 10],
      [3, 20],
      [5, 5],
    ] as const) {
      expect(gaps[index]).toBeGreaterThanOrEqual(delay);
      expect(gaps[index]).toBeLessThanOrEqual(delay * 1.1 + 0.001);
    }
    expect(await results()).toBe('2 success, 4 error');
    expect(await metric('controller_runtime_reconcile_errors_total')).toMatch(/ 4$/);
    expect(await metric('workqueue_retries_total')).toMatch(/ 4$/);
  });

  test('does not retry a reconcile that threw a TerminalError until something changes', async () => {
    const { controller, timers, times, lines, results, metric } = startController(
      rejects(new TerminalError('The quota does not fit.')),
    );
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0]);
    controller.enqueue('a');
    await timers.advance(0);
    expect(times()).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'Reconcile failed, not retrying until something changes',
    });
    expect(await results()).toBe('2 error');
    expect(await metric('controller_runtime_terminal_reconcile_errors_total')).toMatch(/ 2$/);
  });

  test('retries a reconcile if another replica is the leader, without an error in logs and metrics', async () => {
    const { controller, timers, times, lines, results } = startController(
      inTurn(rejects(new NotLeadingError()), rejects(new NotLeadingError()), returns()),
    );
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0, 1000, 2000]);
    expect(lines).toEqual([]);
    expect(await results()).toBe('1 success');
    const [first] = spans();
    expect(first).toMatchObject({
      attributes: { 'reconcile.result': 'not_leading' },
      status: { code: SpanStatusCode.UNSET },
    });
  });

  test.each([0, -5, -Infinity])(
    'reconciles a key again with backoff if requeueAfter is %i ms',
    async (requeueAfter) => {
      const { controller, timers, times, results } = startController(returns({ requeueAfter }));
      controller.enqueue('a');
      await timers.advance(1000);
      expect(times().length).toBeGreaterThan(2);
      expect(times().length).toBeLessThan(10);
      expect(await results()).toMatch(/^\d requeue$/);
    },
  );

  test('reports an error if a reconcile returns a requeueAfter that is not a number', async () => {
    const { controller, timers, lines } = startController(inTurn(returns({ requeueAfter: NaN }), returns()));
    controller.enqueue('a');
    await timers.advance(100);
    expect(lines[0]?.fields).toMatchObject({
      err: { message: 'Expected requeueAfter to be a number of milliseconds, found NaN.' },
    });
  });
});

describe('a controller after a failed reconcile', () => {
  test('logs the error of a failed reconcile, and the milliseconds until its retry', async () => {
    const { controller, timers, lines } = startController(inTurn(rejects(new Error('no')), returns()));
    controller.enqueue('a');
    await timers.advance(100);
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'Reconcile failed, retrying',
        fields: { err: { message: 'no' }, retries: 1, retryInMs: 5 },
      },
    ]);
  });

  test('logs a reconcile that failed with a conflict (409) at debug level, not as an error', async () => {
    const conflict = new ApiError('PATCH /x', 409, { reason: 'Conflict', message: 'the object has been modified' });
    const { controller, timers, calls, lines } = startController(inTurn(rejects(conflict), returns()));
    controller.enqueue('a');
    await timers.advance(100);
    expect(calls).toHaveLength(2);
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
  });

  const unreadable = {
    toString() {
      throw new Error('no');
    },
    get message(): string {
      throw new Error('no');
    },
  };

  test.each([
    ['with undefined', rejects(undefined)],
    ['with null', rejects(null)],
    ['with a string', rejects('oh')],
    ['with an object without a prototype', rejects(Object.create(null))],
    ['with an object that throws when it is read', rejects(unreadable)],
    [
      'before returning a promise',
      () => {
        throw new Error('at once');
      },
    ],
  ])('keeps the worker running if the reconciler fails %s', async (_, throwing) => {
    const { controller, timers, calls, lines } = startController(inTurn(throwing, returns()));
    controller.enqueue('a');
    controller.enqueue('b');
    await timers.advance(100);
    expect(calls.map(({ key }) => key)).toEqual(['a', 'b', 'a']);
    expect(lines).toMatchObject([{ message: 'Reconcile failed, retrying' }]);
  });
});

describe('the signal of a reconcile', () => {
  test('aborts the signal of a reconcile that takes longer than the timeout, and retries the key', async () => {
    const { controller, timers, times, lines } = startController(inTurn(endless, returns()));
    controller.enqueue('a');
    await timers.advance(119_999);
    expect(lines).toEqual([]);
    await timers.advance(100);
    expect(lines[0]?.fields).toMatchObject({
      err: {
        message:
          'Expected the reconcile to end within 120 s, found it still running. It was aborted and will be retried.',
      },
    });
    expect(times()).toHaveLength(2);
  });

  test('does not abort the signal of a reconcile that has ended, and leaves no timer running', async () => {
    let given: AbortSignal | undefined;
    const { controller, timers } = startController((_, signal) => {
      given = signal;
      return Promise.resolve(undefined);
    });
    controller.enqueue('a');
    await timers.advance(300_000);
    expect(given?.aborted).toBe(false);
    expect(timers.pending).toBe(0);
  });
});

describe('resync of a controller', () => {
  test('reconciles every key once per resync interval, spread over the interval', async () => {
    const { controller, timers, calls } = startController(returns());
    const keys = Array.from({ length: 50 }, (_, index) => `seat-${index}`);
    controller.resync(() => keys, 10_000);
    await timers.advance(10_000);
    expect(calls).toEqual([]);
    await timers.advance(10_000);
    expect(calls.map(({ key }) => key).sort()).toEqual([...keys].sort());
    expect(new Set(calls.map(({ at }) => Math.floor(at / 1000))).size).toBeGreaterThan(5);
    await timers.advance(10_000);
    expect(calls).toHaveLength(100);
  });

  test('runs the next resync on time even if listing the keys has failed', async () => {
    const { controller, timers, calls, lines } = startController(returns());
    let attempts = 0;
    controller.resync(() => {
      if (attempts++ === 0) throw new Error('no list');
      return ['a'];
    }, 1000);
    await timers.advance(5000);
    expect(lines).toMatchObject([{ level: 'error', message: 'Resync failed, retrying' }]);
    expect(calls.length).toBeGreaterThan(1);
  });

  test('replaces the timer of the earlier resync if `resync` is called again', async () => {
    const { controller, timers } = startController(returns());
    controller.resync(() => ['a'], 1000);
    controller.resync(() => ['a'], 1000);
    expect(timers.pending).toBe(1);
    await timers.advance(1000);
    expect(timers.pending).toBe(2); // One timer for the next resync, and one for the delayed key.
  });

  test('leaves no resync timer running when the controller stops', async () => {
    const { controller, timers } = startController(returns());
    controller.resync(() => ['a'], 1000);
    await controller.stop();
    expect(timers.pending).toBe(0);
  });
});
