// Runs one check against a lab without a cluster. Dice, the arcade and prizes are the real apps with the real SDK
// (solution-runner.ts). Receivers stand in for the Collector. A solution may replace any part of this lab.
import { randomBytes } from 'node:crypto';
import { viewOf } from '../engine/lab-view.ts';
import { withReport } from '../engine/with-report.ts';
import { diceReport, flushAt } from '../../apps/guide/server/pods/dice-report.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import type { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import type { StepCode } from '../engine/check.ts';
import type { FindingId } from '../../lab/findings.ts';
import { truthOf } from '../../lab/faults.ts';
import type { Failed, Files, Verdict, VerdictHop } from '../../apps/guide/contract.ts';
import { call } from '../../support/http.ts';
import type { Trace } from '../../otlp/traces.ts';
import type { App } from '../../apps/testing/apps.ts';
import type { Report } from '../../apps/telemetry/report.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { FakeCollector } from '../../apps/testing/collector.ts';
import { FakeJaeger } from '../../apps/testing/jaeger.ts';
import { Receiver } from '../../apps/testing/receiver.ts';
import type { FakeFlask } from './fake-flask.ts';
import { receivedBy } from './received.ts';
import type { Metric } from '../../apps/testing/receiver.ts';

/**
 * What a learner may hand in for a step: files and answers. The step's check must pass a right solution. For a wrong
 * solution, the check must fail, and the verdict must have the expected `hop` and finding.
 */
export interface Solution {
  readonly name: string;
  readonly right: boolean;
  /** The `hop` that the verdict about a wrong solution must have. The default is `shape`. */
  readonly hop?: VerdictHop;
  /** The finding that the verdict about a wrong solution must have. */
  readonly finding?: FindingId;
  /** A pattern that the text of the verdict must match. */
  readonly says?: RegExp;
  /** The files of this solution that differ from those of the finished step. */
  readonly files?: Partial<Files>;
  readonly answers?: Record<string, string> | ((trace: Trace) => Record<string, string>);
  /** The parts of the lab that this solution replaces while it is checked. */
  readonly lab?: Partial<Lab>;
  readonly before?: (harness: CheckHarness) => Promise<void> | void;
  /** Whether the verdict could hang on what is rolled. Then the solution is checked 20 times. */
  readonly chance?: true;
  /** Time limit in milliseconds for the check of a wrong solution. Set it for a step whose check needs many traces. */
  readonly deadline?: number;
}

const shortDeadline = 1_600; // ms; everything runs on this machine

const isAsExpected = ({ hop, finding, expected, found, hint }: Failed, solution: Solution): boolean =>
  hop === (solution.hop ?? 'shape') &&
  finding === solution.finding &&
  (solution.says ?? /./).test(`${expected} ${found} ${hint}`);

/** The parts of the lab that several solutions use at the same time. */
export interface Shared {
  /** The functions of the step's check. */
  readonly code: StepCode;
  readonly dice: { app: App; receiver: Receiver; flask: FakeFlask };
  /**
   * Receives the spans of all apps except dice. The spans of dice have a receiver of their own, because dice runs the
   * solution's code.
   */
  readonly others: Receiver;
  readonly arcade: string;
  readonly settings: Record<string, string>;
}

export class CheckHarness {
  readonly #shared: Shared;
  readonly #files: Files;
  readonly #receiver: Receiver;
  readonly #collector: FakeCollector;
  readonly jaeger: FakeJaeger;
  readonly #telemetry: Telemetry;
  readonly #stopTelemetry: () => void;
  #visitor: NodeJS.Timeout | undefined;

