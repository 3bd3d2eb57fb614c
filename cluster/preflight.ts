// Checks a machine and a cluster before anything is started. The checks are pure functions of facts. The functions that
// read the facts are at the end of the file.
import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../support/errors.ts';
import { numbers } from './tools.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Disk space that is needed in a directory. */
export interface DiskNeed {
  readonly path: string;
  readonly bytes: number;
  /** What needs the space, such as "compiling Kubernetes". */
  readonly for: string;
}

export interface MachineNeeds {
  readonly cpus: number;
  /** The memory that must be available, in bytes, and what needs it. */
  readonly memory: { readonly bytes: number; readonly for: string };
  readonly disk: readonly DiskNeed[];
}

export interface MachineFacts {
  readonly cpus: number;
  /** The available memory in bytes. */
  readonly memoryAvailable: number;
  /** The file system of each directory, and its free bytes. The directory need not exist yet. */
  readonly disks: Readonly<Record<string, { fileSystem: string; free: number }>>;
}

export interface ClusterNeeds {
  /** The Kubernetes versions that the chart supports, such as `>=1.29.0-0`. */
  readonly kubeVersion: string;
  /** The sum of the resource requests of the lab's pods: CPU in thousandths of a core, memory in bytes. */
  readonly requests: { readonly cpu: number; readonly memory: number };
}

export interface ClusterFacts {
  /** The API server's version, such as `v1.34.4`. */
  readonly version: string;
  readonly readyNodes: number;
  /** The free resources of the ready nodes: CPU in thousandths of a core, memory in bytes. */
  readonly free: { readonly cpu: number; readonly memory: number };
  /** How to give this cluster more resources. Undefined if its product is not known. */
  readonly resize?: string | undefined;
}

/** Returns an error for each resource that the machine lacks. The list is empty if the machine is sufficient. */
export function machineMisses(facts: MachineFacts, needs: MachineNeeds): UserError[] {
  return [...cpuMisses(facts, needs), ...memoryMisses(facts, needs), ...diskMisses(facts, needs)];
}

function cpuMisses(facts: MachineFacts, needs: MachineNeeds): UserError[] {
  if (facts.cpus >= needs.cpus) return [];
  return [
    new UserError('This machine has too few CPUs for the lab.', {
      expected: `${needs.cpus} CPUs`,
      found: `${facts.cpus}`,
      todo: 'give this machine (or its container or virtual machine) more',
    }),
  ];
}

function memoryMisses(facts: MachineFacts, needs: MachineNeeds): UserError[] {
  if (facts.memoryAvailable >= needs.memory.bytes) return [];
  return [
    new UserError('This machine has too little available memory.', {
      expected: `${size(needs.memory.bytes)} available, for ${needs.memory.for}`,
      found: `${size(facts.memoryAvailable)} available`,
      todo: ['end programs that use a lot of memory', 'give this machine (or its container or virtual machine) more'],
    }),
  ];
}

/** Compares the free space of each file system with the space that all its directories need together. */
function diskMisses(facts: MachineFacts, needs: MachineNeeds): UserError[] {
  const byFileSystem = Map.groupBy(needs.disk, (need) => facts.disks[need.path]?.fileSystem);
  return [...byFileSystem.values()].flatMap((group) => {
    const [first] = group;
    const free = first === undefined ? undefined : facts.disks[first.path]?.free;
    const wanted = group.reduce((sum, need) => sum + need.bytes, 0);
    if (free === undefined || free >= wanted) return [];
    return [
      new UserError('This machine has too little free disk space.', {
        expected: `${size(wanted)} free: ${group.map(needText).join(', ')}`,
        found: `${size(free)} free`,
        todo: ['free some space', 'set INTRO_OTEL_CACHE and INTRO_OTEL_STATE to directories on a larger disk'],
      }),
    ];
  });
}

function needText({ bytes, path, for: purpose }: DiskNeed): string {
  return `${size(bytes)} in ${path} for ${purpose}`;
}

/** Returns an error for each thing that the cluster lacks. The list is empty if the cluster is sufficient. */
export function clusterMisses(facts: ClusterFacts, needs: ClusterNeeds): UserError[] {
  return [...versionMisses(facts, needs), ...roomMisses(facts, needs)];
}

function versionMisses(facts: ClusterFacts, needs: ClusterNeeds): UserError[] {
  if (atLeast(numbers(facts.version), numbers(needs.kubeVersion))) return [];
  return [
    new UserError('The Kubernetes version is too old for the chart.', {
      expected: `Kubernetes ${needs.kubeVersion}`,
      found: facts.version,
      todo: 'update the program that runs the cluster: a newer version has a newer Kubernetes',
    }),
  ];
}

function roomMisses({ resize, ...facts }: ClusterFacts, needs: ClusterNeeds): UserError[] {
  if (facts.readyNodes === 0) {
    return [
      new UserError('The Kubernetes cluster has no ready node.', {
        expected: 'a Ready node that accepts pods',
        found: 'none',
        todo: 'wait until it has started, then run this again. kubectl describe nodes shows what is wrong',
      }),
    ];
  }
  const { cpu, memory } = needs.requests;
  if (facts.free.cpu >= cpu && facts.free.memory >= memory) return [];
  return [
    new UserError('The Kubernetes cluster has too few free resources for the lab.', {
      expected: `${cpu}m CPU and ${size(memory)} of memory not yet requested by other pods`,
      found: `${facts.free.cpu}m CPU and ${size(facts.free.memory)}`,
      todo: ['remove other pods from it', `give it more CPU and memory${resize === undefined ? '' : ` (${resize})`}`],
    }),
  ];
}

/**
 * Returns whether the version `found` is the version `wanted` or a later one. It compares the versions number by
 * number.
 */
function atLeast(found: readonly number[], wanted: readonly number[]): boolean {
  const differing = wanted.findIndex((number, index) => found[index] !== number);
  return differing === -1 || (found[differing] ?? -1) > (wanted[differing] ?? 0);
}

/** Throws all errors of the checks at once, if there are any. */
export function throwMisses(misses: readonly UserError[]): void {
  const [first, second] = misses;
  if (second !== undefined) throw new AggregateError(misses, misses.map((miss) => miss.message).join(' '));
  if (first !== undefined) throw first;
}

/** Reads the machine's resources that `needs` names. */
export async function readMachine(needs: MachineNeeds): Promise<MachineFacts> {
  const disks = await Promise.all(needs.disk.map(async ({ path }) => [path, await diskAt(path)] as const));
  return { cpus: availableParallelism(), memoryAvailable: process.availableMemory(), disks: Object.fromEntries(disks) };
}

async function diskAt(path: string): Promise<{ fileSystem: string; free: number }> {
  if (!existsSync(path)) return diskAt(dirname(path));
  const [{ dev }, { bavail, bsize }] = await Promise.all([stat(path), statfs(path)]);
  return { fileSystem: String(dev), free: bavail * bsize };
}

/** Formats bytes for people: `300 MiB`, `9.5 GiB`. */
export function size(bytes: number): string {
  return bytes < GIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}
