// A lab without a cluster, for the checks of the course: the real dice, arcade and prizes with the real SDK, a receiver for a
// Collector, and what a learner may have done to any of it.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Steps } from '../guide/course/engine/steps.ts';
import { viewOf } from '../guide/course/engine/view.ts';
import type { Lab } from '../guide/course/engine/view.ts';
import type { Verdict } from '../guide/course/engine/check.ts';
import { truthOf } from '../prizes/faults.ts';
import { parseSettings } from '../telemetry/settings.ts';
import type { Files } from '../guide/own/files.ts';
import { call } from '../support/http.ts';
import type { Trace } from '../guide/traces.ts';
import { App } from './apps.ts';
import { PretendCollector } from './collector.ts';
import { JaegerOf } from './jaeger.ts';
import { Receiver } from './receiver.ts';

/** What a learner did. A right one has to pass, a wrong one has to fail at its hop. */
export interface Solution {
  name: string;
  right: boolean;
  /** Where it has to fail. */
  hop?: 'pod' | 'collector' | 'jaeger' | 'shape';
  /** What the hint, or what was found, has to speak of. */
  says?: RegExp;
  /** What differs from the files as they should be. */
  files?: Partial<Files>;
  answers?: Record<string, string> | ((trace: Trace) => Record<string, string>);
  /** Parts of the lab that are otherwise. */
  lab?: Partial<Lab>;
  before?: (bench: Bench) => Promise<void> | void;
  /** Milliseconds that the check has, where it has to wait for many traces. */
  deadline?: number;
}

const shortly = 1_600; // ms: all that takes part is on this machine

export class Bench {
  readonly #dist: string;
  readonly steps: Steps;
  readonly receiver: Receiver;
  readonly jaeger: JaegerOf;
  readonly #apps: App[] = [];
  readonly #servers: Server[] = [];
  #dice: { app: App; key: string } | undefined;
  #count = 0;
  prizes = '';
  arcade = '';
  /** Where this lab's Flask is. */
  flask = 'http://127.0.0.1:1';

  private constructor(dist: string, receiver: Receiver, jaeger: JaegerOf) {
    this.#dist = dist;
    this.receiver = receiver;
    this.jaeger = jaeger;
    this.steps = new Steps(join(dist, 'course'), {});
  }

  static async start(dist: string): Promise<Bench> {
    const receiver = await Receiver.start();
    const bench = new Bench(dist, receiver, await JaegerOf.start(receiver));
    const prizes = await App.start(dist, 'prizes', { ...bench.#settings('auto'), PRIZES_VERSION: '2.0.0', NODE_POOL: 'green' });
    // An arcade asks a dice that stays where it is.
    const dice = await App.start(dist, 'dice', bench.#settings('auto'));
    const arcade = await App.start(dist, 'arcade', { ...bench.#settings('auto'), DICE_URL: dice.url, PRIZES_URL: prizes.url, BUDGET_MS: '5000' });
    bench.#apps.push(prizes, dice, arcade);
    await Promise.all(bench.#apps.map((app) => app.ready()));
    Object.assign(bench, { prizes: prizes.url, arcade: arcade.url });
    return bench;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#apps, ...(this.#dice ? [this.#dice.app] : [])].map((app) => app.stop()));
    this.#servers.forEach((server) => server.close().closeAllConnections());
    this.jaeger.stop();
    this.receiver.stop();
  }

  #settings(level: string): Record<string, string> {
    return {
      INSTRUMENTATION: level, OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: this.receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BLRP_SCHEDULE_DELAY: '20', OTEL_METRIC_EXPORT_INTERVAL: '200',
    };
  }

  /** Checks what the learner did, as the guide would. */
  async check(id: string, solution: Solution): Promise<Verdict> {
    const files = { ...this.steps.atEnd(id), ...solution.files };
    const dice = await this.#diceWith(files);
    const collector = new PretendCollector(files['collector.yaml'], this.receiver);
    this.jaeger.passes = collector.passes;
    const { check, begin } = await this.steps.code(id);
    const since = Date.now();
    const begun: Lab = { ...this.#labOf(dice, files, collector), ...solution.lab };
    const traceId = (await begin?.(viewOf(begun, { since })))?.traceId;
    await solution.before?.(this);
    const lab: Lab = { ...begun, flask: this.flask, ...solution.lab };
    return check(viewOf(lab, { since, traceId, deadline: solution.deadline ?? shortly, answers: await this.#answersOf(solution, traceId) }));
  }

  async #answersOf({ answers = {} }: Solution, traceId = ''): Promise<Record<string, string>> {
    if (typeof answers !== 'function') return answers;
    return answers(await this.receiver.trace(traceId, 8));
  }

  #labOf(dice: App, files: Files, collector: PretendCollector): Lab {
    return {
      dice: dice.url, arcade: this.arcade, flask: this.flask, collector: this.receiver.url, jaeger: `${this.jaeger.url}/jaeger`,
      settings: this.#settings('auto'), files: () => Promise.resolve(files), patience: 300,
      podLog: (component) => Promise.resolve(component === 'dice' ? `${dice.stdout}\n${dice.stderr}` : collector.log()),
      truth: (fault) => ({ ...truthOf({ release: 'lab', namespace: 'ns' })[fault] }),
    };
  }

  /** The learner's dice: the one that runs, when its files are the same. */
  async #diceWith(files: Files): Promise<App> {
    const key = files['app.ts'] + files['settings.env'];
    if (this.#dice?.key === key) return this.#dice.app;
    await this.#dice?.app.stop();
    const source = join(this.#dist, 'dice', `solution-${this.#count += 1}.ts`);
    writeFileSync(source, files['app.ts'].replaceAll('$PRIZES_URL', this.prizes));
    const app = await App.start(this.#dist, 'dice', { ...this.#settings('auto'), ...parseSettings(files['settings.env']).values, OTEL_METRIC_EXPORT_INTERVAL: '200' }, [source]);
    // Code that does not start is a solution too, a wrong one.
    await app.ready().catch(() => undefined);
    this.#dice = { app, key };
    return app;
  }

  /** Sends a span as some service would. */
  async send(span: object, resource: Record<string, string>): Promise<void> {
    const start = Date.now();
    const made = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex'), startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${start + 1}000000`, ...span };
    const attributes = Object.entries(resource).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'a-library' }, spans: [made] }] }] });
    await call(`${this.receiver.url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }

  /** A server that answers, and sends what it is told to; from its port on it is part of this lab. */
  async serve(answer: (traceparent: string) => Promise<number> | number): Promise<string> {
    const server = createServer((request, response) => {
      void Promise.resolve(answer(String(request.headers.traceparent))).then((status) => response.writeHead(status).end('4'));
    }).listen(0, '127.0.0.1');
    this.#servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

/** A text with some of it replaced. @throws when it was not there, for then the solution is not what its name says */
export function edited(text: string, ...changes: [from: string, to: string][]): string {
  return changes.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`expected ${JSON.stringify(from)} in the code, found none`);
    return now.replace(from, () => to);
  }, text);
}
