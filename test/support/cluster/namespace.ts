// Creates a namespace for one file of tests. It enforces Pod Security "restricted". Its logs and events are saved at
// the end.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { artefacts } from '../artefacts.ts';
import { apiGet, apply, kubectl, testCluster, textOf } from './cluster.ts';
import type { Pod } from '../matchers/objects.ts';

/** Creates a namespace for the tests of one file, and deletes it after them. @returns its name */
export function useNamespace(name: string): string {
  beforeAll(() => makeNamespace(name), 60_000);
  afterAll(async () => {
    await keepEvidence(name);
    await kubectl('delete', 'namespace', name, '--wait=false');
  }, 60_000);
  return name;
}

/**
 * Creates a namespace that enforces Pod Security "restricted":
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export async function makeNamespace(name: string): Promise<void> {
  const enforce = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
  };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: enforce } });
}

/**
 * Saves the namespace's pods, their logs (of a container's previous run too) and the events in the artefacts folder.
 */
export async function keepEvidence(namespace: string): Promise<void> {
  const directory = join(artefacts, namespace);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'pods.txt'), await kubectl('get', 'pods', '-n', namespace, '-o', 'wide'));
  await writeFile(join(directory, 'events.txt'), await kubectl('events', '-n', namespace));
  const { items } = await apiGet<{ items: Pod[] }>(`/api/v1/namespaces/${namespace}/pods`);
  for (const pod of items) {
    await writeFile(join(directory, `${pod.metadata.name}.log`), await podLog(pod).catch(String));
    if (pod.status.containerStatuses?.some((container) => container.restartCount > 0) !== true) continue;
    await writeFile(
      join(directory, `${pod.metadata.name}.previous.log`),
      await podLog(pod, 'previous=true').catch(String),
    );
  }
}

/** Returns the whole log of a pod. `query` is as in the API (`sinceTime=…`, `previous=true`). */
export async function podLog(pod: Pod, query = ''): Promise<string> {
  const { namespace, name } = pod.metadata;
  return textOf(await fetch(`${testCluster().api}/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`));
}
