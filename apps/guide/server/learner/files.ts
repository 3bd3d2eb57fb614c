// The learner's three files, in the ConfigMap `<release>-dice`: read, and changed without overwriting what somebody else wrote.
import { createHash } from 'node:crypto';
import { isConflict } from '../../../../kubernetes/api.ts';
import type { ConfigMap } from '../../../../kubernetes/types.ts';
import { OWN } from '../../../../lab/names.ts';
import { fileNames } from '../../contract.ts';
import type { Files, VersionedFiles } from '../../contract.ts';
import type { Kube } from '../kube.ts';

type LearnerFile = (typeof OWN)[number];

/** Somebody else (another tab, kubectl) has changed the files since; `current` is what they are now. */
export class FilesChangedError extends Error {
  override name = 'Changed';
  readonly current: VersionedFiles;

  constructor(current: VersionedFiles) {
    super(
      'expected the files as you last saw them, found them changed since, in another tab or by kubectl: nothing was overwritten. Take over what you want from them, then save again.',
    );
    this.current = current;
  }
}

export interface Change {
  /** The version that the change was made from: when the files have another one by now, nothing is written. */
  from?: string;
  /** Keeps the files that are replaced under this name beside them. */
  keepAs?: string;
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

  /** Writes what differs, and restarts what reads it. @throws Changed */
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

  /** undefined when somebody was quicker: what they wrote has to be looked at first. */
  async #patch(map: ConfigMap, data: Record<string, string>): Promise<ConfigMap | undefined> {
    try {
      return await this.#kube.patchConfigMap(map.metadata.name, data, map.metadata.resourceVersion);
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  /**
   * In a seat the operator starts what reads a file as soon as it sees a change, and says so on the pods: the guide says the very same, so that
   * they are started once, whichever of the two is first. Elsewhere that annotation is helm's.
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
