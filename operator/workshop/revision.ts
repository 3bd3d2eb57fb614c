// The revision of a Workshop's seats: a hash of all settings that a seat is made from.
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import type { WorkshopSpec } from '../api/types.ts';

/** Returns the value without undefined fields, as JSON stores it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/**
 * Returns the hash of `lab`, `quota` and `access`. The order of keys does not matter, and a missing part equals an
 * empty one.
 */
export const revisionOf = ({
  lab = {},
  quota = {},
  access = {},
}: Pick<WorkshopSpec, 'lab' | 'quota' | 'access'>): string => sha256(json(asJson({ lab, quota, access }))).slice(0, 12);
