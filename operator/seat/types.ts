// Types of a seat's objects that are not in kubernetes/types.ts.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Deployment } from '../../kubernetes/types.ts';

/** An object that the operator applies. It may have any fields that its kind allows. */
export interface LabObject extends KubeObject {
  readonly [field: string]: unknown;
}

export const isDeployment = (object: KubeObject): object is Deployment =>
  object.kind === 'Deployment' && object.apiVersion === 'apps/v1';
