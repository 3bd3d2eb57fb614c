// Finds the commit that a release is made from.
import { repoRoot } from '../support/paths.ts';
import { run } from '../support/run.ts';

export interface Commit {
  readonly hash: string;
  /** The commit's time, in seconds since 1970. */
  readonly time: number;
}

/** Returns the checked-out commit. A release takes its times from the commit, so that they are the same each time. */
export async function headCommit(): Promise<Commit> {
  const { stdout } = await run('git', ['log', '-1', '--format=%H %ct'], { cwd: repoRoot });
  const [hash = '', time = ''] = stdout.trim().split(' ');
  return { hash, time: Number(time) };
}
