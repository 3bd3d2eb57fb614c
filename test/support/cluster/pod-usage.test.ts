import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, millisecondsOf } from './pod-usage.ts';

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

test.each<[string, Record<string, string>]>([
  ['1', { 'cpuacct.usage': '1500000000\n', 'cpu.stat': 'nr_periods 0\n' }],
  ['2', { 'cpu.stat': 'usage_usec 1500000\nuser_usec 1000000\n' }],
])('reads the processor time of a control group of version %s', (_version, files) => {
  has(files);
  expect(millisecondsOf(group)).toBe(1500);
});

test('returns undefined for a control group of version 1 without the controller that counts processor time', () => {
  has({ 'cpu.stat': 'nr_periods 0\n' });
  expect(millisecondsOf(group)).toBeUndefined();
});
