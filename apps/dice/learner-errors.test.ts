// Tests of the error messages that a learner sees when their code doesn't start.
import { jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, buildOutside } from '../testing/apps.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
const { dist } = built;
afterAll(built.remove);

describe("an error in the learner's code", () => {
  /** Runs the built dice with the given code, and waits until the process has failed. */
  async function failure(name: string, code: string | Buffer): Promise<App> {
    writeFileSync(join(dist, 'dice', name), code);
    const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'none' }, [join(dist, 'dice', name)]);
    expect(await dice.exited()).toBe(1);
    return dice;
  }

  test("shows the file and line of a syntax error in the learner's code", async () => {
    const { stderr } = await failure('syntax.ts', "import express from 'express';\nconst app = express(;\n");
    expect(stderr).toContain('syntax.ts:2');
    expect(stderr).toContain('const app = express(;');
    expect(stderr.split('\n').length).toBeLessThan(10);
  });

  test("shows the file and line of a syntax error that only V8 detects in the learner's code", async () => {
    expect((await failure('twice.ts', 'let a: number = 1;\nlet a = 2;\n')).stderr).toContain('twice.ts:2');
  });

  test("shows the file and line of an error that the learner's code throws while it starts", async () => {
    const { stderr } = await failure('throws.ts', 'const a: number = 1;\n\nthrow new Error(`no ${a}`);\n');
    expect(stderr).toContain('Error: no 1');
    expect(stderr).toContain('throws.ts:3');
  });

  test("says that the learner's code is UTF-16, and how to save it", async () => {
    const { stderr } = await failure('utf16.ts', Buffer.from("\ufeffimport express from 'express';\n", 'utf16le'));
    expect(stderr).toMatch(/utf16\.ts has an error\.\nError: expected UTF-8, found UTF-16\. Save the file as UTF-8/);
  });

  test("names the TypeScript feature in the learner's code that Node cannot run", async () => {
    expect((await failure('enum.ts', 'enum Side { one }\n')).stderr).toContain('TypeScript enum is not supported');
  });
});
