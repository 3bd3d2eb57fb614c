import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from './working-set.ts';

let group: string;

beforeEach(() => {
  group = mkdtempSync(join(tmpdir(), 'cgroup-'));
});
afterEach(() => rmSync(group, { recursive: true }));

function has(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(group, name), text);
}

test('the working set in version 1 is the usage without the inactive file pages of the group and those below it', () => {
  has({
    'memory.usage_in_bytes': '1000\n',
    'memory.stat': 'inactive_file 1\ntotal_inactive_file 300\ntotal_active_file 7\n',
  });
  expect(bytesOf(group)).toBe(700);
});

test('the working set in version 2 is the current use without the inactive file pages', () => {
  has({ 'memory.current': '1000\n', 'memory.stat': 'anon 5\ninactive_file 250\n' });
  expect(bytesOf(group)).toBe(750);
});

test('the working set is never negative, though the two files are not read at the same moment', () => {
  has({ 'memory.current': '100\n', 'memory.stat': 'inactive_file 250\n' });
  expect(bytesOf(group)).toBe(0);
});

test('a group of another controller counts no memory', () => {
  expect(bytesOf(group)).toBeUndefined();
});
