// Updates the operator's CustomResourceDefinitions where Helm can't: those that an earlier release left behind.
import { crds } from '../cdk8s/operator/crds.ts';
import type { Api } from '../kubernetes/api.ts';
import { differs } from './engine/apply.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Logger } from './engine/log.ts';

/**
 * Applies the definitions that differ from the live ones. After an install by the chart, none do.
 * @throws Error if a definition doesn't exist: the operator has no permission to create one
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
    log.info({ name }, 'Updated CustomResourceDefinition');
  }
}

/** Deletes the definitions, and with them all objects of their kinds. */
export async function deleteDefinitions(api: Api): Promise<void> {
  for (const { metadata } of crds()) await api.delete(KINDS.CustomResourceDefinition, metadata);
}
