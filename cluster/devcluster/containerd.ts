// Imports images into the cluster's containerd, from which the kubelet runs them.
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import { inside } from './layout.ts';
import type { Layout } from './layout.ts';
import { firstProcess } from './processes.ts';

/**
 * A shell script that opens an image archive as its standard input, and then runs a command in the mount namespace of a
 * process.
 */
const ENTER = 'archive=$1; shift; exec nsenter --mount --target "$@" <"$archive"';

/**
 * Returns the command that imports an archive of `docker save` or of the OCI layout, under the image names in the
 * archive. It runs ctr(1) in the cluster's mount namespace, where the path of containerd's socket is short enough.
 * @throws UserError if the cluster is not running
 */
export function importCommand(layout: Layout, archive: string): string[] {
  const ctr = ['ctr', '--address', inside.containerdSocket, '--namespace', 'k8s.io', 'images', 'import', '-'];
  return ['sh', '-c', ENTER, 'sh', archive, String(firstProcessOf(layout)), '--', ...ctr];
}

/** Imports an image archive. @throws UserError if the cluster is not running */
export async function importImage(layout: Layout, archive: string): Promise<void> {
  const [program = '', ...args] = importCommand(layout, archive);
  await run(program, args);
}

function firstProcessOf(layout: Layout): number {
  const first = firstProcess(layout.marker);
  if (first !== undefined) return first.pid;
  throw new UserError(`The throwaway cluster ${layout.name} is not running.`, {
    expected: 'processes of the cluster',
    found: 'none',
    todo: 'Start it: npm run cluster -- up',
  });
}
