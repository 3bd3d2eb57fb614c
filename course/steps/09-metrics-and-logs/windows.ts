// Finds out whether dice records what it rolls, whoever else rolls. A window is the time between two flushes of dice,
// in which the check makes a few known rolls. Only a window in which nobody else rolled proves something, because there
// the histogram has to grow by exactly these rolls. So no wrong value passes because of what others rolled.
import { setTimeout as delay } from 'node:timers/promises';
import { answeredValues } from '../../engine/answers.ts';
import type { LabView } from '../../engine/check.ts';
import type { Visit } from '../../engine/observation.ts';
import { histogramSince, LARGEST } from './metrics.ts';
import type { Growth, Totals } from './metrics.ts';

/** Known rolls, and what the histogram got meanwhile. */
export interface Window {
  readonly rolls: readonly number[];
  /** Undefined if nothing arrived from the same process of dice. */
  readonly growth: Pick<Growth, 'count' | 'sum'> | undefined;
}

/**
 * The rolls of a window. They are three, because then 7 minus each roll never has the sum of the rolls. The last one
 * has most sides, so that no roll before it can take its place.
 */
export const WINDOW = ['/rolldice', '/rolldice', '/rolldice?sides=1000000'];

const sumOf = (rolls: readonly number[]): number => rolls.reduce((sum, roll) => sum + roll, 0);

/** Whether nobody else rolled, as far as the number of values tells. */
const isClean = ({ rolls, growth }: Window): boolean => growth?.count === rolls.length;

const isRight = (window: Window): boolean =>
  isClean(window) && Math.abs((window.growth?.sum ?? NaN) - sumOf(window.rolls)) < 0.01;

/** Whether right code can't have done this. */
const isWrong = (window: Window): boolean =>
  window.growth !== undefined && window.growth.count <= window.rolls.length && !isRight(window);

/**
 * What the clean windows have to weigh. The roll before has the value of the last roll of a window in one of six. So
 * eight windows leave one in a million. If dice honours `sides`, one window leaves that.
 */
const ENOUGH = 8;
const weightOf = ({ rolls }: Window): number => (rolls.some((roll) => roll > LARGEST) ? ENOUGH / 2 : 1);
/** What they have to weigh if dice rolls the same each time. Then it is loaded, and records that rightly. */
const LOADED = 3 * ENOUGH;

/** What the windows of a check say together. */
export class Evidence {
  readonly windows: Window[] = [];

  /** The window that right code can't have made. */
  get wrong(): Window | undefined {
    return this.windows.find(isWrong);
  }

  get clean(): Window[] {
    return this.windows.filter(isClean);
  }

  /** Whether no usual mistake can have made these windows. A constant has the same sum each time. */
  get isEnough(): boolean {
    const weight = this.clean.reduce((sum, window) => sum + weightOf(window), 0);
    const isVaried = new Set(this.clean.map(({ rolls }) => sumOf(rolls))).size > 1;
    return !this.wrong && weight >= (isVaried ? ENOUGH : LOADED);
  }
}

const EVERY = 20; // ms between two looks at what has arrived
const [LONGEST_HOP, LONGEST] = [1_000, 8_000]; // ms that a window waits for the Collector, and for an export

export type WindowLab = Pick<LabView, 'ask' | 'flush' | 'totals' | 'arrival'>;

/** The clock, in milliseconds since the epoch. Tests have one that does not wait. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
}
const REAL: Clock = { now: Date.now, sleep: delay };

/** Makes windows one after the other. The numbers at the end of one are those at the start of the next. */
export class Windows {
  readonly #lab: WindowLab;
  readonly #clock: Clock;
  /** All rolls of the check, because several answers tell which number in them is the roll. */
  readonly #visits: Visit[];
  #before: readonly Totals[] = [];
  #now: readonly Totals[] = [];
  /** Milliseconds after which an export has arrived, on an idle machine, and at the latest. */
  #usual = 0;
  #patience = 0;

  constructor(lab: WindowLab, visits: readonly Visit[], clock = REAL) {
    this.#lab = lab;
    this.#clock = clock;
    this.#visits = [...visits];
  }

  /**
   * Makes windows until they say enough, or time is up.
   * @param longest time limit in milliseconds; exports that are slow get more, up to `last`
   * @param last time of the latest end, in milliseconds since the epoch
   * @returns undefined if dice does not send its numbers when asked
   */
  async evidence(longest: number, last: number): Promise<Evidence | undefined> {
    const evidence = new Evidence();
    if (!(await this.#lab.flush())) return undefined;
    const { within, export: every } = await this.#lab.arrival();
    const until = Math.min(this.#clock.now() + longest + 8 * (within - every), last);
    this.#usual = Math.min(within - every, LONGEST_HOP) + 300;
    this.#patience = Math.min(within, LONGEST) + 2_000;
    await this.#clock.sleep(this.#usual);
    this.#now = await this.#lab.totals();
    while (!evidence.isEnough && !evidence.wrong && this.#clock.now() < until) {
      const window = await this.#window();
      if (!window) return undefined;
      evidence.windows.push(window);
    }
    return evidence;
  }

  async #window(): Promise<Window | undefined> {
    this.#before = this.#now;
    const rolls = await this.#roll();
    if (!(await this.#lab.flush())) return undefined;
    await this.#arrived(rolls);
    return this.#confirmed({ rolls, growth: this.#growth() });
  }

  async #roll(): Promise<number[]> {
    const before = this.#visits.length;
    for (const path of WINDOW) {
      const answer = await this.#lab.ask(path);
      if (answer.status === 200) this.#visits.push({ path, answer, sent: 0, spans: [] });
    }
    return (answeredValues(this.#visits, []) ?? []).slice(before);
  }

  /** Waits until as many values have arrived as dice rolled, or more. */
  async #arrived({ length }: readonly number[]): Promise<void> {
    const until = this.#clock.now() + this.#patience;
    for (;;) {
      this.#now = await this.#lab.totals();
      const count = this.#growth()?.count ?? 0;
      if (count >= length || this.#clock.now() > until) return;
      await this.#clock.sleep(EVERY);
    }
  }

  /** Returns a wrong window only if one more flush changes nothing. A periodic export may have come before its end. */
  async #confirmed(window: Window): Promise<Window> {
    if (!isWrong(window)) return window;
    await this.#lab.flush();
    await this.#clock.sleep(this.#usual);
    this.#now = await this.#lab.totals();
    const later = { ...window, growth: this.#growth() };
    return JSON.stringify(later) === JSON.stringify(window) ? window : this.#confirmed(later);
  }

  #growth(): Window['growth'] {
    const growth = histogramSince(this.#before, this.#now);
    return growth && { count: growth.count, sum: growth.sum };
  }
}
