import { SpanStatusCode } from '@opentelemetry/api';
import { capturedLog } from './testing/captured-log.ts';
import { fakeTimers } from '../../support/testing/fake-timers.ts';
import { collectSpans } from './testing/tracing.ts';
import { ApiError, NotLeadingError } from '../../kubernetes/api.ts';
import { Controller } from './controller.ts';
import type { ControllerOptions } from './controller.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { TerminalError } from './reconciler.ts';
import type { Reconciler, Result } from './reconciler.ts';

const spans = collectSpans();
beforeEach(() => void spans());

type Reconcile = Reconciler['reconcile'];

function setUp(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const timers = fakeTimers();
  const metrics = createMetrics();
  const { log, lines } = capturedLog();
  const calls: { key: string; at: number }[] = [];
  const began = timers.now();
  const reconciler: Reconciler = {
    name: 'seat',
    reconcile(key, signal) {
      calls.push({ key, at: timers.now() - began });
      return reconcile(key, signal);
    },
  };
  const controller = new Controller({ reconciler, metrics, log, timers, ...options });
  controller.start();
  const metric = async (line: string): Promise<string | undefined> =>
    (await metrics.text()).split('\n').find((one) => one.startsWith(`${line} `) || one.startsWith(`${line}{`));
  const results = async (): Promise<string> => {
    const text = await metrics.text();
    return [...text.matchAll(/reconcile_total\{controller="seat",result="(\w+)"\} ([1-9]\d*)/g)]
      .map(([, result, count]) => `${count} ${result}`)
      .join(', ');
  };
  return { controller, timers, lines, calls, metric, results, times: () => calls.map(({ at }) => at) };
}

const gives =
  (result?: Result): Reconcile =>
  () =>
    Promise.resolve(result);
const throws = (thrown: unknown): Reconcile => {
  const error = thrown as Error;
  return () => Promise.reject(error);
};
/** Each call does what comes next; the last goes on for ever. */
const inTurn =
  (...steps: Reconcile[]): Reconcile =>
  (...args) =>
    (steps.length > 1 ? steps.shift() : steps[0])?.(...args) ?? Promise.resolve(undefined);

/** Until its signal is aborted; then fails with the signal's reason, as fetch does. */
const endless: Reconcile = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('what follows from a reconcile', () => {
  test('that succeeds is nothing, until something changes', async () => {
    const { controller, timers, times, results } = setUp(gives());
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0]);
    expect(await results()).toBe('1 success');
  });

  test('that asks to be called later is that', async () => {
    const { controller, timers, times, results } = setUp(inTurn(gives({ requeueAfter: 30_000 }), gives()));
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0, 30_000]);
    expect(await results()).toBe('1 success, 1 requeue_after');
  });

  test('that fails is another one, later and later; and its success makes the next failure a first one', async () => {
    const fails = throws(new Error('no'));
    const { controller, timers, calls, results, metric } = setUp(inTurn(fails, fails, fails, gives(), fails, gives()));
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

  test('that fails for good is nothing, until something changes', async () => {
    const { controller, timers, times, lines, results, metric } = setUp(
      throws(new TerminalError('The quota does not fit.')),
    );
    controller.enqueue('a');
    await timers.advance(3_600_000);
    expect(times()).toEqual([0]);
    controller.enqueue('a');
    await timers.advance(0);
    expect(times()).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'Reconcile failed, will not be tried again before something changes',
    });
    expect(await results()).toBe('2 error');
    expect(await metric('controller_runtime_terminal_reconcile_errors_total')).toMatch(/ 2$/);
  });

  test('that may not write is nothing, not even a word, and is another one once it may: the lead can come back unnoticed', async () => {
    const { controller, timers, times, lines, results } = setUp(
      inTurn(throws(new NotLeadingError()), throws(new NotLeadingError()), gives()),
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
    'that asks to be called in %i ms is another one soon, and never one after the other without a pause',
    async (requeueAfter) => {
      const { controller, timers, times, results } = setUp(gives({ requeueAfter }));
      controller.enqueue('a');
      await timers.advance(1000);
      expect(times().length).toBeGreaterThan(2);
      expect(times().length).toBeLessThan(10);
      expect(await results()).toMatch(/^\d requeue$/);
    },
  );

  test('that asks for what is no number is a failure', async () => {
    const { controller, timers, lines } = setUp(inTurn(gives({ requeueAfter: NaN }), gives()));
    controller.enqueue('a');
    await timers.advance(100);
    expect(lines[0]?.fields).toMatchObject({
      err: { message: 'Expected requeueAfter to be a number of milliseconds, found NaN.' },
    });
  });
});

describe('a failure', () => {
  test('is told with what is going to be done about it', async () => {
    const { controller, timers, lines } = setUp(inTurn(throws(new Error('no')), gives()));
    controller.enqueue('a');
    await timers.advance(100);
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'Reconcile failed, will be tried again',
        fields: { err: { message: 'no' }, retries: 1, againInMs: 5 },
      },
    ]);
  });

  test('that is a conflict is no reason to speak up', async () => {
    const conflict = new ApiError('PATCH /x', 409, { reason: 'Conflict', message: 'the object has been modified' });
    const { controller, timers, calls, lines } = setUp(inTurn(throws(conflict), gives()));
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
    ['undefined', throws(undefined)],
    ['null', throws(null)],
    ['a string', throws('oh')],
    ['an object without a prototype', throws(Object.create(null))],
    ['an object that throws when it is read', throws(unreadable)],
    [
      'before there is a promise',
      () => {
        throw new Error('at once');
      },
    ],
  ])('that is odd (%s) is one like any other, and the worker goes on', async (_, odd) => {
    const { controller, timers, calls, lines } = setUp(inTurn(odd, gives()));
    controller.enqueue('a');
    controller.enqueue('b');
    await timers.advance(100);
    expect(calls.map(({ key }) => key)).toEqual(['a', 'b', 'a']);
    expect(lines).toMatchObject([{ message: 'Reconcile failed, will be tried again' }]);
  });
});

