// Stores records of the labs that `up` makes, as files. A record is written before its lab, so that `down` also works
// after a crash.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClusterAccess } from './kubectl.ts';
import { stateDir } from '../support/paths.ts';

/**
 * The record of a lab: where it is, and what `down` has to remove. The keys are those of the JSON file, which any
 * version of `down` must be able to read.
 */
export interface RecordedLab {
  /** The name of the lab's throwaway cluster. Undefined for a lab in an existing cluster. */
  readonly throwaway?: string | undefined;
  readonly reach: ClusterAccess;
  readonly namespace: string;
  readonly release: string;
  /** The port of 127.0.0.1 that leads to this lab's NodePort in the throwaway cluster. */
  readonly port?: number | undefined;
  /** The hash of the sources of each image that the lab's apps run. */
  readonly images?: Readonly<Record<string, string>> | undefined;
}

/**
 * Returns the name that all files of a lab have in common. It depends on the cluster, the namespace and the release.
 */
export function labKey(lab: Pick<RecordedLab, 'throwaway' | 'reach' | 'namespace' | 'release'>): string {
  const where = lab.throwaway === undefined ? `context ${lab.reach.context ?? ''}` : `throwaway ${lab.throwaway}`;
  return [where, lab.namespace, lab.release].join(' ').replace(/[^\w.-]+/g, '_');
}

const ENDINGS = ['lab.json', 'door.json', 'door.log'] as const;

/**
 * Returns the path of a lab's file in the folder labs.d. Each throwaway cluster has a folder next to labs.d. No cluster
 * can be called labs.d, because a cluster's name contains no dot.
 */
export function labFile(key: string, ending: (typeof ENDINGS)[number]): string {
  return stateDir('labs.d', `${key}.${ending}`);
}

/** Writes a lab's record. If `lab` lacks a field, the record keeps the value that it already has. */
export function recordLab(lab: RecordedLab): void {
  const file = labFile(labKey(lab), 'lab.json');
  writeWhole(file, { ...readJson<RecordedLab>(file), ...lab });
}

/** Lists the records of all labs. */
export function recordedLabs(): RecordedLab[] {
  const directory = stateDir('labs.d');
  return filesIn(directory)
    .filter((file) => file.endsWith('.lab.json'))
    .flatMap((file) => readJson<RecordedLab>(join(directory, file)) ?? []);
}

/**
 * Returns the path of a record for the cluster of a context. The record says which build of an image this cluster has.
 */
export function imageRecordFile(context: string, image: string): string {
  return stateDir('labs.d', `${context.replace(/[^\w.-]+/g, '_')}.${image}.image.json`);
}

/** Removes a lab's record and its other files. Removes the folder labs.d too if this was the last lab. */
export function forgetLab(lab: RecordedLab): void {
  for (const ending of ENDINGS) rmSync(labFile(labKey(lab), ending), { force: true });
  if (recordedLabs().length === 0) rmSync(stateDir('labs.d'), { recursive: true, force: true });
}

/** Writes a JSON file under a temporary name and renames it, so that a reader never sees an incomplete file. */
export function writeWhole(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(value, undefined, 2));
  renameSync(`${path}.new`, path);
}

/** Returns the content of a JSON file. Undefined if it can't be read. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
