// Each check of the course against right solutions, in several styles, and wrong ones: all have to be told apart, and each wrong one at its
// hop. Most of it is waiting until a check's time is up, so it comes in shares, which jest runs side by side.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';
import { buildOutside } from './apps.ts';
import { Bench } from './bench.ts';
import type { Solution } from './bench.ts';
import { printLine } from '../support/output.ts';

const folder = join(import.meta.dirname, '..', 'guide', 'course');

interface Step { id: string; solutions: Solution[] }

/** Every so many-th step, from this one on (0 is the first). */
async function stepsOf(share: number, shares: number): Promise<Step[]> {
  const ids = readdirSync(folder).filter((name) => /^\d\d-/.test(name)).sort().filter((_, index) => index % shares === share);
  return Promise.all(ids.map(async (id) => {
    const { solutions } = (await import(pathToFileURL(join(folder, id, 'solutions.ts')).href)) as { solutions: Solution[] };
    return { id, solutions };
  }));
}

/** Defines the tests of a share of the steps. */
export async function testSolutions(share: number, shares: number): Promise<void> {
  jest.setTimeout(60_000);
  const steps = await stepsOf(share, shares);
  const built = buildOutside();
  let bench: Bench;
  const rows = new Map<string, { right: number; wrong: number }>();

  beforeAll(async () => { bench = await Bench.start(built.dist); });
  afterAll(async () => {
    await bench.stop();
    built.remove();
    printLine(`${'step'.padEnd(24)}right  wrong`);
    for (const { id, solutions } of steps) {
      const row = rows.get(id);
      if (!row) continue;
      const of = (right: boolean) => solutions.filter((solution) => solution.right === right).length;
      printLine(`${id.padEnd(24)}${row.right}/${of(true)}    ${row.wrong}/${of(false)}`);
    }
  });

  test('every step has at least three right solutions and five wrong ones', () => {
    const short = steps.filter(({ solutions }) => solutions.filter(({ right }) => right).length < 3 || solutions.filter(({ right }) => !right).length < 5);
    expect(short.map(({ id }) => id)).toEqual([]);
  });

  describe.each(steps)('$id', ({ id, solutions }) => {
    beforeAll(() => { rows.set(id, { right: 0, wrong: 0 }); });

    test.each(solutions.filter(({ right }) => right))('passes: $name', async (solution) => {
      expect(await bench.check(id, solution)).toMatchObject({ passed: true });
      (rows.get(id) ?? { right: 0 }).right += 1;
    });

    test.each(solutions.filter(({ right }) => !right))('fails: $name', async (solution) => {
      const verdict = await bench.check(id, solution);
      expect(verdict).toMatchObject({ passed: false, hop: solution.hop ?? 'shape' });
      if (!verdict.passed) {
        expect(verdict.hint.length).toBeGreaterThan(15);
        expect(`${verdict.expected} ${verdict.found} ${verdict.hint}`).toMatch(solution.says ?? /./);
      }
      (rows.get(id) ?? { wrong: 0 }).wrong += 1;
    });
  });
}