describe('the signal', () => {
  test('ends a reconcile that takes too long, and that is a failure that says so', async () => {
    const { controller, timers, times, lines } = setUp(inTurn(endless, gives()));
    controller.enqueue('a');
    await timers.advance(119_999);
    expect(lines).toEqual([]);
    await timers.advance(100);
    expect(lines[0]?.fields).toMatchObject({
      err: { message: 'Expected the reconcile to end within 120 s, found it still at work. It was told to end.' },
    });
    expect(times()).toHaveLength(2);
  });

  test('is left alone when the reconcile has ended, and no timer stays', async () => {
    let given: AbortSignal | undefined;
    const { controller, timers } = setUp((_, signal) => {
      given = signal;
      return Promise.resolve(undefined);
    });
    controller.enqueue('a');
    await timers.advance(300_000);
    expect(given?.aborted).toBe(false);
    expect(timers.pending).toBe(0);
  });
});

describe('workers', () => {
  /** Reconciles that end when they are told to. */
  function open() {
    const ends = new Map<string, () => void>();
    const reconcile: Reconcile = (key) => new Promise((resolve) => ends.set(key, () => resolve(undefined)));
    return { ends, reconcile };
  }

  test('are as many as was asked, and none has a key that another has', async () => {
    const { ends, reconcile } = open();
    const { controller, timers, calls, metric } = setUp(reconcile, { workers: 2 });
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

  test('take nothing before they are started, and then what has come until then', async () => {
    const timers = fakeTimers();
    const keys: string[] = [];
    const reconciler: Reconciler = {
      name: 'seat',
      reconcile: (key) => {
        keys.push(key);
        return Promise.resolve(undefined);
      },
    };
    const controller = new Controller({ reconciler, metrics: createMetrics(), log: capturedLog().log, timers });
    controller.enqueue('a');
    await timers.advance(1000);
    expect(keys).toEqual([]);
    controller.start();
    controller.start();
    await timers.advance(0);
    expect(keys).toEqual(['a']);
  });

  test('that are stopped take nothing more; stopping waits for what runs, having told it to end', async () => {
    const { controller, timers, calls, lines } = setUp(endless);
    for (const key of ['a', 'b']) controller.enqueue(key);
    await timers.advance(0);
    await controller.stop();
    controller.enqueue('c');
    await timers.advance(3_600_000);
    expect(calls.map(({ key }) => key)).toEqual(['a']);
    expect(lines).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  test('are waited for also where they do not listen to their signal', async () => {
    const { ends, reconcile } = open();
    const { controller, timers } = setUp(reconcile);
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

describe('a resync', () => {
  test('has every key reconciled once in each interval, not all at one time', async () => {
    const { controller, timers, calls } = setUp(gives());
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

  test('that can not tell the keys is tried again', async () => {
    const { controller, timers, calls, lines } = setUp(gives());
    let asked = 0;
    controller.resync(() => {
      if (asked++ === 0) throw new Error('no list');
      return ['a'];
    }, 1000);
    await timers.advance(5000);
    expect(lines).toMatchObject([{ level: 'error', message: 'Resync failed, will be tried again' }]);
    expect(calls.length).toBeGreaterThan(1);
  });

  test('that is asked for again takes the place of the one before', async () => {
    const { controller, timers } = setUp(gives());
    controller.resync(() => ['a'], 1000);
    controller.resync(() => ['a'], 1000);
    expect(timers.pending).toBe(1);
    await timers.advance(1000);
    expect(timers.pending).toBe(2); // the next pass, and the key's own time
  });

  test('ends with the controller', async () => {
    const { controller, timers } = setUp(gives());
    controller.resync(() => ['a'], 1000);
    await controller.stop();
    expect(timers.pending).toBe(0);
  });
});

describe('a reconcile', () => {
  test('has a span of its own, with key and result', async () => {
    const { controller, timers } = setUp(inTurn(throws(new Error('no')), gives()));
    controller.enqueue('a');
    await timers.advance(100);
    expect(spans()).toMatchObject([
      {
        name: 'seat reconcile',
        attributes: { 'reconcile.key': 'a', 'reconcile.result': 'error' },
        status: { code: SpanStatusCode.ERROR, message: 'no' },
      },
      {
        name: 'seat reconcile',
        attributes: { 'reconcile.key': 'a', 'reconcile.result': 'success' },
        status: { code: SpanStatusCode.UNSET },
      },
    ]);
  });

  test('has controller, key and trace on each line that is logged in it', async () => {
    const written: string[] = [];
    const log = createLogger('info', { write: (line: string) => void written.push(line) });
    const { controller, timers } = setUp(async () => {
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

  test('is timed', async () => {
    const { controller, timers, metric } = setUp(inTurn(endless, gives()), { timeout: 2000 });
    controller.enqueue('a');
    await timers.advance(2000);
    expect(await metric('controller_runtime_reconcile_time_seconds_sum')).toMatch(/ 2$/);
    expect(await metric('workqueue_work_duration_seconds_sum')).toMatch(/ 2$/);
  });
});
