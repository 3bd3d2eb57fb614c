// The seat's objects, beyond what kubernetes/types.ts has.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Deployment } from '../../kubernetes/types.ts';

/** An object to apply, with the fields of its kind. */
export interface LabObject extends KubeObject {
  readonly [field: string]: unknown;
}

export const isDeployment = (object: KubeObject): object is Deployment =>
  object.kind === 'Deployment' && object.apiVersion === 'apps/v1';
