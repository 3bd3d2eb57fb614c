// Records of the labs that `up` made, as files. They are written first, so that `down` also works after a crash.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClusterAccess } from './kubectl.ts';
import { stateDir } from '../support/paths.ts';

/**
 * Where a lab is, and what `down` has to remove. Its keys are those of the JSON files, which `down` of any version
 * reads.
 */
export interface RecordedLab {
  /** The name of the throwaway cluster. Undefined for a lab in an existing cluster. */
  readonly throwaway?: string | undefined;
  readonly reach: ClusterAccess;
  readonly namespace: string;
  readonly release: string;
  /** The port of 127.0.0.1 from which the throwaway cluster leads to this lab's node port. */
  readonly port?: number | undefined;
  /** For each image that its apps run, the hash of the image's sources. */
  readonly images?: Readonly<Record<string, string>> | undefined;
}

/** The name of a lab's files. It is the same for the same cluster, namespace and release. */
export function labKey(lab: Pick<RecordedLab, 'throwaway' | 'reach' | 'namespace' | 'release'>): string {
  const where = lab.throwaway === undefined ? `context ${lab.reach.context ?? ''}` : `throwaway ${lab.throwaway}`;
  return [where, lab.namespace, lab.release].join(' ').replace(/[^\w.-]+/g, '_');
}

const ENDINGS = ['lab.json', 'door.json', 'door.log'] as const;

/** The path of a lab's file. No cluster can have the name of the folder, because of its dot. */
export function labFile(key: string, ending: (typeof ENDINGS)[number]): string {
  return stateDir('labs.d', `${key}.${ending}`);
}

/** Writes a lab's record as a whole. Fields that are missing in `lab` keep their value. */
export function recordLab(lab: RecordedLab): void {
  const file = labFile(labKey(lab), 'lab.json');
  writeWhole(file, { ...readJson<RecordedLab>(file), ...lab });
}

/** Every recorded lab. */
export function recordedLabs(): RecordedLab[] {
  const directory = stateDir('labs.d');
  return filesIn(directory)
    .filter((file) => file.endsWith('.lab.json'))
    .flatMap((file) => readJson<RecordedLab>(join(directory, file)) ?? []);
}

/** The file that says which build of an image the cluster of a context has. */
export function imageRecordFile(context: string, image: string): string {
  return stateDir('labs.d', `${context.replace(/[^\w.-]+/g, '_')}.${image}.image.json`);
}

/** Removes a lab's record and the files beside it. With the last lab, the folder goes too. */
export function forgetLab(lab: RecordedLab): void {
  for (const ending of ENDINGS) rmSync(labFile(labKey(lab), ending), { force: true });
  if (recordedLabs().length === 0) rmSync(stateDir('labs.d'), { recursive: true, force: true });
}

/** Writes a new file and renames it, so that a reader never sees half of it. */
export function writeWhole(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(value, undefined, 2));
  renameSync(`${path}.new`, path);
}

/** The content of a JSON file. Undefined when it can't be read. */
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
