// Runs the check of each step against right solutions in several styles, and against wrong solutions. A check must pass
// the right solutions, and fail each wrong solution with the expected `hop` and finding. Most checks wait for a time
// limit, so they run at the same time (maxConcurrency in jest.config.mjs).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';
import { FINDINGS, HOPS } from '../lab/findings.ts';
import { print } from '../support/output.ts';
import { buildOutside } from '../apps/testing/apps.ts';
import { stepIdsIn } from './engine/step-folders.ts';
import type { Verdict } from '../apps/guide/contract.ts';
import type { Solution } from './harness/check-harness.ts';
import { SolutionRunner } from './harness/solution-runner.ts';

jest.setTimeout(120_000);

const folder = join(import.meta.dirname, 'steps');
const steps = await Promise.all(
  stepIdsIn(folder).map(async (id) => {
    const { solutions } = (await import(pathToFileURL(join(folder, id, 'solutions.ts')).href)) as {
      solutions: Solution[];
    };
    return { id, right: solutions.filter(({ right }) => right), wrong: solutions.filter(({ right }) => !right) };
  }),
);
const cases = steps.flatMap(({ id, right, wrong }) => [...right, ...wrong].map((solution) => ({ id, solution })));
const correct = new Set<Solution>();

/** Writes a verdict as one text, so that a test that fails shows all of it. */
function wordsOf(verdict: Verdict): string {
  if (verdict.passed) return 'passed';
  const { hop, finding, expected, found, hint, requirements = [] } = verdict;
  const states = requirements.map(({ text, state }) => `${state}: ${text}`).join('; ');
  return `${hop}, ${finding}: expected ${expected}. Found: ${found}. Hint: ${hint} (${states})`;
}

let built: Awaited<ReturnType<typeof buildOutside>>;
let runner: SolutionRunner;

beforeAll(async () => {
  built = await buildOutside();
  runner = await SolutionRunner.start(built.dist, cases);
});

afterAll(async () => {
  await runner.stop();
  built.remove();
  const score = (some: Solution[]) => `${some.filter((solution) => correct.has(solution)).length}/${some.length}`;
  print(`${'step'.padEnd(24)}right  wrong`);
  for (const { id, right, wrong } of steps) print(`${id.padEnd(24)}${score(right)}    ${score(wrong)}`);
});

/** Whether learners edit files in the step. There are many ways to write them. */
const isCoding = (id: string): boolean => existsSync(join(folder, id, 'files'));

test.each(steps)('has enough right and wrong solutions for $id', ({ id, right, wrong }) => {
  const [rights, wrongs] = isCoding(id) ? [10, 15] : [3, 5];
  expect(right.length).toBeGreaterThanOrEqual(rights);
  expect(wrong.length).toBeGreaterThanOrEqual(wrongs);
});

test('has at least 110 right and 165 wrong solutions in all', () => {
  expect(cases.filter(({ solution }) => solution.right).length).toBeGreaterThanOrEqual(110);
  expect(cases.filter(({ solution }) => !solution.right).length).toBeGreaterThanOrEqual(165);
});

/**
 * Findings without a wrong solution: those that findings.ts gives to a problem without one of its own, and one that
 * needs thousands of instruments. Unit tests produce them.
 */
const ELSEWHERE: readonly string[] = [...HOPS, 'telemetry/undecided', '09-metrics-and-logs/too-many-series'];

test('has a wrong solution for each finding of the catalogue', () => {
  const found = new Set<string | undefined>([...ELSEWHERE, ...cases.map(({ solution }) => solution.finding)]);
  expect(Object.keys(FINDINGS).filter((id) => !found.has(id))).toEqual([]);
});

describe.each(steps)('$id', ({ id, right, wrong }) => {
  test.concurrent.each(right)('passes a right solution: $name', async (solution) => {
    const verdicts = (await runner.check({ id, solution })).map(wordsOf);
    expect(new Set(verdicts)).toEqual(new Set(['passed']));
    correct.add(solution);
  });

  test.concurrent.each(wrong)('fails a wrong solution: $name', async (solution) => {
    for (const verdict of (await runner.check({ id, solution })).map(wordsOf)) {
      expect(verdict).toMatch(new RegExp(`^${solution.hop ?? 'shape'}, ${solution.finding}: `));
      expect(verdict).toMatch(solution.says ?? /\. Hint: .{15}/);
    }
    correct.add(solution);
  });
});
