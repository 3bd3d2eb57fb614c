// Tests who may start a Run, what a Run leaves of the one before, and what a restarted container runs.
import { jest } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../../support/http.ts';
import { waitFor } from '../../../support/waiting.ts';
import {
  foldersOf,
  get,
  lastRun,
  mount,
  put,
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

jest.setTimeout(120_000);
afterAll(stopAll);

const one = textsOf(serving('one'));
const two = textsOf(serving('two'));

test('refuses and logs a forged request, and keeps serving', async () => {
  const dice = tracked(await start(serving('one')));
  const other = generateKeyPairSync('ed25519').privateKey;
  const refused: [string, object | string][] = [
    ['', two],
    ['x.y', two],
    [tokenFor(two, {}, other), two],
    [tokenFor(two, { at: Date.now() - 120_000 }), two],
    [tokenFor(two, { at: Date.now() + 120_000 }), two],
    [tokenFor(two), one],
  ];
  for (const [token, texts] of refused) expect((await put(dice, token, texts)).status).toBe(401);
  expect((await put(dice, tokenFor(two), '{')).status).toBe(400);
  expect(await get(dice)).toBe('one');
  expect(dice.app.stderr).toMatch(/dice refused a Run from \S+: expected the guide's signature/);
});

test('takes no Run twice, and no older one', async () => {
  const dice = tracked(await start(serving('one')));
  const token = tokenFor(two);
  const older = tokenFor(one, { n: lastRun() - 1 });
  await put(dice, token, two);
  await waitFor('the second code', async () => (await get(dice).catch(() => '')) === 'two' || undefined);
  const again = await put(dice, token, two);
  expect([again.status, (await put(dice, older, one)).status]).toEqual([200, 409]);
  expect(await get(dice)).toBe('two');
});

test('runs 25 codes one after another in the same process, while requests come', async () => {
  const dice = tracked(await start(serving('first')));
  const answers = new Set<string>();
  let isOver = false;
  // As the arcade asks: each time on a new connection, which is tried again.
  const ask = () => call(dice.app.url, { connectWithin: 20_000 }).then(({ body }) => body, String);
  const asking = (async () => {
    for (; !isOver; await delay(5)) answers.add(await ask());
  })();
  for (let index = 0; index < 25; index += 1) {
    await run(dice, textsOf(serving(`code ${index}`)));
    expect(await get(dice)).toBe(`code ${index}`);
  }
  isOver = true;
  await asking;
  expect([...answers].filter((text) => !/^(first|code \d+)$/.test(text))).toEqual([]);
  expect(dice.app.exitCode).toBeUndefined();
});

test('leaves no child, no second port and no file of the Run before', async () => {
  const spawning = `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
writeFileSync(process.env.RUN_TMP + '/pid', String(child.pid));
createServer().listen(0);
setInterval(() => undefined, 10);`;
  const dice = tracked(await start(serving('one', spawning)));
  const { tmp } = dice.folders;
  const pid = await waitFor(
    'the child',
    () => (existsSync(join(tmp, 'pid')) && readFileSync(join(tmp, 'pid'), 'utf8')) || undefined,
  );
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  await run(dice, two);
  expect([existsSync(`/proc/${pid}`), readdirSync(tmp)]).toEqual([false, []]);
});

describe('a container that starts again', () => {
  test('runs the newest Run while the volume shows older files, and newer files once it shows them', async () => {
    const folders = foldersOf(one);
    const dice = await startIn(folders);
    await run(dice, two);
    await waitFor('the end of the trial', async () => (await statusOf(dice))?.isTrial === false || undefined);
    await dice.app.stop();
    const again = tracked(await startIn(folders));
    expect(await get(again)).toBe('two');
    await again.app.stop();
    const three = textsOf(serving('three'));
    mount(folders, three, tokenFor(three));
    expect(await get(tracked(await startIn(folders)))).toBe('three');
  });

  test('runs the code of before if it ended in the trial, also once the volume has the new files', async () => {
    const folders = foldersOf(one);
    const dice = await startIn(folders);
    const killing = textsOf("process.kill(process.pid, 'SIGKILL');");
    const token = tokenFor(killing);
    await put(dice, token, killing);
    await dice.app.exited();
    const again = tracked(await startIn(folders));
    expect([await get(again), (await statusOf(again))?.failed]).toMatchObject(['one', { n: lastRun(), kind: 'ended' }]);
    await again.app.stop();
    mount(folders, killing, token);
    expect(await get(tracked(await startIn(folders)))).toBe('one');
  });

  test('does not take files that no guide has signed for newer ones', async () => {
    const folders = foldersOf(one);
    const forged = {
      texts: two,
      token: tokenFor(two, { n: lastRun() + 9 }, generateKeyPairSync('ed25519').privateKey),
    };
    for (const name of ['current.json', 'next.json']) writeFileSync(join(folders.dir, name), JSON.stringify(forged));
    expect(await get(tracked(await startIn(folders)))).toBe('one');
  });
});
