// Knows with which collector.yaml the newest Collector started. Dice reports the hashes of its files, and the Collector
// reports none: the guide works it out from what the API server says, and remembers it.
import type { ConfigMap, Pod } from '../../../../kubernetes/types.ts';
import { sha256 } from './current.ts';

const FILE = 'collector.yaml';

interface ManagedFields {
  readonly time?: string;
  readonly fieldsV1?: { readonly 'f:data'?: Readonly<Record<string, unknown>> };
}

export class CollectorFile {
  /** The container that was seen last, and the hash of the file with which it started. */
  #last: { readonly container: string; readonly hash: string } | undefined;

  /**
   * Returns the SHA-256 of the file with which the pod's container started, or undefined if that is unknown. It is the
   * file of now if nobody has changed it since the pod was created. Later changes leave what is remembered.
   */
  startedWith(pod: Pod, files: ConfigMap): string | undefined {
    const container = containerOf(pod);
    if (container === undefined) return undefined;
    if (this.#last?.container === container) return this.#last.hash;
    if (!isUnchangedSince(pod, files)) return undefined;
    this.#last = { container, hash: sha256(files.data?.[FILE] ?? '') };
    return this.#last.hash;
  }
}

const containerOf = ({ status }: Pod): string | undefined => status?.containerStatuses?.[0]?.containerID;

const isUnchangedSince = ({ metadata }: Pod, files: ConfigMap): boolean =>
  changedAt(files) <= Date.parse(metadata.creationTimestamp ?? '');

/**
 * Returns when the file was changed last, by the clock that also dates pods: the API server's. It may be a later time,
 * because a manager of fields has one time for all that it has written. The result is NaN if it is unknown.
 */
function changedAt({ metadata }: ConfigMap): number {
  const { managedFields = [] } = metadata as { readonly managedFields?: readonly ManagedFields[] };
  const owners = managedFields.filter(({ fieldsV1 }) => fieldsV1?.['f:data']?.[`f:${FILE}`] !== undefined);
  return owners.length === 0 ? NaN : Math.max(...owners.map(({ time = '' }) => Date.parse(time)));
}
