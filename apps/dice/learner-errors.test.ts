// Tests of the error messages that a learner sees when their code doesn't start.
import { jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainApp } from '../guide/server/symptoms/app.ts';
import type { Explanation } from '../guide/server/symptoms/explanation.ts';
import { failureIn } from '../guide/server/pods/phase.ts';
import type { Report } from '../telemetry/report.ts';
import { eventually, waitFor } from '../../support/waiting.ts';
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

/** Runs code in the built dice, and returns what the guide's table says about the text that it really prints. */
async function explained(name: string, code: string): Promise<Explanation | undefined> {
  const file = join(dist, 'dice', `${name}.ts`);
  writeFileSync(file, code);
  const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'none' }, [file]);
  await dice.exited();
  return explainApp(dice.stderr.replaceAll(file, '/app/dice/app.ts').replaceAll(dist, '/app').split('\n'), code);
}

/** Code of the official guides, and other code that is often pasted. */
const pasted: readonly [what: string, code: string, line: number, cause: RegExp][] = [
  ['express', "import express, { Express } from 'express';\nconst app: Express = express();\n", 1, /Express is a type/],
  ['span', "// one\nimport { trace, Span } from '@opentelemetry/api';\nlet span: Span;\n", 2, /Span is a type/],
  [
    'sdk',
    "\nimport { NodeSDK } from '@opentelemetry/sdk-node';\nnew NodeSDK().start();\n",
    2,
    /sdk-node is not in dice/,
  ],
  ['file', "import './instrumentation.ts';\n", 1, /no file instrumentation\.ts next to app\.ts/],
  ['enum', '\n\nenum Side { one }\n', 3, /an enum is more than a type/],
  ['require', "const express = require('express');\n", 1, /has no require/],
  ['wildcard', "import express from 'express';\nexpress().get('*', () => {});\n", 2, /Express 5/],
  ['decorator', '\n@sealed\nclass A {}\n', 2, /decorators/],
];

test('explains the texts that dice really prints for code of the official guides, with the line', async () => {
  const found = await Promise.all(pasted.map(([what, code]) => explained(what, code)));
  expect(found).toMatchObject(
    pasted.map(([, , line, cause]) => ({ line, cause: expect.stringMatching(cause) as string })),
  );
});

const listening = (port: string, callback: string) =>
  `import express from 'express';\nconst app = express();\napp.listen(${port}${callback});\n`;

test('names the port in its own output, if code listens on one that dice itself has opened', async () => {
  const file = join(dist, 'dice', 'taken.ts');
  writeFileSync(file, listening('Number(process.env.HEALTH_PORT)', ''));
  const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'none' }, [file]);
  await dice.exited();
  const health = new URL(dice.health).port;
  const log = dice.stderr.replaceAll(file, '/app/dice/app.ts').replaceAll(`:${health}`, ':8081').split('\n');
  expect(failureIn(log)).toMatchObject({
    line: 3,
    message: expect.stringMatching(
      /^your code can't run, at line 3: port 8081 is in use: dice answers health/,
    ) as string,
  });
});

test('reports a port that code may not open, although the callback of listen ignores the error', async () => {
  const file = join(dist, 'dice', 'silent.ts');
  writeFileSync(file, listening('Number(process.env.HEALTH_PORT)', ', () => undefined'));
  const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'none' }, [file]);
  const look = async () => {
    const { exceptions } = (await (await fetch(`${dice.health}/report`)).json()) as Report;
    expect(exceptions[0]?.message).toMatch(/listen EADDRINUSE: address already in use .*:\d+$/);
  };
  await eventually(look, { within: 20_000 });
  await dice.stop();
});

test('runs code that names attributes by the package of the semantic conventions', async () => {
  const file = join(dist, 'dice', 'conventions.ts');
  writeFileSync(
    file,
    "import { ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions';\nconsole.log(ATTR_HTTP_ROUTE);\n",
  );
  const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'none' }, [file]);
  await waitFor('the name of the attribute', () => dice.stdout.includes('http.route') || undefined);
  await dice.stop();
});
