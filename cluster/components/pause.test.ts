import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseProgram } from './pause.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('runs the pause program until it is killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pause-'));
  const file = join(directory, 'pause');
  writeFileSync(file, pauseProgram());
  chmodSync(file, 0o755);
  const child = spawn(file);
  const ended = once(child, 'exit');
  expect(await Promise.race([ended, sleep(200)])).toBeUndefined();
  child.kill('SIGKILL');
  await expect(ended).resolves.toEqual([null, 'SIGKILL']);
  rmSync(directory, { recursive: true });
});

test('builds the pause program for amd64 and arm64, and for no other processor', () => {
  expect(pauseProgram('x64').readUInt16LE(18)).toBe(62);
  expect(pauseProgram('arm64').readUInt16LE(18)).toBe(183);
  expect(() => pauseProgram('mips')).toThrow('no pause program for mips');
});

test('jumps back to the first instruction of the pause program on arm64', () => {
  const code = pauseProgram('arm64').subarray(120);
  const branch = code.readInt32LE(code.length - 4);
  expect((branch << 6) >> 6).toBe(-(code.length / 4 - 1));
});
