// Hands images to a cluster's containerd, which is where its kubelet looks.
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import { inside } from './layout.ts';
import type { Layout } from './layout.ts';
import { firstProcess } from './processes.ts';

/**
 * Imports an archive of `docker save` or of the OCI layout, under the names it carries. ctr is run in the cluster's mount
 * namespace, where the socket's path is short enough, and reads the archive from its standard input.
 */
export async function importImage(layout: Layout, archive: string): Promise<void> {
  const first = firstProcess(layout.marker);
  if (first === undefined) {
    throw new UserError(`The throwaway cluster ${layout.name} does not run.`, {
      expected: 'its processes',
      found: 'none',
      todo: 'Start it first.',
    });
  }
  const ctr = ['ctr', '--address', inside.containerdSocket, '--namespace', 'k8s.io', 'images', 'import', '-'];
  const enter = 'archive=$1; shift; exec nsenter --mount --target "$@" <"$archive"';
  await run('sh', ['-c', enter, 'sh', archive, String(first.pid), '--', ...ctr]);
}
