// Runs a benchmark's work on a lab in a namespace of its own, and removes the namespace afterwards.
import { kubectl } from '../support/cluster/cluster.ts';
import { Lab } from '../support/cluster/lab.ts';
import { makeNamespace } from '../support/cluster/namespace.ts';

export async function withNamespace<T>(namespace: string, work: (lab: Lab) => Promise<T>): Promise<T> {
  await makeNamespace(namespace);
  try {
    return await work(new Lab(namespace));
  } finally {
    await kubectl('delete', 'namespace', namespace, '--timeout=120s');
  }
}
