// Checks many solutions at the same time. All checks share the arcade and prizes. Solutions with the same code and
// settings share one dice process.
import { writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Files, Verdict } from '../../apps/guide/contract.ts';
import { Steps } from '../engine/steps.ts';
import { parseSettings } from '../../apps/telemetry/settings.ts';
import { App } from '../../apps/testing/apps.ts';
import { CheckHarness } from './check-harness.ts';
import { FakeFlask } from './fake-flask.ts';
import type { Shared, Solution } from './check-harness.ts';
import { Receiver } from '../../apps/testing/receiver.ts';

/** One solution to check, and the id of its step. */
export interface Case {
  readonly id: string;
  readonly solution: Solution;
}

/** How often a verdict is asked for that could hang on what is rolled. */
const repetitions = 20;

interface Dice {
  app: App;
  receiver: Receiver;
  /** The next hop of dice in step 11. */
  flask: FakeFlask;
}
interface Others {
  apps: App[];
  receiver: Receiver;
  arcade: string;
  prizes: string;
}

/**
 * Milliseconds between two exports of metrics. The same number is the time limit of an export, so a very small number
 * would make exports fail.
 */
const metricsEvery = '1000';

const settingsFor = (receiver: Receiver): Record<string, string> => ({
  INSTRUMENTATION: 'auto',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_BLRP_SCHEDULE_DELAY: '20',
  OTEL_METRIC_EXPORT_INTERVAL: metricsEvery,
});

export class SolutionRunner {
  readonly #dist: string;
  readonly #steps: Steps;
  /**
   * The check of each step, by the step's id. All checks are loaded before the first test starts, because jest can't
   * import files while tests run at the same time.
   */
  readonly #code = new Map<string, Shared['code']>();
  readonly #others: Others;
  /** The running dice processes. A process is found by the content of the files that it runs with. */
  readonly #dice = new Map<string, Promise<Dice>>();
  /** For each dice process, the number of cases that still need it. The process stops when this number is 0. */
  readonly #wanted = new Map<string, number>();
  /**
   * Two queues, in which dice processes wait to start. So at most two processes start at the same time. A start needs
   * much CPU time, and more of them would slow down the checks.
   */
  readonly #starts: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];

  private constructor(dist: string, others: Others) {
    this.#dist = dist;
    this.#steps = new Steps(join(dist, 'course'), {});
    this.#others = others;
  }

  /** Starts the shared apps and the runner. @param cases all cases that the runner will check */
  static async start(dist: string, cases: Case[]): Promise<SolutionRunner> {
    const receiver = await Receiver.start();
    const settings = settingsFor(receiver);
    const prizes = await App.start(dist, 'prizes', { ...settings, PRIZES_VERSION: '2.0.0', NODE_POOL: 'green' });
    // The arcade needs a dice whose URL never changes.
    const dice = await App.start(dist, 'dice', settings);
    const arcade = await App.start(dist, 'arcade', {
      ...settings,
      DICE_URL: dice.url,
      PRIZES_URL: prizes.url,
      BUDGET_MS: '5000',
    });
    const apps = [prizes, dice, arcade];
    await Promise.all(apps.map((app) => app.ready()));
    const runner = new SolutionRunner(dist, { apps, receiver, arcade: arcade.url, prizes: prizes.url });
    for (const key of cases.map((one) => runner.#keyOf(one)))
      runner.#wanted.set(key, (runner.#wanted.get(key) ?? 0) + 1);
    for (const id of runner.#steps.ids) runner.#code.set(id, await runner.#steps.code(id));
    return runner;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#dice.keys()].map((key) => this.#end(key))); // also those that are ending
    await Promise.all(this.#others.apps.map((app) => app.stop()));
    this.#others.receiver.stop();
  }

  /** Checks one case, as the guide does. Checks it several times if the verdict could hang on what is rolled. */
  async check({ id, solution }: Case): Promise<Verdict[]> {
    const files = this.#filesOf({ id, solution });
    const key = this.#keyOf({ id, solution });
    const dice = await this.#diceWith(files, key);
    const { receiver: others, arcade } = this.#others;
    const code = this.#code.get(id);
    if (!code) throw new Error(`expected a step ${id} in the build, found ${[...this.#code.keys()].join(', ')}`);
    const shared = { code, dice, others, arcade, settings: settingsFor(dice.receiver) };
    const harness = await CheckHarness.start(shared, files);
    const verdicts: Verdict[] = [];
    try {
      while (verdicts.length < (solution.chance ? repetitions : 1)) verdicts.push(await harness.check(solution));
      return verdicts;
    } finally {
      harness.stop();
      this.#leave(key);
    }
  }

  #filesOf({ id, solution }: Case): Files {
    return { ...this.#steps.atEnd(id), ...solution.files };
  }

  /**
   * Returns what cases have in common that share a dice process. One that is checked many times has its own, because
   * the rolls of other checks would count as those of very lucky visitors.
   */
  #keyOf({ id, solution }: Case): string {
    const files = this.#filesOf({ id, solution });
    return [files['app.ts'], files['settings.env'], ...(solution.chance ? [id, solution.name] : [])].join('\n');
  }

  /** Returns a dice process with these files. It starts a process unless one with the same key is running. */
  #diceWith(files: Files, key: string): Promise<Dice> {
    const known = this.#dice.get(key);
    if (known) return known;
    const name = join(this.#dist, 'dice', `solution-${this.#dice.size}`);
    const lane = this.#dice.size % this.#starts.length;
    const dice = Promise.resolve(this.#starts[lane]).then(() => this.#startDice(name, files));
    this.#starts[lane] = dice.catch(() => undefined);
    this.#dice.set(key, dice);
    return dice;
  }

  async #startDice(name: string, files: Files): Promise<Dice> {
    const receiver = await Receiver.start();
    const flask = await FakeFlask.start(receiver.url);
    const hops = { $PRIZES_URL: this.#others.prizes, $FLASK_URL: flask.url };
    const text = Object.entries(hops).reduce((all, [word, url]) => all.replaceAll(word, url), files['app.ts']);
    const { code, extension } = stripped(text);
    const source = name + extension;
    writeFileSync(source, code);
    const settings = { ...settingsFor(receiver), ...parseSettings(files['settings.env']).values };
    const app = await App.start(this.#dist, 'dice', settings, [source]);
    // Code that does not start is a wrong solution too.
    await app.ready().catch(() => undefined);
    return { app, receiver, flask };
  }

  /** Stops a dice process after its last case, without waiting until it has ended. */
  #leave(key: string): void {
    const left = (this.#wanted.get(key) ?? 0) - 1;
    this.#wanted.set(key, left);
    if (left === 0) void this.#end(key);
  }

  async #end(key: string): Promise<void> {
    const dice = await this.#dice.get(key)?.catch(() => undefined);
    await dice?.app.stop();
    dice?.flask.stop();
    dice?.receiver.stop();
  }
}

/**
 * Strips the types from the code, so that dice needs no extra process for that. Code that can't be stripped goes to
 * dice unchanged.
 */
function stripped(code: string): { code: string; extension: string } {
  try {
    return { code: stripTypeScriptTypes(code), extension: '.js' };
  } catch {
    return { code, extension: '.ts' };
  }
}