  private constructor(shared: Shared, files: Files, { receiver, jaeger }: { receiver: Receiver; jaeger: FakeJaeger }) {
    this.#shared = shared;
    this.#files = files;
    this.#receiver = receiver;
    this.jaeger = jaeger;
    this.#collector = new FakeCollector(files['collector.yaml'], [receiver, shared.dice.receiver, shared.others]);
    this.jaeger.passes = this.#collector.passes;
    [this.#telemetry, this.#stopTelemetry] = receivedBy([receiver, shared.dice.receiver], files['collector.yaml']);
  }

  static async start(shared: Shared, files: Files): Promise<CheckHarness> {
    const receiver = await Receiver.start();
    const jaeger = await FakeJaeger.start([receiver, shared.dice.receiver], [shared.others]);
    return new CheckHarness(shared, files, { receiver, jaeger });
  }

  stop(): void {
    clearInterval(this.#visitor);
    this.#stopTelemetry();
    this.jaeger.stop();
    this.#receiver.stop();
  }

  /** Runs the step's check on a solution, as the guide does. */
  async check(solution: Solution): Promise<Verdict> {
    const { check, begin, judges = ['dice'] } = this.#shared.code;
    const since = Date.now();
    const lab: Lab = { ...this.#lab(), ...solution.lab };
    const traceId = (await begin?.(viewOf(lab, { since })))?.traceId;
    await solution.before?.(this);
    const answers = await this.#answersOf(solution, traceId);
    const judge = async (deadline?: number): Promise<Verdict> => {
      const begun = Date.now();
      const verdict = await check(viewOf(lab, { since, traceId, answers, ...(deadline && { deadline }) }));
      return judges.includes('dice') ? withReport(verdict, lab, begun) : verdict;
    };
    if (!solution.right) {
      const verdict = await judge(solution.deadline ?? shortDeadline);
      if (verdict.passed || isAsExpected(verdict, solution)) return verdict;
    }
    // The guide's own time limit. A right solution passes earlier, and a wrong one may need it on a busy machine.
    return judge();
  }

  async #answersOf({ answers = {} }: Solution, traceId = ''): Promise<Record<string, string>> {
    if (typeof answers !== 'function') return answers;
    return answers(await this.#shared.others.trace(traceId, 8));
  }

  /** The path below which dice asks Flask, which says what is wrong with it. The guide asks the same Flask. */
  #flaskPath(): string {
    return /\$FLASK_URL(\/[\w-]+)\/rolldice/.exec(this.#files['app.ts'])?.[1] ?? '';
  }

  #lab(): Lab {
    const {
      dice: { app: dice },
      arcade,
      settings,
    } = this.#shared;
    return {
      dice: dice.url,
      arcade,
      flask: this.#shared.dice.flask.url + this.#flaskPath(),
      collector: this.#receiver.url,
      jaeger: `${this.jaeger.url}/jaeger`,
      settings,
      files: () => Promise.resolve(this.#files),
      telemetry: this.#telemetry,
      patience: 1_000,
      flush: () => flushAt(dice.health),
      report: () => reportOf(dice),
      podLog: (component) =>
        Promise.resolve(component === 'dice' ? `${dice.stdout}\n${dice.stderr}` : this.#collector.log()),
      truth: (fault) => ({ ...truthOf({ release: 'lab', namespace: 'ns' })[fault] }),
    };
  }

  /** Sends a span to the receiver as if a service had made it. */
  async send(span: object, resource: Record<string, string>): Promise<void> {
    const start = Date.now();
    const made = {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      startTimeUnixNano: `${start}000000`,
      endTimeUnixNano: `${start + 1}000000`,
      ...span,
    };
    const attributes = Object.entries(resource).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    await this.#post('/v1/traces', {
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'a-library' }, spans: [made] }] }],
    });
  }

  /** Lets somebody else roll the dice again and again until the harness stops. @param every milliseconds */
  rollEvery(every: number): void {
    const roll = () => void call(`${this.#shared.dice.app.url}/rolldice`).catch(() => undefined);
    this.#visitor ??= setInterval(roll, every);
  }

  /** Sends metrics to the receiver as if an earlier pod of dice had made them. */
  async sendMetrics(metrics: readonly Metric[]): Promise<void> {
    await this.#post('/v1/metrics', { resourceMetrics: [{ scopeMetrics: [{ scope: { name: 'dice' }, metrics }] }] });
  }

  async #post(path: string, body: object): Promise<void> {
    await call(this.#receiver.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
}

/** Returns what dice reports about itself, or undefined if it is not there. */
async function reportOf({ health }: App): Promise<Report | undefined> {
  const { hostname, port } = new URL(health);
  const report = await diceReport({ status: { podIP: hostname } } as Pod, Number(port));
  return typeof report === 'object' ? report : undefined;
}

/** Replaces parts of a text. @throws if a part is missing, because then the solution would not be what its name says */
export function edited(text: string, ...changes: [from: string, to: string][]): string {
  return changes.reduce((now, [from, to]) => {
    if (!now.includes(from))
      throw new Error(`expected ${JSON.stringify(from)} in the code, found none. Adapt the solution.`);
    return now.replace(from, () => to);
  }, text);
}
