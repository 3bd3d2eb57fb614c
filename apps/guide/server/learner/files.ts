// Stores the learner's three files in the ConfigMap `<release>-dice`. A write never overwrites a change that somebody
// else made.
import { createHash } from 'node:crypto';
import { isConflict } from '../../../../kubernetes/api.ts';
import type { ConfigMap } from '../../../../kubernetes/types.ts';
import { OWN } from '../../../../lab/names.ts';
import { fileNames } from '../../contract.ts';
import type { Files, VersionedFiles } from '../../contract.ts';
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

  async read(): Promise<VersionedFiles> {
    return versioned(await this.#kube.configMap(`${this.#release}-dice`));
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
      const changed = OWN.filter(({ file }) => wanted[file] !== undefined && wanted[file] !== current.files[file]);
      if (changed.length === 0) return { ...current, restarted: [] };
      const kept = keepAs
        ? changed.map(({ file }): [string, string] => [`${keepAs}.${file}`, current.files[file]])
        : [];
      const data = Object.fromEntries([
        ...kept,
        ...changed.map(({ file }): [string, string] => [file, wanted[file] ?? '']),
      ]);
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
    try {
      return await this.#kube.patchConfigMap(map.metadata.name, data, map.metadata.resourceVersion);
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
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

function versioned({ data = {} }: ConfigMap): VersionedFiles {
  const files = Object.fromEntries(fileNames.map((name) => [name, data[name] ?? ''])) as Files;
  return { version: createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16), files };
}
