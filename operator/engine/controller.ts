// Takes keys from a work queue and reconciles them, as controller-runtime's controller does. `#handleOutcome` decides
// what follows from each outcome.
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/internal/controller
import type { Tracer } from '@opentelemetry/api';
import { isConflict, NotLeadingError } from '../../kubernetes/api.ts';
import { asError } from '../../support/errors.ts';
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';
import { withFields } from './log.ts';
import type { Logger } from './log.ts';
import type { ControllerHooks, Metrics } from './metrics.ts';
import { WorkQueue } from './queue.ts';
import { TerminalError } from './reconciler.ts';
import type { Reconciler, Result } from './reconciler.ts';
import { inSpan, recordError } from './tracing.ts';

export interface ControllerOptions {
  readonly reconciler: Reconciler;
  readonly metrics: Pick<Metrics, 'controller'>;
  readonly log: Logger;
  readonly tracer: Tracer;
  /** Maximum number of concurrent reconciles. Default 1. */
  readonly workers?: number;
  /** Milliseconds before the signal of a reconcile is aborted. Default 2 minutes. */
  readonly timeout?: number;
  readonly timers?: Timers;
}

/**
 * Milliseconds before retrying a write that was refused because this process doesn't lead. By then the leader has
 * usually written it.
 */
const NOT_LEADING_RETRY_MS = 1000;

/** How a reconcile ended. */
type Outcome =
  | { readonly result: 'success' | 'requeue' | 'not_leading' | 'stopped' }
  | { readonly result: 'requeue_after'; readonly ms: number }
  | { readonly result: 'error' | 'terminal_error'; readonly error: Error };

export class Controller {
  readonly #reconciler: Reconciler;
  readonly #hooks: ControllerHooks;
  readonly #log: Logger;
  readonly #tracer: Tracer;
  readonly #timers: Timers;
  readonly #timeout: number;
  readonly #workers: number;
  readonly #queue: WorkQueue;
  /**
   * One per running reconcile. AbortSignal.any would leak: the longest-lived signal keeps a reference to each of the
   * others.
   */
  readonly #running = new Set<AbortController>();
  #stopping = false;
  #started = false;
  #cancelResync = (): void => undefined;

  constructor(options: ControllerOptions) {
    const { reconciler, metrics, log, tracer, workers = 1, timeout = 120_000, timers = systemTimers } = options;
    this.#reconciler = reconciler;
    this.#hooks = metrics.controller(reconciler.name);
    this.#log = log;
    this.#tracer = tracer;
    this.#timers = timers;
    this.#timeout = timeout;
    this.#workers = workers;
    this.#queue = new WorkQueue({ timers, hooks: this.#hooks.queue(() => this.#queue.unfinishedWork) });
  }

  get name(): string {
    return this.#reconciler.name;
  }

  /** Queues `key`. Before `start`, it waits in the queue. */
  enqueue(key: string): void {
    this.#queue.add(key);
  }

