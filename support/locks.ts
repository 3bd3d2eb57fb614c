// Locks that keep two processes from doing the same work at the same time. The kernel holds each lock and releases it
// when the process ends, even if the process is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from './errors.ts';

/**
 * Takes an exclusive lock on `file`, runs `work` and releases the lock. Creates the file if it is missing. If another
 * process holds the lock, calls `onWait` once and waits. Works on Linux only. The program flock(1) holds the lock while
 * its standard input is open. The kernel closes this input when our process ends, even if our process is killed.
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

/** Takes the lock and returns a function that releases it. Returns undefined if flock ended without taking the lock. */
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
