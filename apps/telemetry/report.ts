// What this process knows about its own telemetry: spans that never ended, calls that the SDK refused, telemetry that
// it could not send, exceptions in the app's code, the files it started with, and where it listens. The health server
// shows it at /report, for the guide. The app's code could fake it, so it helps to explain a problem, and never decides
// whether a step is passed.
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/** A number of spans with the same name that have started and not ended. */
export interface OpenSpans {
  readonly name: string;
  readonly scope: string;
  readonly count: number;
  /** Age of the oldest of them in milliseconds. */
  readonly oldest: number;
}

/** Something that happened one or more times. */
export interface Incident {
  readonly message: string;
  /** The line of the app's code, if it is known. */
  readonly line?: number;
  readonly count: number;
  /** Milliseconds since it happened last. */
  readonly ago: number;
}

export type Signal = 'traces' | 'metrics' | 'logs';

/** Telemetry that did not leave this process. */
export interface Loss {
  readonly signal: Signal;
  /** `queue`: the SDK's queue was full. `export`: an exporter failed, or the receiver took only a part. */
  readonly at: 'queue' | 'export';
  /** The error of the exporter, or the length of the queue. */
  readonly message: string;
  /** The number of spans, data points or log records. */
  readonly count: number;
  /** Milliseconds since it happened last. */
  readonly ago: number;
}

export type StartedFile = 'app.ts' | 'settings.env';

export interface Report {
  /** Whether the app's own code has run to its end once, as far as the process knows. */
  readonly stage: 'loading' | 'loaded';
  readonly level: string;
  /** SHA-256 of the learner's files with which the process started, by their names. */
  readonly files: Readonly<Partial<Record<StartedFile, string>>>;
  /** The port on which the app is expected to listen. */
  readonly port: number;
  readonly listening: readonly { readonly address: string; readonly port: number }[];
  readonly sampler: string;
  readonly instrumentations: readonly string[];
  readonly mistakes: readonly string[];
  readonly spans: { readonly started: number; readonly ended: number; readonly open: readonly OpenSpans[] };
  /** Calls that the SDK refused: attributes of the wrong type, and calls on spans that had ended. */
  readonly refused: readonly Incident[];
  /** The newest first. */
  readonly losses: readonly Loss[];
  /** Milliseconds since an exporter that had failed sent something again, by signal. */
  readonly recovered: Readonly<Partial<Record<Signal, number>>>;
  readonly exceptions: readonly Incident[];
}

const MOST = { incidents: 20, losses: 3, open: 500, shown: 20, ended: 100, early: 20, text: 300 };

/** A list of the newest different incidents, with a bound. */
class Incidents {
  readonly #byText = new Map<string, { message: string; line: number | undefined; count: number; at: number }>();

