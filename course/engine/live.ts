// Judges what the learner's own requests have left, while the telemetry arrives. It runs the step's check on a view of
// the lab that sends nothing: in place of requests of its own, the check sees those of the learner. What it finds is
// “seen”. Only a check of known requests proves a step.
import { setTimeout as delay } from 'node:timers/promises';
import type { SeenRequirement } from '../../apps/guide/contract.ts';
import type { LearnerRequest } from '../../apps/guide/server/course-service.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import type { LabView, Look, StepCode } from './check.ts';
import { allMet } from './findings.ts';
import type { Finding } from './findings.ts';
import { sourcesOf, viewOf } from './lab-view.ts';
import { Observation } from './observation.ts';

export interface LiveOptions {
  readonly lab: Lab;
  readonly code: StepCode;
  readonly requests: readonly LearnerRequest[];
  /** The answers that the learner has written so far. */
  readonly answers?: Readonly<Record<string, string>>;
  /** When the learner started the step, in milliseconds since 1970. */
  readonly since: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Is called with what is seen, at each look. */
  readonly onSeen: (requirements: readonly SeenRequirement[]) => void;
}

const mostRequests = 8;
const often = 250; // ms between two looks, while most telemetry comes
const seldom = 1_000; // ms between two looks later
const soon = 5_000; // ms that the watch looks often
const spare = 6_000; // ms that it looks longer than telemetry takes
const longest = 45_000; // ms
const logPause = 1_000; // ms between two reads of a log
/** Milliseconds before the first request from which a trace of dice may be its own. The clocks are of one cluster. */
const margin = 20;

/** The end of a watch that can see nothing more. */
class WatchEnd extends Error {
  override name = 'WatchEnd';
}

/** Looks again and again at what the requests have left, until all is seen, or until nothing more can arrive. */
export async function watchLive({
  lab,
  code,
  requests,
  answers = {},
  since,
  signal,
  onSeen,
}: LiveOptions): Promise<void> {
  const { live, check } = code;
  const own = requests.filter(({ path, sent }) => sent >= since && live?.paths.test(path)).slice(-mostRequests);
  if (!live || own.length === 0) return;
  const isJudged = (text: string): boolean => own.some(({ path }) => (live.needs?.[text] ?? /^/).test(path));
  const report = (findings: readonly Finding[]): void =>
    onSeen(findings.map(({ text, state }) => ({ text, seen: state === 'met' && isJudged(text) })));
  const view = new LiveView(lab, own, { answers, since, signal, report });
  await suppressTracing(() => (live.check ?? check)(view.of())).catch((error: unknown) => {
    if (!(error instanceof WatchEnd)) throw error;
  });
}

interface ViewOptions {
  readonly answers: Readonly<Record<string, string>>;
  readonly since: number;
  readonly signal: AbortSignal;
  report(findings: readonly Finding[]): void;
}

class LiveView {
  readonly #lab: Lab;
  readonly #requests: readonly LearnerRequest[];
  readonly #options: ViewOptions;
  readonly #base: LabView;
  /** Whether, at this look, telemetry of the requests has arrived. Without it nothing is seen. */
  #hasArrived = true;

  constructor(lab: Lab, requests: readonly LearnerRequest[], options: ViewOptions) {
    const files = lab.files().catch(() => undefined);
    this.#lab = { ...lab, files: () => files };
    this.#requests = requests;
    this.#options = options;
    this.#base = viewOf(this.#lab, { answers: options.answers, since: options.since });
  }

  /** Returns the view for a check. It sends nothing, and asks dice for nothing. */
  of(): LabView {
    return {
      ...this.#base,
      // A check asks another app only to explain what is missing.
      ask: (path, app = 'dice') =>
        app === 'dice' ? Promise.resolve(this.#latest(path).answer) : Promise.reject(new WatchEnd()),
      observe: () => this.#observe(),
      play: () => Promise.reject(new WatchEnd()),
      flush: () => Promise.resolve(false),
      why: () => this.#hops(),
      podLog: rarely(() => this.#base.podLog('dice')),
      collectorLog: rarely(() => this.#lab.podLog('collector', this.#age())),
      settle: (look) => this.#settle(look),
    };
  }

  /** Returns the newest request for this route. */
  #latest(path: string): LearnerRequest {
    const found = this.#requests.findLast((request) => routeOf(request.path) === routeOf(path));
    if (!found) throw new WatchEnd();
    return found;
  }

  async #observe(): Promise<Pick<Observation, 'look'>> {
    const arrival = await this.#base.arrival();
    const began = Math.min(...this.#requests.map(({ sent }) => sent)) - margin;
    const observation = Observation.of({ ...sourcesOf(this.#lab), arrival: () => arrival }, this.#requests, began);
    const look: Observation['look'] = async (options) => {
      const seen = await observation.look(options);
      this.#hasArrived = seen.strays.length > 0 || seen.visits.some(({ spans }) => spans.length > 0);
      return seen;
    };
    return { look };
  }

  /** Returns the seconds since the first request. */
  #age(): number {
    return Math.ceil((Date.now() - Math.min(...this.#requests.map(({ sent }) => sent))) / 1000) + 1;
  }

  /** The guide's span of a request has passed the Collector if it is in Jaeger. */
  async #hops(): ReturnType<LabView['why']> {
    const { answer } = this.#requests.at(-1) ?? {};
    const ok = answer !== undefined && (await this.#base.trace(answer.traceId).catch(() => undefined)) !== undefined;
    this.#hasArrived = ok;
    const says = ok ? 'has the span of your request' : 'has no span of your request yet';
    return (['collector', 'jaeger'] as const).map((name) => ({ signal: 'traces', name, ok, says }));
  }

  async #settle(look: () => Promise<Look>): Promise<never> {
    const { within } = await this.#base.arrival();
    const begun = Date.now();
    const end = begun + Math.min(within + spare, longest);
    while (Date.now() < end) {
      this.#hasArrived = true;
      const { findings } = await look();
      if (this.#options.signal.aborted) break;
      const seen = this.#hasArrived ? findings : [];
      this.#options.report(seen);
      if (allMet(seen)) break;
      await delay(Date.now() - begun < soon ? often : seldom);
    }
    throw new WatchEnd();
  }
}

const routeOf = (path: string): string => path.replace(/\?.*/, '');

/** Returns a function that reads at most once a second. */
function rarely(read: () => Promise<string>): () => Promise<string> {
  let [last, text] = [0, Promise.resolve('')];
  return () => {
    if (Date.now() - last >= logPause) [last, text] = [Date.now(), read().catch(() => '')];
    return text;
  };
}
