// A controller with fake timers and a reconciler that the test defines, for tests of the controller.
import { trace } from '@opentelemetry/api';
import { fakeTimers } from '../../../support/testing/fake-timers.ts';
import { Controller } from '../controller.ts';
import type { ControllerOptions } from '../controller.ts';
import { createMetrics } from '../metrics.ts';
import type { Reconciler, Result } from '../reconciler.ts';
import { capturedLog } from './captured-log.ts';

export type Reconcile = Reconciler['reconcile'];

/** Creates a controller named `seat`, but doesn't start it. Also returns its timers, its metrics and its log lines. */
export function aController(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const timers = fakeTimers();
  const metrics = createMetrics();
  const { log, lines } = capturedLog();
  const tracer = trace.getTracer('test');
  const reconciler: Reconciler = { name: 'seat', reconcile };
  const controller = new Controller({ reconciler, metrics, log, tracer, timers, ...options });
  return { controller, timers, metrics, lines };
}

/** Starts a controller, and records the key and the time of each reconcile. */
export function startController(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const calls: { key: string; at: number }[] = [];
  const recorded: Reconcile = (key, signal) => {
    calls.push({ key, at: timers.now() - startTime });
    return reconcile(key, signal);
  };
  const { controller, timers, metrics, lines } = aController(recorded, options);
  const startTime = timers.now();
  controller.start();
  const metric = async (name: string): Promise<string | undefined> =>
    (await metrics.text()).split('\n').find((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  const results = async (): Promise<string> => {
    const text = await metrics.text();
    return [...text.matchAll(/reconcile_total\{controller="seat",result="(\w+)"\} ([1-9]\d*)/g)]
      .map(([, result, count]) => `${count} ${result}`)
      .join(', ');
  };
  return { controller, timers, lines, calls, metric, results, times: () => calls.map(({ at }) => at) };
}

export const returns =
  (result?: Result): Reconcile =>
  () =>
    Promise.resolve(result);

export const rejects = (thrown: unknown): Reconcile => {
  const error = thrown as Error;
  return () => Promise.reject(error);
};

/** Returns a reconcile function whose n-th call runs the n-th step. The last step repeats. */
export const inTurn =
  (...steps: Reconcile[]): Reconcile =>
  (...args) =>
    (steps.length > 1 ? steps.shift() : steps[0])?.(...args) ?? Promise.resolve(undefined);

/** A reconcile function that never ends by itself. It rejects with the signal's reason when the signal is aborted. */
export const endless: Reconcile = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
