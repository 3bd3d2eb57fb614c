// Takes keys from a work queue and has them reconciled, as controller-runtime's controller does: what follows from what came of a
// reconcile is decided in one place, `#follow`.
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/internal/controller
import { isConflict, NotLeadingError } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';
import { withFields } from './log.ts';
import type { Logger } from './log.ts';
import type { ControllerHooks, Metrics } from './metrics.ts';
import { WorkQueue } from './queue.ts';
import { TerminalError } from './reconciler.ts';
import type { Reconciler, Result } from './reconciler.ts';
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';
import { inSpan, recordError } from './tracing.ts';

export interface ControllerOptions {
  readonly reconciler: Reconciler;
  readonly metrics: Pick<Metrics, 'controller'>;
  readonly log: Logger;
  /** How many keys are reconciled at a time. Default 1. */
  readonly workers?: number;
  /** Milliseconds after which a reconcile is told to end, by its signal. Default 2 minutes. */
  readonly timeout?: number;
  readonly timers?: Timers;
}

/** Milliseconds until a key is tried again that could not be written for want of the lead: where another has it, that one writes, and then nothing differs. */
const LED_AGAIN_MS = 1000;

/** What came of a reconcile. */
type Outcome =
  | { readonly result: 'success' | 'requeue' | 'not_leading' | 'stopped' }
  | { readonly result: 'requeue_after'; readonly ms: number }
  | { readonly result: 'error' | 'terminal_error'; readonly error: Error };

export class Controller {
  readonly #reconciler: Reconciler;
  readonly #hooks: ControllerHooks;
  readonly #log: Logger;
  readonly #timers: Timers;
  readonly #timeout: number;
  readonly #workers: number;
  readonly #queue: WorkQueue;
  /** One for each reconcile that runs. A signal made of others (AbortSignal.any) would be held by the one that lives longest. */
  readonly #running = new Set<AbortController>();
  #stopping = false;
  #started = false;
  #cancelResync = (): void => undefined;

  constructor({ reconciler, metrics, log, workers = 1, timeout = 120_000, timers = systemTimers }: ControllerOptions) {
    this.#reconciler = reconciler;
    this.#hooks = metrics.controller(reconciler.name);
    this.#log = log;
    this.#timers = timers;
    this.#timeout = timeout;
    this.#workers = workers;
    this.#queue = new WorkQueue({ timers, hooks: this.#hooks.queue(() => this.#queue.unfinishedWork) });
  }

  /** Has `key` reconciled soon; until the controller is started it waits. */
  enqueue(key: string): void {
    this.#queue.add(key);
  }

  /** Has `key` reconciled no later than `ms` milliseconds from now. */
  enqueueAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /** Has all keys reconciled once in every `every` milliseconds, spread over them, in case that something went unseen. The last call counts. */
  resync(keys: () => Iterable<string>, every: number): void {
    this.#cancelResync();
    this.#cancelResync = this.#timers.after(every, () => {
      this.resync(keys, every);
      try {
        for (const key of keys()) this.#queue.addAfter(key, Math.random() * every);
      } catch (thrown) {
        this.#log.error(
          { controller: this.#reconciler.name, err: asError(thrown) },
          'Resync failed, will be tried again',
        );
      }
    });
  }

  /** Sets the workers to work. To be called again changes nothing. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#hooks.workers(this.#workers);
    for (let worker = 0; worker < this.#workers; worker++) void this.#work();
  }

  /** Tells the reconciles that run to end, and begins none. Resolves when they have. */
  async stop(): Promise<void> {
    this.#cancelResync();
    this.#stopping = true;
    for (const controller of this.#running)
      controller.abort(new Error('Expected to go on, found the controller stopped.'));
    await this.#queue.shutDown();
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.get(); key !== undefined; key = await this.#queue.get()) {
      try {
        await this.#process(key);
      } catch (thrown) {
        // not the reconcile's, which are dealt with: ours
        this.#log.error(
          { controller: this.#reconciler.name, key, err: asError(thrown) },
          'Reconcile could not be followed up',
        );
      } finally {
        this.#queue.done(key);
      }
    }
  }

  #process(key: string): Promise<void> {
    const { name } = this.#reconciler;
    return withFields({ controller: name, key }, () =>
      inSpan(`${name} reconcile`, { 'reconcile.key': key }, async (span) => {
        const began = this.#timers.now();
        const ended = this.#hooks.began();
        const outcome = await this.#reconcile(key);
        ended((this.#timers.now() - began) / 1000);
        span.setAttribute('reconcile.result', outcome.result);
        if ('error' in outcome) recordError(span, outcome.error);
        this.#follow(key, outcome);
      }),
    );
  }

  async #reconcile(key: string): Promise<Outcome> {
    const running = new AbortController();
    this.#running.add(running);
    const cancel = this.#timers.after(this.#timeout, () => {
      running.abort(
        new Error(
          `Expected the reconcile to end within ${this.#timeout / 1000} s, found it still at work. It was told to end.`,
        ),
      );
    });
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

  #follow(key: string, outcome: Outcome): void {
    switch (outcome.result) {
      case 'error': {
        const delay = this.#queue.addRateLimited(key);
        this.#hooks.ended('error');
        const level = isConflict(outcome.error) ? 'debug' : 'error'; // somebody else wrote first: that happens, and is no fault
        this.#log[level](
          { err: outcome.error, retries: this.#queue.retries(key), againInMs: Math.round(delay) },
          'Reconcile failed, will be tried again',
        );
        return;
      }
      case 'terminal_error':
        this.#queue.forget(key);
        this.#hooks.ended('error');
        this.#hooks.terminal();
        this.#log.error({ err: outcome.error }, 'Reconcile failed, will not be tried again before something changes');
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
      // Whoever leads has the key, too. But a renewal that was answered late may give the lead back to this process, which never noticed that it
      // had run out: then nobody else has it.
      case 'not_leading':
        this.#queue.forget(key);
        this.#queue.addAfter(key, LED_AGAIN_MS);
        return;
      case 'stopped':
        this.#queue.forget(key);
    }
  }
}

function outcomeOf(result: Result | undefined): Outcome {
  const ms = result?.requeueAfter;
  if (ms === undefined) return { result: 'success' };
  if (ms > 0) return { result: 'requeue_after', ms };
  // It is overdue. Taken at its word, a reconciler that says so each time would run without a pause.
  if (ms <= 0) return { result: 'requeue' };
  return { result: 'error', error: new Error(`Expected requeueAfter to be a number of milliseconds, found ${ms}.`) };
}

function failureOf(thrown: unknown): Outcome {
  if (thrown instanceof NotLeadingError) return { result: 'not_leading' };
  if (thrown instanceof TerminalError) return { result: 'terminal_error', error: thrown };
  return { result: 'error', error: asError(thrown) };
}