  add(message: string, line?: number, count = 1): void {
    const text = message.slice(0, MOST.text);
    const key = `${line ?? ''} ${text}`;
    const sum = (this.#byText.get(key)?.count ?? 0) + count;
    this.#byText.delete(key);
    this.#byText.set(key, { message: text, line, count: sum, at: performance.now() });
    const [oldest] = this.#byText.keys();
    if (this.#byText.size > MOST.incidents && oldest !== undefined) this.#byText.delete(oldest);
  }

  /** Returns the incidents, the newest first. */
  list(): Incident[] {
    return [...this.#byText.values()]
      .reverse()
      .map(({ message, line, count, at }) => ({
        message,
        ...(line === undefined ? {} : { line }),
        count,
        ago: Math.round(performance.now() - at),
      }));
  }
}

interface OpenSpan {
  readonly name: string;
  readonly scope: string;
  readonly start: number;
}

export class Recorder {
  stage: Report['stage'] = 'loading';
  level = 'none';
  sampler = '';
  instrumentations: readonly string[] = [];
  mistakes: readonly string[] = [];
  readonly files: Partial<Record<StartedFile, string>> = {};
  readonly refused = new Incidents();
  readonly exceptions = new Incidents();
  /** Losses by their signal and place. */
  readonly #losses = new Map<string, { signal: Signal; at: Loss['at']; incidents: Incidents }>();
  /** When an exporter of a signal that had failed sent something again. */
  readonly #recovered = new Map<Signal, number>();
  #started = 0;
  #ended = 0;
  readonly #open = new Map<string, OpenSpan>();
  /** Names of the spans that ended last, by span id. */
  readonly #names = new Map<string, string>();
  /** Names of the first spans that started while the app's code was loaded, by span id. */
  readonly #early = new Map<string, string>();

  /** Remembers with which content of a file the process started. */
  startedWith(file: StartedFile, content: Buffer | string): void {
    this.files[file] = createHash('sha256').update(content).digest('hex');
  }

  spanStarted(spanId: string, name: string, scope: string): void {
    this.#started += 1;
    if (this.stage === 'loading' && this.#early.size < MOST.early) this.#early.set(spanId, name);
    // Beyond the bound spans are only counted. By then the open ones tell enough.
    if (this.#open.size < MOST.open) this.#open.set(spanId, { name, scope, start: performance.now() });
  }

  spanEnded(spanId: string, name: string): void {
    this.#ended += 1;
    this.#open.delete(spanId);
    this.#names.set(spanId, name);
    const [oldest] = this.#names.keys();
    if (this.#names.size > MOST.ended && oldest !== undefined) this.#names.delete(oldest);
  }

  /** Counts telemetry that did not leave this process. @param message why */
  lost(signal: Signal, at: Loss['at'], message: string, count: number): void {
    const key = `${signal} ${at}`;
    const losses = this.#losses.get(key) ?? { signal, at, incidents: new Incidents() };
    this.#losses.set(key, losses);
    losses.incidents.add(message, undefined, count);
  }

  /** Remembers that an exporter that had failed has sent something again. */
  hasRecovered(signal: Signal): void {
    this.#recovered.set(signal, performance.now());
  }

  /** Returns a span in words. One that started at load is the only one of its kind, however often code uses it. */
  nameOf(spanId: string, name = this.#names.get(spanId) ?? this.#early.get(spanId) ?? 'a span'): string {
    return this.#early.has(spanId) ? `${name}, which was started once, when app.ts was loaded` : name;
  }

  report(where: Pick<Report, 'port' | 'listening'>): Report {
    return {
      stage: this.stage,
      level: this.level,
      files: this.files,
      ...where,
      sampler: this.sampler,
      instrumentations: this.instrumentations,
      mistakes: this.mistakes.slice(0, MOST.shown),
      spans: { started: this.#started, ended: this.#ended, open: this.#openSpans() },
      refused: this.refused.list(),
      losses: this.#lossList(),
      recovered: Object.fromEntries(
        [...this.#recovered].map(([signal, at]) => [signal, Math.round(performance.now() - at)]),
      ),
      exceptions: this.exceptions.list(),
    };
  }

  #lossList(): Loss[] {
    return [...this.#losses.values()]
      .flatMap(({ signal, at, incidents }) =>
        incidents
          .list()
          .slice(0, MOST.losses)
          .map((incident) => ({ signal, at, ...incident })),
      )
      .sort((one, other) => one.ago - other.ago);
  }

  #openSpans(): OpenSpans[] {
    const groups = Map.groupBy(this.#open.values(), ({ name, scope }) => `${scope} ${name}`);
    return [...groups.values()]
      .flatMap((spans) => {
        const [{ name, scope, start }] = spans as [OpenSpan];
        const oldest = Math.round(performance.now() - start);
        return [{ name: name.slice(0, MOST.text), scope, count: spans.length, oldest }];
      })
      .slice(0, MOST.shown);
  }
}

/** The recorder of this process. */
export const recorder = new Recorder();
