// A controller takes keys from a work queue and calls its reconciler for each key. `#handleOutcome` decides whether and
// when the key is reconciled again. The controller is modelled on controller-runtime's controller.
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
  /**
   * Returns the uid of the object with this key. Spans name objects by it, because a key may contain a person's name.
   * Default: there is none.
   */
  readonly uidOf?: (key: string) => string | undefined;
  /** Maximum number of concurrent reconciles. Default 1. */
  readonly workers?: number;
  /**
   * Maximum duration of a reconcile in milliseconds. After that, the signal of the reconcile is aborted. Default
   * 120,000 (2 minutes).
   */
  readonly timeout?: number;
  readonly timers?: Timers;
}

/**
 * Delay in milliseconds before a retry of a reconcile whose write was refused. Writes are refused while this process is
 * not the leader. After this delay, the replica that leads has usually written the same change.
 */
const NOT_LEADING_RETRY_MS = 1000;

/** The outcome of one reconcile. */
type Outcome =
  | { readonly result: 'success' | 'requeue' | 'not_leading' | 'stopped' }
  | { readonly result: 'requeue_after'; readonly ms: number }
  | { readonly result: 'error' | 'terminal_error'; readonly error: Error };

export class Controller {
  readonly #reconciler: Reconciler;
  readonly #hooks: ControllerHooks;
  readonly #log: Logger;
  readonly #tracer: Tracer;
  readonly #uidOf: NonNullable<ControllerOptions['uidOf']>;
  readonly #timers: Timers;
  readonly #timeout: number;
  readonly #workers: number;
  readonly #queue: WorkQueue;
  /**
   * The abort controllers of the running reconciles. Each reconcile has its own. One shared signal, combined with
   * AbortSignal.any, would keep a reference to the signal of every reconcile and so leak memory.
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
    this.#uidOf = options.uidOf ?? (() => undefined);
    this.#timers = timers;
    this.#timeout = timeout;
    this.#workers = workers;
    this.#queue = new WorkQueue({ timers, hooks: this.#hooks.queue(() => this.#queue.unfinishedWork) });
  }

  get name(): string {
    return this.#reconciler.name;
  }

  /** Queues `key`. Before `start`, keys only wait in the queue. */
  enqueue(key: string): void {
    this.#queue.add(key);
  }

  /**
   * Queues `key` after `ms` milliseconds. If the key is already due to be queued later, the earlier of the two times
   * counts.
   */
  enqueueAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /**
   * Queues every key once per `interval` milliseconds, in case the controller has missed a change. The keys are spread
   * over the interval. A second call of `resync` replaces the first.
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

  /** Aborts the running reconciles and starts no new ones. Resolves when the running reconciles have ended. */
  async stop(): Promise<void> {
    this.#cancelResync();
    this.#stopping = true;
    for (const running of this.#running)
      running.abort(new Error('The reconcile was aborted because the controller is stopping.'));
    await this.#queue.shutDown();
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.get(); key !== undefined; key = await this.#queue.get()) {
      try {
        await this.#process(key);
      } catch (thrown) {
        // `#reconcile` catches the errors of the reconciler, so this error is a bug in the engine.
        this.#log.error(
          { controller: this.name, key, err: asError(thrown) },
          'Failed to handle the outcome of a reconcile',
        );
      } finally {
        this.#queue.done(key);
      }
    }
  }

  #process(key: string): Promise<void> {
    const { name } = this;
    const uid = this.#uidOf(key);
    const attributes = uid === undefined ? {} : { 'reconcile.uid': uid };
    const spanSpec = { tracer: this.#tracer, name: `${name} reconcile`, attributes };
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
      // A write was refused, because this process was not the leader. Usually another replica leads now and reconciles
      // this key. But if the answer to a renewal comes late, this process can become the leader again without noticing.
      // Then nobody else reconciles the key, so retry it.
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
    const level = isConflict(error) ? 'debug' : 'error'; // A conflict is normal: another client was faster.
    const fields = { err: error, retries: this.#queue.retries(key), retryInMs: Math.round(delay) };
    this.#log[level](fields, 'Reconcile failed, retrying');
  }
}

const timeoutError = (ms: number): Error =>
  new Error(
    `Expected the reconcile to end within ${ms / 1000} s, found it still running. It was aborted and will be retried.`,
  );

function outcomeOf(result: Result | undefined): Outcome {
  const ms = result?.requeueAfter;
  if (ms === undefined) return { result: 'success' };
  if (ms > 0) return { result: 'requeue_after', ms };
  // The reconciler wants the next reconcile at once. It still gets a growing delay, because a reconciler that always
  // returns 0 would otherwise run without a pause.
  if (ms <= 0) return { result: 'requeue' };
  return { result: 'error', error: new Error(`Expected requeueAfter to be a number of milliseconds, found ${ms}.`) };
}

function failureOf(thrown: unknown): Outcome {
  if (thrown instanceof NotLeadingError) return { result: 'not_leading' };
  if (thrown instanceof TerminalError) return { result: 'terminal_error', error: thrown };
  return { result: 'error', error: asError(thrown) };
}
