// Hands images to the cluster's containerd, which is where its kubelet looks for them.
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import { inside } from './layout.ts';
import type { Layout } from './layout.ts';
import { firstProcess } from './processes.ts';

/** Opens the archive on this machine as standard input, then enters the mount namespace of the process given. */
const ENTER = 'archive=$1; shift; exec nsenter --mount --target "$@" <"$archive"';

/**
 * The command that imports an archive of `docker save` or of the OCI layout, under the names in the archive. ctr(1)
 * runs in the cluster's mount namespace, where the path of containerd's socket is short enough.
 * @throws UserError when the cluster does not run
 */
export function importCommand(layout: Layout, archive: string): string[] {
  const ctr = ['ctr', '--address', inside.containerdSocket, '--namespace', 'k8s.io', 'images', 'import', '-'];
  return ['sh', '-c', ENTER, 'sh', archive, String(firstProcessOf(layout)), '--', ...ctr];
}

/** Imports an archive. @throws UserError when the cluster does not run */
export async function importImage(layout: Layout, archive: string): Promise<void> {
  const [program = '', ...args] = importCommand(layout, archive);
  await run(program, args);
}

function firstProcessOf(layout: Layout): number {
  const first = firstProcess(layout.marker);
  if (first !== undefined) return first.pid;
  throw new UserError(`The throwaway cluster ${layout.name} is not running.`, {
    expected: 'its processes',
    found: 'none',
    todo: 'Start it: npm run cluster -- up',
  });
}
