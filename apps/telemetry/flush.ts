// Sends what the SDK has recorded when the guide asks for it, so that a check need not wait for the next export. A
// flush makes telemetry arrive earlier, and changes nothing about it. Anybody who reaches the health port can ask, so
// only one flush runs at a time, with a pause in between.
import { setTimeout as delay } from 'node:timers/promises';
import { diag, logs, metrics, trace } from '@opentelemetry/api';
import type { ProxyTracerProvider } from '@opentelemetry/api';
import { messageOf } from '../../support/errors.ts';

export interface FlushLimits {
  /** Milliseconds after which a caller gets an answer, even if the flush has not ended. */
  readonly answer: number;
  /** Milliseconds from the start of a flush to the start of the next. */
  readonly pause: number;
}

const LIMITS: FlushLimits = { answer: 2_000, pause: 250 };

export class Flusher {
  readonly #flush: () => Promise<unknown>;
  readonly #limits: FlushLimits;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | undefined;

  constructor(flush: () => Promise<unknown>, limits: FlushLimits = LIMITS) {
    this.#flush = flush;
    this.#limits = limits;
  }

  /**
   * Flushes once more, after the flush that runs now. Callers that ask meanwhile share that one.
   * @returns whether everything was sent in time
   */
  request(): Promise<boolean> {
    this.#next ??= this.#last.then(() => this.#start());
    return Promise.race([this.#next, delay(this.#limits.answer, false, { ref: false })]);
  }

  #start(): Promise<boolean> {
    this.#next = undefined;
    const flushed = this.#flush().then(() => true, reportError);
    this.#last = Promise.all([flushed, delay(this.#limits.pause, undefined, { ref: false })]);
    return flushed;
  }
}

function reportError(error: unknown): false {
  diag.error(`a flush failed: ${[error].flat().map(messageOf).join(', ')}`);
  return false;
}

interface Provider {
  forceFlush?(): Promise<void>;
}

/** Sends all spans that have ended, all metrics and all log records. */
export async function flushTelemetry(): Promise<void> {
  const providers = [
    (trace.getTracerProvider() as ProxyTracerProvider).getDelegate(),
    metrics.getMeterProvider(),
    logs.getLoggerProvider(),
  ] as Provider[];
  await Promise.all(providers.map(async (provider) => provider.forceFlush?.()));
}
