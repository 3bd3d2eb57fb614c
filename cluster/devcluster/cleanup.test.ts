import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCgroups, existingCgroups, hierarchies, processesIn, removeCgroups } from './cgroups.ts';
import { mountsBelow } from './cleanup.ts';
import { firstProcess, inspect, killAll, processesOf } from './processes.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'cleanup-'))));
afterEach(() => rmSync(root, { recursive: true }));

interface FakeProcess {
  pid: number;
  words: string[];
  innerPid?: number;
  state?: string;
  net?: string;
}

/**
 * Creates a fake /proc with the given processes and the process of this test. This test's process is in the machine's
 * network namespace.
 */
function fakeProc(...processes: FakeProcess[]): string {
  for (const { pid, words, innerPid, state = 'S (sleeping)', net = 'host' } of [
    { pid: process.pid, words: ['node'] },
    ...processes,
  ]) {
    const directory = join(root, String(pid));
    mkdirSync(join(directory, 'ns'), { recursive: true });
    const ids = innerPid === undefined ? String(pid) : `${pid}\t${innerPid}`;
    writeFileSync(join(directory, 'status'), `Name:\tx\nState:\t${state}\nNSpid:\t${ids}\n`);
    writeFileSync(join(directory, 'cmdline'), words.map((word) => `${word}\0`).join(''));
    symlinkSync(`net:[${net}]`, join(directory, 'ns', 'net'));
  }
  return root;
}

const MARKER = '--intro-otel-cluster=/state/lab';
const pids = (found: { pid: number }[]): number[] => found.map(({ pid }) => pid).sort((a, b) => a - b);

test("finds a process with the cluster's marker, but none that only names the cluster's directory", () => {
  const proc = fakeProc(
    { pid: 2_000_001, words: ['sh', 'init.sh', MARKER] },
    { pid: 2_000_002, words: ['tail', '-f', '/state/lab/log/kubelet.log'] },
    { pid: 2_000_003, words: ['sh', 'init.sh', `${MARKER}-2`] },
  );
  expect(pids(processesOf(MARKER, [], proc))).toEqual([2_000_001]);
});

test("finds every process in the cluster's control groups", () => {
  const proc = fakeProc({ pid: 2_000_001, words: ['/pause'] }, { pid: 2_000_002, words: ['/pause'] });
  expect(pids(processesOf(MARKER, [2_000_001], proc))).toEqual([2_000_001]);
});

test("finds a process in the cluster's network namespace, but none in the machine's network namespace", () => {
  const proc = fakeProc(
    { pid: 2_000_001, words: ['init.sh', MARKER], net: 'host' },
    { pid: 2_000_002, words: ['kubelet'], net: 'lab' },
    { pid: 2_000_003, words: ['curl'], net: 'lab' },
    { pid: 2_000_004, words: ['sshd'], net: 'host' },
  );
  expect(pids(processesOf(MARKER, [2_000_002], proc))).toEqual([2_000_001, 2_000_002, 2_000_003]);
});

test('ignores a zombie process', () => {
  expect(inspect(2_000_001, fakeProc({ pid: 2_000_001, words: [], state: 'Z (zombie)' }))).toBeUndefined();
});

test("finds the cluster's first process, which has id 1 in its process namespace", () => {
  const proc = fakeProc(
    { pid: 2_000_001, words: ['unshare', MARKER] },
    { pid: 2_000_002, words: ['sh', MARKER], innerPid: 1 },
  );
  expect(firstProcess(MARKER, proc)?.pid).toBe(2_000_002);
});

test('returns the processes that still run after an attempt to kill them', async () => {
  const stubborn = { pid: 2_000_000_001, arguments: ['x'], innerPid: 1, namespaces: [] };
  await expect(killAll(() => [stubborn], 100)).resolves.toEqual([stubborn]);
});

test('lists the mounts below a directory, innermost first, and decodes spaces in their paths', () => {
  const line = (point: string): string => `36 35 98:0 / ${point} rw,noatime - ext4 /dev/sda1 rw`;
  const mountinfo = ['/', '/state/lab', '/state/lab/a\\040b', '/state/lab/a\\040b/c', '/state/lab-2/x']
    .map(line)
    .join('\n');
  expect(mountsBelow('/state/lab', mountinfo)).toEqual(['/state/lab/a b/c', '/state/lab/a b']);
});

test('finds the control group hierarchies of versions 1 and 2 among the mounts', () => {
  const mountinfo = [
    '25 30 0:23 / /sys rw shared:7 - sysfs sysfs rw',
    '30 25 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory',
    '31 25 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    '',
  ].join('\n');
  expect(hierarchies(mountinfo)).toEqual(['/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified']);
});

test('creates control groups in every hierarchy and finds them again, children first', async () => {
  const roots = ['memory', 'pids'].map((name) => join(root, name));
  roots.forEach((path) => mkdirSync(path));
  const [memory, pidsGroup] = await createCgroups('intro-otel/lab', roots);
  expect([memory, pidsGroup]).toEqual(roots.map((path) => join(path, 'intro-otel/lab/system')));
  mkdirSync(join(root, 'memory/intro-otel/lab/kubepods/pod1'), { recursive: true });
  const found = existingCgroups('intro-otel/lab', roots);
  expect(found.at(-1)).toBe(join(root, 'pids/intro-otel/lab'));
  expect(found.indexOf(join(root, 'memory/intro-otel/lab/kubepods/pod1'))).toBeLessThan(
    found.indexOf(join(root, 'memory/intro-otel/lab')),
  );
});

test("copies the parent group's processors to a new cpuset group", async () => {
  writeFileSync(join(root, 'cpuset.cpus'), '0-1\n');
  for (const group of ['intro-otel', 'intro-otel/lab', 'intro-otel/lab/system']) {
    mkdirSync(join(root, group));
    writeFileSync(join(root, group, 'cpuset.cpus'), '\n'); // a new cpuset group has no processors, as in the kernel
  }
  const [group] = await createCgroups('intro-otel/lab', [root]);
  expect(processesIn([group ?? ''])).toEqual([]);
  expect(readFileSync(join(group ?? '', 'cpuset.cpus'), 'utf8')).toBe('0-1\n');
});

test('enables the controllers of a new control group of version 2 for its children', async () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory rdma\n');
  await createCgroups('intro-otel/lab', [root]);
  expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe('+memory');
});

test('lists each process id of the control groups once, and ignores a missing group', () => {
  for (const group of ['a', 'b']) {
    mkdirSync(join(root, group));
    writeFileSync(join(root, group, 'cgroup.procs'), '7\n8\n');
  }
  expect(processesIn(['a', 'b', 'c'].map((group) => join(root, group)))).toEqual([7, 8]);
});

test("removes the parent of all clusters' control groups together with the last cluster", async () => {
  for (const name of ['one', 'two']) await createCgroups(`intro-otel/${name}`, [root]);
  await expect(removeCgroups('intro-otel/one', [root])).resolves.toEqual([]);
  expect(existingCgroups('intro-otel', [root])).toContain(join(root, 'intro-otel/two'));
  await removeCgroups('intro-otel/two', [root]);
  expect(existingCgroups('intro-otel', [root])).toEqual([]);
});

test("returns a control group that can't be removed because a process still uses it", async () => {
  await createCgroups('intro-otel/lab', [root]);
  writeFileSync(join(root, 'intro-otel/lab/busy'), ''); // rmdir fails as for a group with processes
  await expect(removeCgroups('intro-otel/lab', [root], 100)).resolves.toEqual([join(root, 'intro-otel/lab')]);
});