  /** Queues `key` after `ms` milliseconds, or sooner if it was already due sooner. */
  enqueueAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /**
   * Queues every key once per `interval` milliseconds, spread over the interval, in case a change was missed. A second
   * call replaces the first.
   */
  resync(keys: () => Iterable<string>, interval: number): void {
    this.#cancelResync();
    this.#cancelResync = this.#timers.after(interval, () => {
      this.resync(keys, interval);
      try {
        for (const key of keys()) this.#queue.addAfter(key, Math.random() * interval);
      } catch (thrown) {
        this.#log.error({ controller: this.name, err: asError(thrown) }, 'Resync failed, retrying');
      }
    });
  }

  /** Starts the workers. Further calls have no effect. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#hooks.workers(this.#workers);
    for (let worker = 0; worker < this.#workers; worker++) void this.#work();
  }

  /** Aborts the running reconciles and starts no more. Resolves when the running ones have ended. */
  async stop(): Promise<void> {
    this.#cancelResync();
    this.#stopping = true;
    for (const running of this.#running) running.abort(new Error('The reconcile was aborted: the controller stops.'));
    await this.#queue.shutDown();
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.get(); key !== undefined; key = await this.#queue.get()) {
      try {
        await this.#process(key);
      } catch (thrown) {
        // Not an error of the reconciler, which `#reconcile` catches, but a bug in the engine.
        this.#log.error({ controller: this.name, key, err: asError(thrown) }, 'Reconcile outcome could not be handled');
      } finally {
        this.#queue.done(key);
      }
    }
  }

  #process(key: string): Promise<void> {
    const { name } = this;
    const spanSpec = { tracer: this.#tracer, name: `${name} reconcile`, attributes: { 'reconcile.key': key } };
    return withFields({ controller: name, key }, () =>
      inSpan(spanSpec, async (span) => {
        const startTime = this.#timers.now();
        const finish = this.#hooks.started();
        const outcome = await this.#reconcile(key);
        finish((this.#timers.now() - startTime) / 1000);
        span.setAttribute('reconcile.result', outcome.result);
        if ('error' in outcome) recordError(span, outcome.error);
        this.#handleOutcome(key, outcome);
      }),
    );
  }

  async #reconcile(key: string): Promise<Outcome> {
    const running = new AbortController();
    this.#running.add(running);
    const cancel = this.#timers.after(this.#timeout, () => running.abort(timeoutError(this.#timeout)));
    try {
      return outcomeOf(await this.#reconciler.reconcile(key, running.signal));
    } catch (thrown) {
      if (this.#stopping) return { result: 'stopped' };
      return failureOf(running.signal.aborted ? running.signal.reason : thrown);
    } finally {
      cancel();
      this.#running.delete(running);
    }
  }

  #handleOutcome(key: string, outcome: Outcome): void {
    switch (outcome.result) {
      case 'error':
        return this.#retry(key, outcome.error);
      case 'terminal_error':
        this.#queue.forget(key);
        this.#hooks.ended('error');
        this.#hooks.terminal();
        this.#log.error({ err: outcome.error }, 'Reconcile failed, not retrying until something changes');
        return;
      case 'requeue_after':
        this.#queue.forget(key);
        this.#queue.addAfter(key, outcome.ms);
        this.#hooks.ended('requeue_after');
        return;
      case 'requeue':
        this.#queue.addRateLimited(key);
        this.#hooks.ended('requeue');
        return;
      case 'success':
        this.#queue.forget(key);
        this.#hooks.ended('success');
        return;
      // The leader has this key too. But a renewal that was answered late can give the lead back to this process, which
      // never noticed that it had expired. Then nobody else has the key, so retry it.
      case 'not_leading':
        this.#queue.forget(key);
        this.#queue.addAfter(key, NOT_LEADING_RETRY_MS);
        return;
      case 'stopped':
        this.#queue.forget(key);
    }
  }

  #retry(key: string, error: Error): void {
    const delay = this.#queue.addRateLimited(key);
    this.#hooks.ended('error');
    const level = isConflict(error) ? 'debug' : 'error'; // A conflict is normal: somebody else wrote first.
    const fields = { err: error, retries: this.#queue.retries(key), retryInMs: Math.round(delay) };
    this.#log[level](fields, 'Reconcile failed, retrying');
  }
}

const timeoutError = (ms: number): Error =>
  new Error(
    `Expected the reconcile to end within ${ms / 1000} s, found it still running. It was aborted and is retried.`,
  );

function outcomeOf(result: Result | undefined): Outcome {
  const ms = result?.requeueAfter;
  if (ms === undefined) return { result: 'success' };
  if (ms > 0) return { result: 'requeue_after', ms };
  // Overdue. Backoff protects from a reconciler that returns this every time and would run without a pause.
  if (ms <= 0) return { result: 'requeue' };
  return { result: 'error', error: new Error(`Expected requeueAfter to be a number of milliseconds, found ${ms}.`) };
}

function failureOf(thrown: unknown): Outcome {
  if (thrown instanceof NotLeadingError) return { result: 'not_leading' };
  if (thrown instanceof TerminalError) return { result: 'terminal_error', error: thrown };
  return { result: 'error', error: asError(thrown) };
}
