// Reads from git what a release is made from, and refuses a checkout that nobody could make the same release from.
import { UserError } from '../support/errors.ts';
import { run } from '../support/run.ts';

export interface Source {
  /** The id of the commit. */
  readonly commit: string;
  /** The URL of the repository, without a user or a password. Undefined if it has no URL that others could use. */
  readonly repository?: string;
}

/**
 * Reads the commit of the checkout in `directory`.
 * @throws UserError if files differ from the commit, or if git's tags contradict the version
 */
export async function readSource(directory: string, version: string): Promise<Source> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: directory, allowFailure: true })).stdout.trim();
  const { stdout } = await run('git', ['rev-parse', 'HEAD'], { cwd: directory });
  const commit = stdout.trim();
  checkClean(await git('status', '--porcelain'));
  checkTags(version, {
    commit,
    ofVersion: await git('rev-parse', '--quiet', '--verify', `refs/tags/v${version}^{commit}`),
    here: (await git('tag', '--points-at', 'HEAD', '--list', 'v*')).split('\n').filter((tag) => tag !== ''),
  });
  const repository = publicUrl(await git('config', '--get', 'remote.origin.url'));
  return { commit, ...(repository !== undefined && { repository }) };
}

function checkClean(status: string): void {
  if (status === '') return;
  const files = status.split('\n');
  throw new UserError('The working tree differs from the commit, so nobody could make the same release again.', {
    expected: 'no changed and no untracked files',
    found: [...files.slice(0, 10), ...(files.length > 10 ? [`and ${files.length - 10} more`] : [])].join('\n'),
    todo: ['commit them', 'put them aside: git stash --include-untracked'],
  });
}

interface Tags {
  readonly commit: string;
  /** The commit of the version's tag. Empty if there is no such tag. */
  readonly ofVersion: string;
  /** The tags of this commit that look like versions. */
  readonly here: readonly string[];
}

/** A commit without a tag may be released, because people try a release before they tag it. */
function checkTags(version: string, { commit, ofVersion, here }: Tags): void {
  const expected = `the tag v${version}, because lab/versions.ts says ${version}`;
  if (ofVersion !== '' && ofVersion !== commit) {
    throw new UserError(`Version ${version} was tagged at another commit. A version is released once.`, {
      expected: `commit ${ofVersion}, which has ${expected}`,
      found: `commit ${commit}`,
      todo: ['raise the version in lab/versions.ts and in CHANGELOG.md', `git checkout v${version}`],
    });
  }
  if (here.length === 0 || here.includes(`v${version}`)) return;
  throw new UserError("The commit's tag is not its version.", {
    expected,
    found: here.join(', '),
    todo: ['set the version in lab/versions.ts and in CHANGELOG.md, and commit', `git tag v${version}`],
  });
}

/** Returns a repository's URL without a user and a password. Undefined for a path or another text that is no URL. */
export function publicUrl(remote: string): string | undefined {
  const scp = /^[^/@:]+@([^/:]+):(.+)$/.exec(remote);
  if (scp !== null) return `ssh://${scp[1]}/${scp[2]}`;
  if (!URL.canParse(remote)) return undefined;
  const url = new URL(remote);
  if (!/^(https?|ssh|git):$/.test(url.protocol)) return undefined;
  return `${url.protocol}//${url.host}${url.pathname}`;
}
