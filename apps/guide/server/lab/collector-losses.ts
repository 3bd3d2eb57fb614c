// Finds what the Collector has dropped: how much by the metrics about itself, and why by its log. The metrics count
// everything since it started, and the log is read only when they have grown.
// https://opentelemetry.io/docs/collector/internal-telemetry/
import { GUIDE_EXPORTER, JAEGER_EXPORTER, OLD_JAEGER_EXPORTER, PROMETHEUS_EXPORTER } from '../../../../lab/names.ts';
import type { TelemetrySignal } from '../../contract.ts';
import type { Dropped } from '../../explore-contract.ts';

export interface CollectorLossSources {
  /** Returns the Collector's metrics about itself in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /** Returns the log of the Collector's newest pod, or '' if it can't be read. */
  readonly log: (sinceSeconds: number) => Promise<string>;
  readonly now?: () => number;
}

/** The exporters of the lab, and where they lead. What others lose is missing on no page. */
const EXPORTERS: Readonly<Record<string, string>> = {
  [JAEGER_EXPORTER]: 'Jaeger',
  [OLD_JAEGER_EXPORTER]: 'Jaeger',
  [GUIDE_EXPORTER]: 'the guide',
  [PROMETHEUS_EXPORTER]: 'Prometheus',
};

const SIGNALS: Readonly<Record<string, TelemetrySignal>> = {
  spans: 'traces',
  metric_points: 'metrics',
  log_records: 'logs',
};

/** `enqueue`: the exporter's queue had no room. `send`: the receiver refused it, or was not there. */
type Stage = 'enqueue' | 'send';

interface Count {
  readonly exporter: string;
  readonly signal: TelemetrySignal;
  readonly stage: Stage;
  readonly count: number;
}

/** What the log says about a loss: when it happened last, and the error. */
interface Reason {
  readonly at: number;
  readonly error: string;
}

interface Known extends Count {
  readonly reason?: Reason | undefined;
}

const keyOf = ({ exporter, signal, stage }: Omit<Count, 'count'>): string => `${exporter} ${signal} ${stage}`;

/** The most seconds of the log that are read. */
const LONGEST = 600;

export class CollectorLosses {
  readonly #sources: Required<CollectorLossSources>;
  #known: ReadonlyMap<string, Known> = new Map();
  #read: number | undefined;

  constructor(sources: CollectorLossSources) {
    this.#sources = { now: Date.now, ...sources };
  }

  /** Returns what the Collector has dropped since it started. While it does not answer, that is what was known last. */
  async list(): Promise<Dropped[]> {
    await this.#update().catch(() => undefined);
    return [...this.#known.values()].map(lossOf);
  }

  async #update(): Promise<void> {
    const { metrics, now } = this.#sources;
    const counts = countsIn(await metrics());
    const before = hasRestarted(this.#known, counts) ? new Map<string, Known>() : this.#known;
    const hasGrown = (one: Count) => one.count > (before.get(keyOf(one))?.count ?? 0);
    const reasons = counts.some(hasGrown) ? await this.#reasons() : new Map<string, Reason>();
    const isFirst = this.#read === undefined;
    this.#read = now();
    this.#known = new Map(
      counts.map((one) => {
        const key = keyOf(one);
        const seen = hasGrown(one) && !isFirst ? { at: now(), error: '' } : before.get(key)?.reason;
        return [key, { ...one, reason: reasons.get(key) ?? seen }];
      }),
    );
  }

  async #reasons(): Promise<Map<string, Reason>> {
    const { log, now } = this.#sources;
    const seconds = this.#read === undefined ? LONGEST : (now() - this.#read) / 1_000 + 5;
    return reasonsIn(await log(Math.ceil(Math.min(seconds, LONGEST))));
  }
}

/** Returns whether the Collector counts anew. */
const hasRestarted = (known: ReadonlyMap<string, Known>, counts: readonly Count[]): boolean =>
  [...known].some(([key, { count }]) => count > (counts.find((one) => keyOf(one) === key)?.count ?? 0));

const COUNTER =
  /^otelcol_exporter_(enqueue|send)_failed_([a-z_]+?)(?:_total)?\{[^}\n]*?exporter="([^"\n]*)"[^}\n]*\} (\S+)$/gm;

/** Returns how much the lab's exporters have failed to send. */
function countsIn(text: string): Count[] {
  return [...text.matchAll(COUNTER)].flatMap(([, stage, items = '', exporter = '', value]) => {
    const [signal, count] = [Object.hasOwn(SIGNALS, items) ? SIGNALS[items] : undefined, Number(value)];
    if (!signal || !Object.hasOwn(EXPORTERS, exporter) || !(count > 0)) return [];
    return [{ exporter, signal, stage: stage as Stage, count }];
  });
}

const LINE = /^(\S+)\terror\t[^\t]*\tExporting failed\. (Rejecting|Dropping) data\.[^\t]*\t(\{.*\})$/gm;

/** Returns what the log says last about each loss. */
function reasonsIn(log: string): Map<string, Reason> {
  const found = [...log.matchAll(LINE)].map(([, time = '', what, json = '']) => {
    const fields = fieldsIn(json);
    const stage: Stage = what === 'Rejecting' ? 'enqueue' : 'send';
    const key = `${fields['otelcol.component.id']} ${fields['otelcol.signal']} ${stage}`;
    return [key, { at: Date.parse(time), error: fields['error'] ?? '' }] as const;
  });
  return new Map(found.filter(([, { at }]) => !Number.isNaN(at)));
}

function fieldsIn(json: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(json) as Record<string, string>;
  } catch {
    return {};
  }
}

const EXAMPLE = 200;

const roomReason = (reason: Reason | undefined): 'size' | 'full' =>
  reason?.error.includes('too large') ? 'size' : 'full';

function lossOf({ exporter, signal, stage, count, reason }: Known): Dropped {
  const error = stage === 'send' && reason ? wordsOf(reason.error) : '';
  return {
    ...{ signal, hop: 'collector', count, to: EXPORTERS[exporter] ?? exporter },
    reason: stage === 'send' ? 'refused' : roomReason(reason),
    ...(error !== '' && { example: error.slice(0, EXAMPLE) }),
    ...(reason && { last: reason.at }),
  };
}

/** Returns an error without the words that each of them begins with. */
const wordsOf = (error: string): string =>
  error.replace(/^(no more retries left: |not retryable error: |Permanent error: |rpc error: code = \w+ desc = )+/, '');
