// What a seat is made from, as one word: where it changes, seats are to change.
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import type { WorkshopSpec } from '../api/types.ts';

/** As it travels: without what is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** The same for the same lab, quota and access, in whatever order their keys are; where one is left out it is as an empty one. */
export const revisionOf = ({
  lab = {},
  quota = {},
  access = {},
}: Pick<WorkshopSpec, 'lab' | 'quota' | 'access'>): string => sha256(json(asJson({ lab, quota, access }))).slice(0, 12);
