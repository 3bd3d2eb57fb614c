// Keeps two runs from doing the same work at once. The kernel holds the lock, so a run that is killed leaves none behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from './errors.ts';

/**
 * Runs `work` while holding an exclusive lock on `file` (created when missing); `onWait` is called once when another
 * process holds it. Linux only: util-linux's flock(1) holds the lock for as long as its standard input is open, and
 * that is closed by the kernel however this process ends.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = (await acquire(file, '--nonblock')) ?? (onWait?.(), await acquire(file, '--exclusive'));
  if (release === undefined)
    throw new UserError(`The lock ${file} could not be taken.`, { todo: 'Delete that file, then run this again.' });
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Takes the lock and gives what releases it; `undefined` when flock ended without having it. */
async function acquire(file: string, mode: string): Promise<(() => Promise<void>) | undefined> {
  const holder = spawn('flock', [mode, file, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  holder.stdin.on('error', () => undefined); // it may have ended already, which is what release waits for
  const ended = once(holder, 'close');
  const held = await Promise.race([
    once(createInterface(holder.stdout), 'line').then(() => true),
    ended.then(() => false),
  ]);
  if (!held) return undefined;
  return async () => {
    holder.stdin.end();
    await ended;
  };
}
