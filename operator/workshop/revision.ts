// Computes the revision of a Workshop's Seats: a hash of all that determines a Seat's objects.
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import type { WorkshopSpec } from '../api/types.ts';

/** Returns the value without its undefined fields, as JSON would store it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/**
 * Returns a hash of the settings `lab`, `quota` and `access`, and of the objects that this release of the operator
 * renders from them. The order of keys does not matter. A missing setting has the same hash as an empty one.
 */
export const revisionOf = (
  { lab = {}, quota = {}, access = {} }: Pick<WorkshopSpec, 'lab' | 'quota' | 'access'>,
  labHash: string,
): string => sha256(json(asJson({ lab, quota, access, labHash }))).slice(0, 12);
