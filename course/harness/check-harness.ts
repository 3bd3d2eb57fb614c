// A lab without a cluster, for one check of the course: the real dice, arcade and prizes with the real SDK (room.ts), receivers for
// a Collector, and what a learner may have done to any of it.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { viewOf } from '../engine/lab-view.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import type { StepCode } from '../engine/check.ts';
import { truthOf } from '../../lab/faults.ts';
import type { Failed, Files, Verdict, VerdictHop } from '../../apps/guide/contract.ts';
import { call } from '../../support/http.ts';
import type { Trace } from '../../otlp/traces.ts';
import type { App } from '../../apps/testing/apps.ts';
import { FakeCollector } from '../../apps/testing/collector.ts';
import { FakeJaeger } from '../../apps/testing/jaeger.ts';
import { Receiver } from '../../apps/testing/receiver.ts';

/** What a learner did. A right one has to pass, a wrong one has to fail at its hop. */
export interface Solution {
  name: string;
  right: boolean;
  /** Where it has to fail. */
  hop?: VerdictHop;
  /** What the hint, or what was found, has to speak of. */
  says?: RegExp;
  /** What differs from the files as they should be. */
  files?: Partial<Files>;
  answers?: Record<string, string> | ((trace: Trace) => Record<string, string>);
  /** Parts of the lab that are otherwise. */
  lab?: Partial<Lab>;
  before?: (bench: CheckHarness) => Promise<void> | void;
  /** Milliseconds after which a wrong one should be seen through, where that needs many traces. */
  deadline?: number;
}

const shortly = 1_600; // ms: all that takes part is on this machine

const isAsExpected = ({ hop, expected, found, hint }: Failed, solution: Solution): boolean =>
  hop === (solution.hop ?? 'shape') && (solution.says ?? /./).test(`${expected} ${found} ${hint}`);

/** What a lab has besides, and shares with others. */
export interface Shared {
  /** The step's own. */
  code: StepCode;
  dice: { app: App; receiver: Receiver };
  /** Those of the apps that are not the learner's. */
  others: Receiver;
  arcade: string;
  settings: Record<string, string>;
}

export class CheckHarness {
  readonly #shared: Shared;
  readonly #receiver: Receiver;
  readonly jaeger: FakeJaeger;
  readonly #servers: Server[] = [];
  /** Where this lab's Flask is. */
  flask = 'http://127.0.0.1:1';

  private constructor(shared: Shared, receiver: Receiver, jaeger: FakeJaeger) {
    this.#shared = shared;
    this.#receiver = receiver;
    this.jaeger = jaeger;
  }

  static async start(shared: Shared): Promise<CheckHarness> {
    const receiver = await Receiver.start();
    return new CheckHarness(
      shared,
      receiver,
      await FakeJaeger.start([receiver, shared.dice.receiver], [shared.others]),
    );
  }

  stop(): void {
    this.#servers.forEach((server) => server.close().closeAllConnections());
    this.jaeger.stop();
    this.#receiver.stop();
  }

  /** Checks what the learner did, as the guide would. */
  async check(files: Files, solution: Solution): Promise<Verdict> {
    const {
      code: { check, begin },
      dice,
      others,
    } = this.#shared;
    const collector = new FakeCollector(files['collector.yaml'], [this.#receiver, dice.receiver, others]);
    this.jaeger.passes = collector.passes;
    const since = Date.now();
    const begun: Lab = { ...this.#lab(files, collector), ...solution.lab };
    const traceId = (await begin?.(viewOf(begun, { since })))?.traceId;
    await solution.before?.(this);
    const lab: Lab = { ...begun, flask: this.flask, ...solution.lab };
    const answers = await this.#answersOf(solution, traceId);
    if (!solution.right) {
      const verdict = await check(viewOf(lab, { since, traceId, deadline: solution.deadline ?? shortly, answers }));
      if (verdict.passed || isAsExpected(verdict, solution)) return verdict;
    }
    // As long as the guide takes: a right one passes before that, and on a busy machine a wrong one may need it to be seen through.
    return check(viewOf(lab, { since, traceId, answers }));
  }

  async #answersOf({ answers = {} }: Solution, traceId = ''): Promise<Record<string, string>> {
    if (typeof answers !== 'function') return answers;
    return answers(await this.#shared.others.trace(traceId, 8));
  }

  #lab(files: Files, collector: FakeCollector): Lab {
    const {
      dice: { app: dice },
      arcade,
      settings,
    } = this.#shared;
    return {
      dice: dice.url,
      arcade,
      flask: this.flask,
      collector: this.#receiver.url,
      jaeger: `${this.jaeger.url}/jaeger`,
      settings,
      files: () => Promise.resolve(files),
      patience: 1_000,
      podLog: (component) => Promise.resolve(component === 'dice' ? `${dice.stdout}\n${dice.stderr}` : collector.log()),
      truth: (fault) => ({ ...truthOf({ release: 'lab', namespace: 'ns' })[fault] }),
    };
  }

  /** Sends a span as some service would. */
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
    const body = JSON.stringify({
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'a-library' }, spans: [made] }] }],
    });
    await call(`${this.#receiver.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  }

  /** A server that answers, and sends what it is told to; from its port on it is part of this lab. */
  async serve(answer: (traceparent: string) => Promise<number> | number): Promise<string> {
    const server = createServer((request, response) => {
      void Promise.resolve(answer(String(request.headers.traceparent))).then((status) =>
        response.writeHead(status).end('4'),
      );
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
