// Builds states of a board for tests.
import { COURSE_STEPS as STEPS } from '../../../../lab/course-steps.ts';
import type { BoardState, Person, ScreenState } from '../../board/contract.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-05-04T10:00:00Z');

/** @returns the time this many minutes before the board's time */
export const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();

export const aPerson = (seat: string, fields: Partial<Person> = {}): Person => ({
  seat,
  name: seat,
  isClaimed: true,
  state: 'Ready',
  passed: [],
  needs: 'nothing',
  ...fields,
});

const NAMES = ['Ada', 'Bob', 'Cleo', 'Dana', 'Emil', 'Fatima', 'Goran', 'Hana', 'Ivo', 'Jun'];

/** A person in the middle of the course. The number decides how far. */
function somebody(index: number): Person {
  const passed = STEPS.slice(0, index % 8);
  return aPerson(`otel-${index + 1}`, {
    name: `${NAMES[index % 10] ?? ''} ${String.fromCharCode(65 + (index % 26))}.`,
    passed,
    step: STEPS[index % 8] ?? '',
    since: ago(3 + (index % 20)),
    lastActivity: ago(index % 9),
  });
}

const unended = { finding: 'span-not-ended', text: 'the span is never ended', hop: 'shape', times: 4, at: ago(1) };

/** A class in which some need help. */
export function aClass(count: number): Person[] {
  const people = Array.from({ length: count }, (_, index) => somebody(index));
  return people.map((person, index) => {
    const check = { step: '06-manual', ...unended };
    const atManual = { passed: STEPS.slice(0, 5), step: '06-manual', check };
    if (index === 0)
      return { ...person, needs: 'help', help: { text: 'My span is not there.', at: ago(4) }, ...atManual };
    if (index === 1) return { ...person, needs: 'help', help: { at: ago(2), takenBy: 'Sam' } };
    if (index < 5) return { ...person, needs: 'stuck', ...atManual };
    if (index === 5) return { ...person, needs: 'silent', lastActivity: ago(14) };
    if (index === 6) return { ...person, state: 'Starting', reason: 'The guide is not ready.' };
    if (index === count - 1)
      return aPerson(person.seat, { name: person.seat, isClaimed: false, passed: [], needs: 'nothing' });
    return person;
  });
}

const URL = 'http://192.168.1.20:8080/join/k7wm3q';

export function aBoard(people: readonly Person[] = aClass(30), fields: Partial<BoardState> = {}): BoardState {
  const seats = people.filter(({ check }) => check).map(({ seat }) => seat);
  return {
    at: ago(0),
    workshop: {
      name: 'otel-101',
      title: 'Intro to OpenTelemetry',
      code: 'k7wm3q',
      joinUrl: URL,
      isGuess: false,
      state: 'Open',
      expiresAt: ago(-95),
      afterExpiry: 'Stop',
      paused: false,
      faults: [],
      unknownFaults: [],
      hasNames: false,
      seats: { most: people.length, made: people.length, ready: people.length - 1, claimed: people.length - 1 },
    },
    steps: STEPS.map((id, index) => ({ id, number: index + 1 })),
    people,
    why: seats.length === 0 ? [] : [{ finding: unended.finding, text: unended.text, step: '06-manual', seats }],
    ...fields,
  };
}

export const aScreen = (fields: Partial<ScreenState> = {}): ScreenState => ({
  at: ago(0),
  title: 'Intro to OpenTelemetry',
  code: 'k7wm3q',
  joinUrl: URL,
  isGuess: false,
  seats: { most: 30, made: 30, ready: 29, claimed: 28 },
  steps: STEPS.map((id, index) => ({ id, number: index + 1, passed: Math.max(0, 28 - 4 * index), here: index % 5 })),
  ...fields,
});
