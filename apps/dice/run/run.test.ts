// Tests Runs with the real dice: the guide's side signs and sends files, and dice starts anew with them in its process.
import { jest } from '@jest/globals';
import { waitFor } from '../../../support/waiting.ts';
import {
  foldersOf,
  get,
  lastRun,
  put,
  receiver,
  run,
  serving,
  start,
  startIn,
  statusOf,
  stopAll,
  textsOf,
  tokenFor,
  tracked,
} from './run-harness.ts';

jest.setTimeout(90_000);
afterAll(stopAll);

/** Milliseconds within which the code of before serves again: 5 s, and more on a machine that does other things. */
const SOON = 25_000;

test('serves the new code in the same process, with the settings and the environment of the Run', async () => {
  const dice = tracked(
    await start(serving('one', `process.env.LEFT = 'behind'; process.env.RUN_TMP = '/'; process.chdir('/');`)),
  );
  expect(await get(dice)).toBe('one');
  const env = JSON.parse(await get(dice, '/env')) as Record<string, string>;
  expect(env['LEFT']).toBe('behind');
  const { n: number, failed } = await run(dice, textsOf(serving('two'), 'OTEL_SERVICE_NAME=mine\n'));
  expect([number, failed]).toEqual([lastRun(), undefined]);
  expect(await get(dice)).toBe('two');
  const now = JSON.parse(await get(dice, '/env')) as Record<string, string>;
  expect([now['LEFT'], now['OTEL_SERVICE_NAME'], now['RUN_TRIAL']]).toEqual([undefined, 'mine', undefined]);
  expect(now['RUN_TMP']).toBe(dice.folders.tmp);
  expect(dice.app.exitCode).toBeUndefined();
});

test('tells the line of a loop after 3 s', async () => {
  const dice = tracked(await start(serving('one')));
  const { failed } = await run(dice, textsOf('\nfor (;;) {}\n'));
  expect(failed).toMatchObject({ kind: 'loop', line: 2, text: 'your code has run for 3 s without a pause' });
});

test('runs 256 kB of code', async () => {
  const dice = tracked(await start(serving('small')));
  const code = serving('large');
  await run(dice, textsOf(`${code}//${'\u0001'.repeat(256 * 1024 - code.length - 2)}`));
  expect(await get(dice)).toBe('large');
});

test('finishes an open request with the old code, and sends its spans', async () => {
  const traced = `import { trace } from '@opentelemetry/api';
app.get('/span', (request: Request, response: Response) => {
  trace.getTracer('dice').startSpan('last_of_old').end();
  response.send('ended');
});`;
  const folders = foldersOf(textsOf(serving('old', traced)));
  const dice = tracked(await startIn(folders, { OTEL_BSP_SCHEDULE_DELAY: '60000' }));
  await get(dice, '/span');
  const slow = get(dice, '/slow');
  await run(dice, textsOf(serving('new')));
  expect([await slow, await get(dice)]).toEqual(['old', 'new']);
  const names = receiver
    .resourceSpans()
    .flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans));
  expect(names.map(({ name }) => name)).toContain('last_of_old');
});

test.each([
  ['does not parse', 'const a = ;\n', /dice\/.*app\.ts:1\nconst a = ;/],
  ['does not compile', 'const a = 1;\nconst a: number = 2;\n', /app\.ts:2\n.*\n[^]*already been declared/],
  ['is an enum', 'enum Roll { One }\n', /app\.ts:1\n[^]*enum is not supported/],
])('keeps serving while code comes that %s, and tells the line', async (_name, code, text) => {
  const dice = tracked(await start(serving('good')));
  const token = tokenFor(textsOf(code));
  let answers = 0;
  await put(dice, token, textsOf(code));
  const failed = await waitFor('the failure', async () => {
    expect(await get(dice)).toBe('good');
    answers += 1;
    return (await statusOf(dice))?.failed;
  });
  expect(answers).toBeGreaterThan(0);
  expect(failed).toMatchObject({ n: lastRun(), kind: 'error', text: expect.stringMatching(text) as string });
});

/** A shorter trial saves half a minute of tests. */
const startShort = (code: string) => startIn(foldersOf(textsOf(code)), { RUN_TRIAL_MS: '1000' });

test.each<[string, string, object]>([
  [
    'throws',
    `\n\nthrow new Error('no luck');`,
    { kind: 'error', text: expect.stringMatching(/no luck[^]*app\.ts:3/) as string },
  ],
  [
    'exits',
    `\nprocess.exit(3);`,
    { kind: 'error', text: expect.stringMatching(/process\.exit\(3\)[^]*app\.ts:2/) as string },
  ],
  [
    'imports what is not there',
    `import x from 'lodash';\n`,
    { kind: 'error', text: expect.stringContaining('lodash') as string },
  ],
  ['loops', `let i = 0;\nfor (;;) {\n  i += 1;\n}`, { kind: 'loop', line: expect.any(Number) as number }],
  ['loops after it listens', serving('x', 'setTimeout(() => {\n for (;;);\n}, 300);'), { kind: 'loop', line: 9 }],
  [
    'throws after it listens',
    serving('x', `setTimeout(() => { throw new Error('late'); }, 500);`),
    { kind: 'error', text: expect.stringContaining('late') as string },
  ],
  [
    'rejects after it listens',
    serving('x', `setTimeout(() => void Promise.reject(new Error('late')), 500);`),
    { kind: 'error', text: expect.stringContaining('late') as string },
  ],
  [
    'never listens',
    `setInterval(() => undefined, 1000);`,
    { kind: 'silent', text: expect.stringContaining('on no port') as string },
  ],
  ['waits at its top', `await new Promise(() => undefined);`, { kind: 'silent' }],
  [
    'listens elsewhere',
    serving('x', '', 'app.listen(0);'),
    { kind: 'silent', text: expect.stringMatching(/only on \d+/) as string },
  ],
])('starts the code of before again within 5 s of code that %s', async (_name, code, expected) => {
  const dice = tracked(await startShort(serving('one')));
  await run(dice, textsOf(serving('two')));
  const [token, n] = [tokenFor(textsOf(code)), lastRun()];
  await put(dice, token, textsOf(code));
  const began = Date.now();
  const status = await waitFor('the code of before', async () => {
    const found = await statusOf(dice);
    return found?.failed?.n === n && (await get(dice).catch(() => '')) === 'two' ? found : undefined;
  });
  expect(Date.now() - began).toBeLessThan(SOON);
  expect(status).toMatchObject({ isServing: true, failed: { n, ...expected } });
  await run(dice, textsOf(serving('three')));
  expect(await get(dice)).toBe('three');
});
