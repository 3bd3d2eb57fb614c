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

/** A /proc of these processes, and of this one in the machine's network. */
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

test('a process with the marker is the cluster’s, one that merely mentions its directory is not', () => {
  const proc = fakeProc(
    { pid: 2_000_001, words: ['sh', 'init.sh', MARKER] },
    { pid: 2_000_002, words: ['tail', '-f', '/state/lab/log/kubelet.log'] },
    { pid: 2_000_003, words: ['sh', 'init.sh', `${MARKER}-2`] },
  );
  expect(pids(processesOf(MARKER, [], proc))).toEqual([2_000_001]);
});

test('a process of its control groups is the cluster’s, whatever it is called', () => {
  const proc = fakeProc({ pid: 2_000_001, words: ['/pause'] }, { pid: 2_000_002, words: ['/pause'] });
  expect(pids(processesOf(MARKER, [2_000_001], proc))).toEqual([2_000_001]);
});

test('a process that entered its network is found, those in the machine’s are left alone', () => {
  const proc = fakeProc(
    { pid: 2_000_001, words: ['init.sh', MARKER], net: 'host' },
    { pid: 2_000_002, words: ['kubelet'], net: 'lab' },
    { pid: 2_000_003, words: ['curl'], net: 'lab' },
    { pid: 2_000_004, words: ['sshd'], net: 'host' },
  );
  expect(pids(processesOf(MARKER, [2_000_002], proc))).toEqual([2_000_001, 2_000_002, 2_000_003]);
});

test('a process that has ended but was not yet collected is none', () => {
  expect(inspect(2_000_001, fakeProc({ pid: 2_000_001, words: [], state: 'Z (zombie)' }))).toBeUndefined();
});

test('the first process is number 1 to itself', () => {
  const proc = fakeProc(
    { pid: 2_000_001, words: ['unshare', MARKER] },
    { pid: 2_000_002, words: ['sh', MARKER], innerPid: 1 },
  );
  expect(firstProcess(MARKER, proc)?.pid).toBe(2_000_002);
});

test('what can not be killed is given back', async () => {
  const stubborn = { pid: 2_000_000_001, arguments: ['x'], innerPid: 1, namespaces: [] };
  await expect(killAll(() => [stubborn], 100)).resolves.toEqual([stubborn]);
});

test('mounts below a directory are given innermost first, with their blanks', () => {
  const line = (point: string): string => `36 35 98:0 / ${point} rw,noatime - ext4 /dev/sda1 rw`;
  const mountinfo = ['/', '/state/lab', '/state/lab/a\\040b', '/state/lab/a\\040b/c', '/state/lab-2/x']
    .map(line)
    .join('\n');
  expect(mountsBelow('/state/lab', mountinfo)).toEqual(['/state/lab/a b/c', '/state/lab/a b']);
});

test('hierarchies of both versions are found among the mounts', () => {
  const mountinfo = [
    '25 30 0:23 / /sys rw shared:7 - sysfs sysfs rw',
    '30 25 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory',
    '31 25 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    '',
  ].join('\n');
  expect(hierarchies(mountinfo)).toEqual(['/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified']);
});

test('groups are made in every hierarchy and found again, children first', async () => {
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

test('a new group of the cpuset hierarchy gets its parent’s processors', async () => {
  writeFileSync(join(root, 'cpuset.cpus'), '0-1\n');
  for (const group of ['intro-otel', 'intro-otel/lab', 'intro-otel/lab/system']) {
    mkdirSync(join(root, group));
    writeFileSync(join(root, group, 'cpuset.cpus'), '\n'); // as the kernel does
  }
  const [group] = await createCgroups('intro-otel/lab', [root]);
  expect(processesIn([group ?? ''])).toEqual([]);
  expect(readFileSync(join(group ?? '', 'cpuset.cpus'), 'utf8')).toBe('0-1\n');
});

test('version 2 controllers are handed down to the group', async () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory rdma\n');
  await createCgroups('intro-otel/lab', [root]);
  expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe('+memory');
});

test('process ids come from all groups, each once, and a group that is gone has none', () => {
  for (const group of ['a', 'b']) {
    mkdirSync(join(root, group));
    writeFileSync(join(root, group, 'cgroup.procs'), '7\n8\n');
  }
  expect(processesIn(['a', 'b', 'c'].map((group) => join(root, group)))).toEqual([7, 8]);
});

test('removing takes the shared group along, unless another cluster is in it', async () => {
  for (const name of ['one', 'two']) await createCgroups(`intro-otel/${name}`, [root]);
  await expect(removeCgroups('intro-otel/one', [root])).resolves.toEqual([]);
  expect(existingCgroups('intro-otel', [root])).toContain(join(root, 'intro-otel/two'));
  await removeCgroups('intro-otel/two', [root]);
  expect(existingCgroups('intro-otel', [root])).toEqual([]);
});

test('a group that stays in use is given back', async () => {
  await createCgroups('intro-otel/lab', [root]);
  writeFileSync(join(root, 'intro-otel/lab/busy'), ''); // rmdir fails as it does for a group with processes
  await expect(removeCgroups('intro-otel/lab', [root], 100)).resolves.toEqual([join(root, 'intro-otel/lab')]);
});
