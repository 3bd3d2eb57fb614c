// What a rehearsal has found, as the lines that it prints.
import { duration } from '../../support/output.ts';
import type { Condition } from '../../kubernetes/object.ts';
import type { CourseResult } from './course-work.ts';

/** What became of one synthetic attendee. */
export interface AttendeeResult {
  /** Milliseconds from the class code to a seat. */
  readonly joined?: number;
  /** Milliseconds from the class code to the lab's page. */
  readonly opened?: number;
  readonly course?: CourseResult;
  /** Why the attendee could not go on. */
  readonly error?: string;
}

export interface Rehearsal {
  readonly seats: number;
  readonly ready: number;
  /** Milliseconds until the last seat that is ready was ready. */
  readonly readyAfter: number;
  /** The conditions of the Workshop at the end. */
  readonly conditions: readonly Condition[];
  readonly attendees: readonly AttendeeResult[];
}

/** One line of the result. */
export interface Line {
  readonly what: string;
  readonly found: string;
  /** What would break in the class. Undefined if nothing would. */
  readonly breaks?: string;
}

/** Milliseconds that a round may take: arcade's budget, after which a round fails. */
const ROUND_BUDGET = 500;
const JOIN_BUDGET = 2_000;

export function linesOf(rehearsal: Rehearsal): Line[] {
  const { attendees } = rehearsal;
  const courses = attendees.flatMap(({ course }) => course ?? []);
  return [
    seatsLine(rehearsal),
    ...rehearsal.conditions.filter(isTold).map(conditionLine),
    timesLine('from code to seat', known(attendees.map(({ joined }) => joined)), JOIN_BUDGET),
    timesLine('from code to lab', known(attendees.map(({ opened }) => opened))),
    timesLine(
      'rounds',
      courses.flatMap(({ rounds }) => rounds),
      ROUND_BUDGET,
    ),
    ...failedRounds(courses),
    timesLine(
      'checks',
      courses.flatMap(({ steps }) => steps.flatMap(({ checks }) => checks)),
    ),
    stepsLine(courses),
    ...groups(
      courses.flatMap(({ steps }) => steps.flatMap(({ step, problem }) => (problem ? `${step}: ${problem}` : []))),
    ),
    ...groups(known(attendees.map(({ error }) => error))),
  ];
}

const known = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);

function seatsLine({ seats, ready, readyAfter }: Rehearsal): Line {
  const found = `${ready} of ${seats} ready${ready > 0 ? `, the last after ${duration(readyAfter)}` : ''}`;
  return { what: 'seats', found, ...(ready < seats && { breaks: `${seats - ready} people would have no lab` }) };
}

/** The conditions of a Workshop that say whether a class works, and what they say if it does. */
const GOOD: Readonly<Record<string, Condition['status']>> = {
  Ready: 'True',
  CapacityAvailable: 'True',
  ImagesReady: 'True',
  NetworkIsolation: 'True',
  Degraded: 'False',
};

/** Conditions that a rehearsal is about, so that it shows them also if nothing is wrong. */
const ALWAYS = ['CapacityAvailable', 'ImagesReady', 'NetworkIsolation'];

const isTrouble = ({ type, status }: Condition): boolean => type in GOOD && status !== GOOD[type];
const isTold = (condition: Condition): boolean => ALWAYS.includes(condition.type) || isTrouble(condition);

const conditionLine = (condition: Condition): Line => {
  const { type, status, reason, message } = condition;
  return isTrouble(condition)
    ? { what: type, found: `${status}, ${reason}`, breaks: message }
    : { what: type, found: `${status}, ${reason}: ${message}` };
};

function timesLine(what: string, times: readonly number[], budget = Infinity): Line {
  if (times.length === 0) return { what, found: 'none', breaks: 'nothing could be measured' };
  const [median, late, last] = [0.5, 0.95, 1].map((share) => percentile(times, share)) as [number, number, number];
  const found =
    `${times.length}: half within ${duration(median)}, 95 % within ${duration(late)}, ` +
    `all within ${duration(last)}`;
  return { what, found, ...(late > budget && { breaks: `expected 95 % within ${duration(budget)}` }) };
}

/** Returns the time within which a share of the times lies. */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function stepsLine(courses: readonly CourseResult[]): Line {
  const steps = courses.flatMap((course) => course.steps);
  const passed = steps.filter(({ problem }) => problem === undefined).length;
  const found = `${passed} of ${steps.length} passed`;
  return { what: 'steps of the course', found, ...(steps.length === 0 && { breaks: 'nobody could do a step' }) };
}

function failedRounds(courses: readonly CourseResult[]): Line[] {
  const all = courses.reduce((sum, { rounds }) => sum + rounds.length, 0);
  const failed = courses.reduce((sum, course) => sum + course.failedRounds, 0);
  if (failed === 0) return [];
  return [{ what: 'rounds that failed', found: `${failed} of ${all}`, breaks: 'people would see errors' }];
}

/** One line for each text, with how often it came. */
function groups(texts: readonly string[]): Line[] {
  return [...Map.groupBy(texts, (text) => text)].map(([text, same]) => ({
    what: `${same.length} ×`,
    found: text,
    breaks: text,
  }));
}
