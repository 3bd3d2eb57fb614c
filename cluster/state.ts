// The labs that `up` brought up, as files: written before anything is made, so that `down` finds it after a crash too.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClusterAccess } from './kubectl.ts';
import { stateDir } from '../support/paths.ts';

/** Where a lab is, and what of it `down` has to remove. */
export interface RecordedLab {
  /** The throwaway cluster's name, or undefined for a lab in a cluster that was there. */
  throwaway?: string | undefined;
  reach: ClusterAccess;
  namespace: string;
  release: string;
  /** The port of 127.0.0.1 that the throwaway cluster leads to this lab's node port, if it does. */
  port?: number | undefined;
  /** By the name of each image that its apps run, what that was made of, once they do. */
  images?: Readonly<Record<string, string>> | undefined;
}

/** The name of a lab's files: the same for the same cluster, namespace and release. */
export function labKey(lab: Pick<RecordedLab, 'throwaway' | 'reach' | 'namespace' | 'release'>): string {
  const where = lab.throwaway === undefined ? `context ${lab.reach.context ?? ''}` : `throwaway ${lab.throwaway}`;
  return [where, lab.namespace, lab.release].join(' ').replace(/[^\w.-]+/g, '_');
}

const ENDINGS = ['lab.json', 'door.json', 'door.log'] as const;

/** The path of a lab's file with this ending. No cluster can be named so, for its dot. */
export function labFile(key: string, ending: (typeof ENDINGS)[number]): string {
  return stateDir('labs.d', `${key}.${ending}`);
}

/** Writes a lab's record, whole or not at all; what it says nothing of stays as it was. */
export function recordLab(lab: RecordedLab): void {
  const file = labFile(labKey(lab), 'lab.json');
  writeWhole(file, { ...readJson<RecordedLab>(file), ...lab });
}

/** Every lab that is recorded. */
export function recordedLabs(): RecordedLab[] {
  const directory = stateDir('labs.d');
  return filesIn(directory)
    .filter((file) => file.endsWith('.lab.json'))
    .flatMap((file) => readJson<RecordedLab>(join(directory, file)) ?? []);
}

/** The file that says which build of an image the cluster of a context was given. */
export function imageRecordFile(context: string, image: string): string {
  return stateDir('labs.d', `${context.replace(/[^\w.-]+/g, '_')}.${image}.image.json`);
}

/** Removes a lab's record and everything kept beside it; with the last lab, all that is left. */
export function forgetLab(lab: RecordedLab): void {
  for (const ending of ENDINGS) rmSync(labFile(labKey(lab), ending), { force: true });
  if (recordedLabs().length === 0) rmSync(stateDir('labs.d'), { recursive: true, force: true });
}

/** Writes beside and renames, so that a reader never sees half of it. */
export function writeWhole(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(value, undefined, 2));
  renameSync(`${path}.new`, path);
}

/** A JSON file's content; undefined where there is none that can be read. */
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
