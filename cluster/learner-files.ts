// Finds the components of a lab that run files which the learner has edited. What the learner has made of them is no
// failure of the lab.
import type { V1ConfigMap } from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import { OWN } from '../lab/names.ts';
import type { ClusterTools } from './kubectl.ts';

/**
 * Lists the components that run an edited file of the dice's ConfigMap. An annotation has the hash of each given file.
 */
export function editedIn({ data = {}, metadata }: V1ConfigMap): string[] {
  const isEdited = (text: string | undefined, given: string | undefined): boolean =>
    text !== undefined && text !== '' && given !== createHash('sha256').update(text).digest('hex');
  const edited = OWN.filter(({ file, given }) => isEdited(data[file], metadata?.annotations?.[given]));
  return [...new Set(edited.map(({ component }) => component))];
}

export async function editedComponents(
  kube: ClusterTools,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<string[]> {
  return editedIn((await kube.get<V1ConfigMap>('configmap', `${name}-dice`, '--namespace', namespace)) ?? {});
}
