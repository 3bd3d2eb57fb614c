// Keeps two runs from doing the same work at once. The kernel holds the lock, so a killed run leaves none behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from './errors.ts';

/**
 * Runs `work` while it holds an exclusive lock on `file`. The file is created when it is missing. `onWait` is called
 * once when another process holds the lock. Linux only: flock(1) holds the lock while its standard input is open, and
 * the kernel closes that input however this process ends.
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

/** Takes the lock and returns the function that releases it. Undefined when flock ended without the lock. */
async function acquire(file: string, mode: string): Promise<(() => Promise<void>) | undefined> {
  const holder = spawn('flock', [mode, file, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  holder.stdin.on('error', () => undefined); // it may have ended already, and release waits for that
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
