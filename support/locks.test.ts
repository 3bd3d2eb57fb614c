import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './locks.ts';
import { waitFor } from './waiting.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

onLinux('runs work with the same lock one after the other, and tells the second caller to wait', async () => {
  const file = join(directory, 'deep', 'lock');
  const events: string[] = [];
  const until = (event: string) => waitFor(event, () => events.includes(event) || undefined, { every: 5 });
  const work = (name: string) => async (): Promise<void> => {
    events.push(`${name} begins`);
    await until('b waits');
    events.push(`${name} ends`);
  };
  const first = withLock(file, work('a'));
  await until('a begins');
  await Promise.all([first, withLock(file, work('b'), () => events.push('b waits'))]);
  expect(events).toEqual(['a begins', 'b waits', 'a ends', 'b begins', 'b ends']);
});

onLinux('releases the lock after work that has failed', async () => {
  const file = join(directory, 'lock');
  await expect(withLock(file, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
  await expect(withLock(file, () => Promise.resolve('done'))).resolves.toBe('done');
});

onLinux('releases the lock when the process that holds it is killed', async () => {
  const file = join(directory, 'lock');
  const code = `import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'locks.ts'))};
    await withLock(${JSON.stringify(file)}, () => {
      console.log('held');
      return new Promise(() => setInterval(() => 0, 1000));
    });`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  other.kill('SIGKILL');
  await expect(withLock(file, () => Promise.resolve('mine'))).resolves.toBe('mine');
});
