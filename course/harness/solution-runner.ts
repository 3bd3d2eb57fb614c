// Where solutions are checked side by side: the apps that are no learner's, which all share, and a dice for each code and settings.
import { writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Files, Verdict } from '../../apps/guide/contract.ts';
import { Steps } from '../engine/steps.ts';
import { parseSettings } from '../../apps/telemetry/settings.ts';
import { App } from '../../apps/testing/apps.ts';
import { CheckHarness } from './check-harness.ts';
import type { Shared, Solution } from './check-harness.ts';
import { Receiver } from '../../apps/testing/receiver.ts';

/** A step's solution, and the files that it makes. */
export interface Case {
  id: string;
  solution: Solution;
}

interface Dice {
  app: App;
  receiver: Receiver;
}
interface Others {
  apps: App[];
  receiver: Receiver;
  arcade: string;
  prizes: string;
}

/** In milliseconds. An export has no longer than this either, and says so in a log that checks look at: a busy machine needs some. */
const metricsEvery = '500';

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
  /** Of each step; loaded beforehand, since jest loads nothing where tests run side by side. */
  readonly #code = new Map<string, Shared['code']>();
  readonly #others: Others;
  /** By what is in its files; and how many cases it is still there for. */
  readonly #dice = new Map<string, Promise<Dice>>();
  readonly #wanted = new Map<string, number>();
  /** Two at a time: a start is all computing, and there is more to run meanwhile. */
  readonly #starts: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];

  private constructor(dist: string, others: Others) {
    this.#dist = dist;
    this.#steps = new Steps(join(dist, 'course'), {});
    this.#others = others;
  }

  /** @param cases all that will be checked here */
  static async start(dist: string, cases: Case[]): Promise<SolutionRunner> {
    const receiver = await Receiver.start();
    const settings = settingsFor(receiver);
    const prizes = await App.start(dist, 'prizes', { ...settings, PRIZES_VERSION: '2.0.0', NODE_POOL: 'green' });
    // An arcade asks a dice that stays where it is.
    const dice = await App.start(dist, 'dice', settings);
    const arcade = await App.start(dist, 'arcade', {
      ...settings,
      DICE_URL: dice.url,
      PRIZES_URL: prizes.url,
      BUDGET_MS: '5000',
    });
    const apps = [prizes, dice, arcade];
    await Promise.all(apps.map((app) => app.ready()));
    const room = new SolutionRunner(dist, { apps, receiver, arcade: arcade.url, prizes: prizes.url });
    for (const key of cases.map((one) => keyOf(room.#filesOf(one))))
      room.#wanted.set(key, (room.#wanted.get(key) ?? 0) + 1);
    for (const id of room.#steps.ids) room.#code.set(id, await room.#steps.code(id));
    return room;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#dice.keys()].map((key) => this.#end(key))); // those that are ending too
    await Promise.all(this.#others.apps.map((app) => app.stop()));
    this.#others.receiver.stop();
  }

  /** Checks what the learner did, as the guide would. */
  async check(one: Case): Promise<Verdict> {
    const files = this.#filesOf(one);
    const dice = await this.#diceWith(files);
    const { receiver: others, arcade } = this.#others;
    const code = this.#code.get(one.id);
    if (!code) throw new Error(`expected a step ${one.id} in the build, found ${[...this.#code.keys()].join(', ')}`);
    const bench = await CheckHarness.start({ code, dice, others, arcade, settings: settingsFor(dice.receiver) });
    try {
      return await bench.check(files, one.solution);
    } finally {
      bench.stop();
      this.#leave(keyOf(files));
    }
  }

  #filesOf({ id, solution }: Case): Files {
    return { ...this.#steps.atEnd(id), ...solution.files };
  }

  /** The learner's dice: the one that runs, when its files are the same. */
  #diceWith(files: Files): Promise<Dice> {
    const key = keyOf(files);
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
    const { code, extension } = stripped(files['app.ts'].replaceAll('$PRIZES_URL', this.#others.prizes));
    const source = name + extension;
    writeFileSync(source, code);
    const receiver = await Receiver.start();
    const settings = {
      ...settingsFor(receiver),
      ...parseSettings(files['settings.env']).values,
      OTEL_METRIC_EXPORT_INTERVAL: metricsEvery,
    };
    const app = await App.start(this.#dist, 'dice', settings, [source]);
    // Code that does not start is a solution too, a wrong one.
    await app.ready().catch(() => undefined);
    return { app, receiver };
  }

  /** The last one that a dice is there for ends it, and need not wait until it has ended. */
  #leave(key: string): void {
    const left = (this.#wanted.get(key) ?? 0) - 1;
    this.#wanted.set(key, left);
    if (left === 0) void this.#end(key);
  }

  async #end(key: string): Promise<void> {
    const dice = await this.#dice.get(key)?.catch(() => undefined);
    await dice?.app.stop();
    dice?.receiver.stop();
  }
}

/** Without its types, as dice itself would strip them in a process of their own; what can't be stripped is left to dice. */
function stripped(code: string): { code: string; extension: string } {
  try {
    return { code: stripTypeScriptTypes(code), extension: '.js' };
  } catch {
    return { code, extension: '.ts' };
  }
}

const keyOf = (files: Files): string => files['app.ts'] + files['settings.env'];
