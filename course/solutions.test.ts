// Each check of the course against right solutions, in several styles, and wrong ones: all have to be told apart, and each wrong one at its
// hop. Most of it is waiting until a check's time is up, so cases are checked side by side (maxConcurrency in jest.config.mjs).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';
import { printLine } from '../support/console.ts';
import { buildOutside } from '../apps/testing/apps.ts';
import type { Solution } from './harness/check-harness.ts';
import { SolutionRunner } from './harness/solution-runner.ts';

jest.setTimeout(60_000);

const folder = join(import.meta.dirname, 'steps');
const ids = readdirSync(folder)
  .filter((name) => /^\d\d-/.test(name))
  .sort();
const steps = await Promise.all(
  ids.map(async (id) => {
    const { solutions } = (await import(pathToFileURL(join(folder, id, 'solutions.ts')).href)) as {
      solutions: Solution[];
    };
    return { id, right: solutions.filter(({ right }) => right), wrong: solutions.filter(({ right }) => !right) };
  }),
);
const cases = steps.flatMap(({ id, right, wrong }) => [...right, ...wrong].map((solution) => ({ id, solution })));
const told = new Set<Solution>();

let built: Awaited<ReturnType<typeof buildOutside>>;
let room: SolutionRunner;

beforeAll(async () => {
  built = await buildOutside();
  room = await SolutionRunner.start(built.dist, cases);
});

afterAll(async () => {
  await room.stop();
  built.remove();
  const tally = (some: Solution[]) => `${some.filter((solution) => told.has(solution)).length}/${some.length}`;
  printLine(`${'step'.padEnd(24)}right  wrong`);
  for (const { id, right, wrong } of steps) printLine(`${id.padEnd(24)}${tally(right)}    ${tally(wrong)}`);
});

test('every step has at least three right solutions and five wrong ones', () => {
  expect(steps.filter(({ right, wrong }) => right.length < 3 || wrong.length < 5).map(({ id }) => id)).toEqual([]);
});

describe.each(steps)('$id', ({ id, right, wrong }) => {
  test.concurrent.each(right)('passes: $name', async (solution) => {
    expect(await room.check({ id, solution })).toMatchObject({ passed: true });
    told.add(solution);
  });

  test.concurrent.each(wrong)('fails: $name', async (solution) => {
    const verdict = await room.check({ id, solution });
    expect(verdict).toMatchObject({ passed: false, hop: solution.hop ?? 'shape' });
    if (!verdict.passed) {
      expect(verdict.hint.length).toBeGreaterThan(15);
      expect(`${verdict.expected} ${verdict.found} ${verdict.hint}`).toMatch(solution.says ?? /./);
    }
    told.add(solution);
  });
});
