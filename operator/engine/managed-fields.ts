// The managed fields of an object: which fields were written, and by whom. Unlike the object itself, they don't contain
// the API server's defaults.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
import type { KubeObject } from '../../kubernetes/object.ts';

/** A set of fields. A key is a field (`f:`), a list item by its key fields (`k:`), or a value of a set (`v:`). */
export interface FieldSet {
  readonly [key: string]: FieldSet;
}

/** The fields that one manager has written. */
export interface ManagedFields {
  readonly manager: string;
  readonly fields: FieldSet;
}

interface Entry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

/** Returns the entries of an object's `metadata.managedFields`, which our object types leave out. */
export const entriesOf = ({ metadata }: KubeObject): readonly Entry[] =>
  (metadata as { readonly managedFields?: readonly Entry[] }).managedFields ?? [];

/** Returns who has written which fields of the object, without its status. */
export const managedFieldsOf = (object: KubeObject): readonly ManagedFields[] =>
  entriesOf(object)
    .filter(({ subresource = '' }) => subresource !== 'status')
    .map(({ manager = '', fieldsV1 = {} }) => ({ manager, fields: fieldsV1 }));

/** Number of characters after which the pool starts anew. */
const MAX_LENGTH = 4_000_000;

/**
 * Shares equal managed fields between objects. Thousands of objects were written in the same way, so that all of them
 * together need little memory.
 */
export class ManagedFieldsPool {
  readonly #known = new Map<string, readonly ManagedFields[]>();
  #length = 0;

  share(object: KubeObject): readonly ManagedFields[] {
    const fields = managedFieldsOf(object);
    const text = JSON.stringify(fields);
    const known = this.#known.get(text);
    if (known) return known;
    if ((this.#length += text.length) > MAX_LENGTH) this.#clear(text.length);
    this.#known.set(text, fields);
    return fields;
  }

  #clear(length: number): void {
    this.#known.clear();
    this.#length = length;
  }
}
