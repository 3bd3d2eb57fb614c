// Stores the learner's three files in the ConfigMap `<release>-dice`. A write never overwrites a change that somebody
// else made.
import { createHash } from 'node:crypto';
import { isConflict } from '../../../../kubernetes/api.ts';
import type { ConfigMap } from '../../../../kubernetes/types.ts';
import { OWN } from '../../../../lab/names.ts';
import { encodingProblem } from '../../../../support/encoding.ts';
import { fileNames } from '../../contract.ts';
import type { Component, Files, KeptFile, VersionedFiles } from '../../contract.ts';
import { tidy } from '../../tidy.ts';
import type { Kube } from '../kube.ts';

type LearnerFile = (typeof OWN)[number];

/**
 * The error for a save that comes too late: another tab or kubectl has changed the files since the page read them.
 * `current` holds the files as they are now.
 */
export class FilesChangedError extends Error {
  override name = 'FilesChangedError';
  readonly current: VersionedFiles;

  constructor(current: VersionedFiles) {
    super(
      'expected the files as you last saw them, found a change from another tab or from kubectl: ' +
        'nothing was overwritten. Take what you want from it, then save again.',
    );
    this.current = current;
  }
}

/** The error for a file that the ConfigMap holds as binary data, because it was no UTF-8 text when it was applied. */
export class NotTextError extends Error {
  override name = 'NotTextError';
}

export interface Change {
  /** The version of the files that the caller has read. If the ConfigMap has a newer version, the change is refused. */
  readonly from?: string;
  /** Prefix of the ConfigMap's keys under which a step keeps copies of the files that it replaces. */
  readonly keepAs?: string;
}

export class FileStore {
  readonly #kube: Kube;
  readonly #release: string;

  constructor(kube: Kube, release: string) {
    this.#kube = kube;
    this.#release = release;
  }

  /** @throws NotTextError */
  async read(): Promise<VersionedFiles> {
    const map = await this.#kube.configMap(`${this.#release}-dice`);
    const problem = problemIn(map);
    if (problem !== undefined) throw new NotTextError(problem);
    return versioned(map);
  }

  /** Returns the texts that steps and resets have replaced. */
  async kept(): Promise<KeptFile[]> {
    const { data = {} } = await this.#kube.configMap(`${this.#release}-dice`);
    return fileNames.flatMap((file) =>
      Object.entries(data)
        .filter(([key]) => key.endsWith(`.${file}`))
        .map(([key, text]) => ({ from: key.slice(0, -file.length - 1), file, text })),
    );
  }

  /**
   * Writes the files whose texts differ from those in the ConfigMap, and restarts the Deployments that read these
   * files.
   * @throws FilesChangedError
   */
  async write(
    wanted: Partial<Files>,
    { from, keepAs }: Change = {},
  ): Promise<VersionedFiles & { restarted: string[] }> {
    for (;;) {
      const map = await this.#kube.configMap(`${this.#release}-dice`);
      const current = versioned(map);
      if (from !== undefined && from !== current.version) throw new FilesChangedError(current);
      const changed = OWN.filter(({ file }) => isChanged(wanted[file], current.files[file]));
      if (changed.length === 0) return { ...current, restarted: [] };
      const written = changed.map(({ file }): [string, string] => [file, tidy(wanted[file] ?? '')]);
      const kept = keepAs
        ? changed.map(({ file }): [string, string] => [`${keepAs}.${file}`, current.files[file]])
        : [];
      const data = Object.fromEntries([...(hasRoom(map, [...kept, ...written]) ? kept : []), ...written]);
      const patched = await this.#patch(map, data);
      if (!patched) continue;
      return { ...versioned(patched), restarted: await this.#restart(changed, patched) };
    }
  }

  /**
   * Writes `data` to the ConfigMap. Returns undefined if somebody else wrote first. The caller then reads again and
   * repeats its change.
   */
  async #patch(map: ConfigMap, data: Record<string, string>): Promise<ConfigMap | undefined> {
    const { name, resourceVersion } = map.metadata;
    const binary = Object.keys(data).filter((key) => isBinary(map, key));
    const removed = binary.length > 0 ? Object.fromEntries(binary.map((key) => [key, null])) : undefined;
    try {
      return await this.#kube.patchConfigMap(name, data, resourceVersion, removed);
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  /** Restarts a component whose pod started with older files, after somebody else has changed them. */
  restart(component: Component): Promise<void> {
    return this.#kube.restart(`${this.#release}-${component}`);
  }

  /**
   * Restarts the Deployments that read the changed files. In a seat the operator restarts them too, and marks their
   * pods with a checksum. The guide writes the same checksum, so the pods restart only once. Outside a seat that
   * annotation belongs to Helm.
   */
  async #restart(changed: readonly LearnerFile[], { data = {}, metadata }: ConfigMap): Promise<string[]> {
    const inSeat = metadata.labels?.['app.kubernetes.io/managed-by'] === 'intro-otel';
    const components = [...new Set(changed.map(({ component }) => component))];
    for (const component of components) {
      const read = changed.filter((own) => own.component === component);
      const started = read.map(({ file, started: annotation }): [string, string] => [
        annotation,
        createHash('sha256')
          .update(data[file] ?? '')
          .digest('hex'),
      ]);
      await this.#kube.restart(`${this.#release}-${component}`, inSeat ? Object.fromEntries(started) : undefined);
    }
    return components;
  }
}

/** Most bytes that the ConfigMap may hold, a little below the limit of Kubernetes. Copies are kept only below it. */
const MOST_BYTES = 1_000_000;

function hasRoom({ data = {} }: ConfigMap, added: readonly [string, string][]): boolean {
  const texts = Object.values({ ...data, ...Object.fromEntries(added) });
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) < MOST_BYTES;
}

const isBinary = ({ binaryData = {} }: ConfigMap, key: string): boolean => binaryData[key] !== undefined;

/** Whether a save changes the file. Blanks at the ends of lines make no difference. */
const isChanged = (wanted: string | undefined, current: string): boolean =>
  wanted !== undefined && wanted !== current && tidy(wanted) !== current;

/** Returns which file is no text, why, and what to do. */
function problemIn(map: ConfigMap): string | undefined {
  const file = fileNames.find((name) => isBinary(map, name));
  if (file === undefined) return undefined;
  const why = encodingProblem(Buffer.from(map.binaryData?.[file] ?? '', 'base64')) ?? 'expected text, found bytes';
  return (
    `${file} in ConfigMap ${map.metadata.name}: ${why}. Then apply the ConfigMap again. ` +
    'Or press Reset in a step, which gives you a new file.'
  );
}

function versioned({ data = {} }: ConfigMap): VersionedFiles {
  const files = Object.fromEntries(fileNames.map((name) => [name, data[name] ?? ''])) as Files;
  return { version: createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16), files };
}
