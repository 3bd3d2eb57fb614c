// Updates the CustomResourceDefinitions (CRDs) of Workshop and Seat. Helm doesn't update CRDs that an earlier release
// of the chart left in the cluster.
import { crds } from '../cdk8s/operator/crds.ts';
import type { Api } from '../kubernetes/api.ts';
import { differs } from './engine/apply.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Logger } from './engine/log.ts';

/**
 * Applies each CustomResourceDefinition that differs from the live CustomResourceDefinition. Right after the first
 * install of the chart, none of them differs.
 * @throws Error if a CustomResourceDefinition doesn't exist, because the operator may not create it
 */
export async function updateDefinitions(api: Api, log: Logger): Promise<void> {
  for (const definition of crds()) {
    const { name } = definition.metadata;
    const live = await api.get<KubeObject>(KINDS.CustomResourceDefinition, name);
    if (live === undefined)
      throw new Error(
        `Expected the CustomResourceDefinition ${name}, found none. Install the chart with operator.enabled=true.`,
      );
    if (!differs(definition, live)) continue;
    await api.apply(definition);
    log.info({ name }, 'Updated a CustomResourceDefinition');
  }
}

/** Deletes the CustomResourceDefinitions. Kubernetes then also deletes all Workshops and Seats. */
export async function deleteDefinitions(api: Api): Promise<void> {
  for (const { metadata } of crds()) await api.delete(KINDS.CustomResourceDefinition, metadata);
}
