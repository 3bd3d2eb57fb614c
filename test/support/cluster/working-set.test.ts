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

test("subtracts inactive file pages from a pod's memory usage in cgroup version 1, child groups included", () => {
  has({
    'memory.usage_in_bytes': '1000\n',
    'memory.stat': 'inactive_file 1\ntotal_inactive_file 300\ntotal_active_file 7\n',
  });
  expect(bytesOf(group)).toBe(700);
});

test("subtracts inactive file pages from a pod's memory usage in cgroup version 2", () => {
  has({ 'memory.current': '1000\n', 'memory.stat': 'anon 5\ninactive_file 250\n' });
  expect(bytesOf(group)).toBe(750);
});

test('returns no negative value, although the usage and the inactive pages are read at different moments', () => {
  has({ 'memory.current': '100\n', 'memory.stat': 'inactive_file 250\n' });
  expect(bytesOf(group)).toBe(0);
});

test('returns undefined for a control group without the memory controller', () => {
  expect(bytesOf(group)).toBeUndefined();
});
