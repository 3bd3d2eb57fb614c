// Types of a seat's objects, in addition to those in kubernetes/types.ts.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Deployment } from '../../kubernetes/types.ts';

/** An object to apply, with any fields that its kind has. */
export interface LabObject extends KubeObject {
  readonly [field: string]: unknown;
}

export const isDeployment = (object: KubeObject): object is Deployment =>
  object.kind === 'Deployment' && object.apiVersion === 'apps/v1';
