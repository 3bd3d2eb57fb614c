import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/run.ts';
import { publicUrl, readSource } from './source.ts';

let directory: string;

/** Runs git with a user of its own, and without the configuration of this machine. */
const git = (...args: string[]) => {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  return run('git', [...who, ...args], { cwd: directory, env: { GIT_CONFIG_GLOBAL: '/dev/null' } });
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'release-source-'));
  await git('init', '--quiet');
  await git('commit', '--quiet', '--allow-empty', '--message', 'one');
});
afterEach(() => rm(directory, { recursive: true }));

const refusal = (expected: string, found: string): Error =>
  expect.objectContaining({
    advice: expect.objectContaining({
      expected: expect.stringContaining(expected) as string,
      found: expect.stringContaining(found) as string,
    }) as object,
  }) as Error;

test('returns the commit and the public URL of a clean checkout, with and without the tag of the version', async () => {
  const commit = (await git('rev-parse', 'HEAD')).stdout.trim();
  expect(await readSource(directory, '1.0.0')).toEqual({ commit });
  await git('tag', 'v1.0.0');
  await git('remote', 'add', 'origin', 'https://user:secret@example.com/you/intro-otel.git');
  const repository = 'https://example.com/you/intro-otel.git';
  expect(await readSource(directory, '1.0.0')).toEqual({ commit, repository });
});

test('refuses a checkout with a file that is not committed, and names the file', async () => {
  await writeFile(join(directory, 'new.txt'), '');
  await expect(readSource(directory, '1.0.0')).rejects.toThrow(refusal('no changed', 'new.txt'));
});

test('refuses a commit whose tag is another version', async () => {
  await git('tag', 'v1.1.0');
  await expect(readSource(directory, '1.0.0')).rejects.toThrow(refusal('the tag v1.0.0', 'v1.1.0'));
});

test('refuses a version that was tagged at another commit', async () => {
  await git('tag', 'v1.0.0');
  await git('commit', '--quiet', '--allow-empty', '--message', 'two');
  await expect(readSource(directory, '1.0.0')).rejects.toThrow(refusal('v1.0.0', 'commit '));
});

test.each([
  ['git@example.com:you/intro-otel.git', 'ssh://example.com/you/intro-otel.git'],
  ['ssh://git@example.com:22/you/x', 'ssh://example.com:22/you/x'],
  ['https://token@example.com/x', 'https://example.com/x'],
  ['/home/you/intro-otel', undefined],
  ['file:///home/you/intro-otel', undefined],
  ['', undefined],
])('gives the remote %s as the URL %s', (remote, url) => {
  expect(publicUrl(remote)).toBe(url);
});
