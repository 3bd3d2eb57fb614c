// Tests the store of base images on this machine, which all checkouts share.
import { ensureBuildahBase, nodeConfig } from '../../cluster/components/images.ts';
import { run } from '../../support/run.ts';

/** Returns the environment that an image in the store gives to its programs. */
async function environmentOf(version: string): Promise<string> {
  const config = { ...nodeConfig('0'), Env: [`VERSION=${version}`] };
  const { options, name } = await ensureBuildahBase({ name: 'localhost/a-base:1', entries: [], config });
  const format = '{{.OCIv1.Config.Env}}';
  return (await run('buildah', [...options, 'inspect', '--type', 'image', '--format', format, name])).stdout.trim();
}

test('finds the base image of this checkout after another one has imported its own by the same name', async () => {
  for (const version of ['one', 'another', 'one']) expect(await environmentOf(version)).toBe(`[VERSION=${version}]`);
});
