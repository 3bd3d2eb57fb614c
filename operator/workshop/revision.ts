// Computes the revision of a Workshop's Seats: a hash of all settings that determine a Seat's objects.
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import type { WorkshopSpec } from '../api/types.ts';

/** Returns the value without its undefined fields, as JSON would store it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/**
 * Returns a hash of the settings `lab`, `quota` and `access`. The order of keys does not matter. A missing setting has
 * the same hash as an empty one.
 */
export const revisionOf = ({
  lab = {},
  quota = {},
  access = {},
}: Pick<WorkshopSpec, 'lab' | 'quota' | 'access'>): string => sha256(json(asJson({ lab, quota, access }))).slice(0, 12);
