import { repoRoot } from '../support/paths.ts';
import { problemOfClaims } from './cosign.ts';
import { claimsIn, provenanceOf } from './provenance.ts';

const target = { registry: 'registry.example', path: 'you', version: '1.0.0' };
const commit = 'c'.repeat(40);

test('names the commit, the target and each file that pins what is downloaded, by digest', () => {
  const { buildDefinition, runDetails } = provenanceOf(
    { commit, repository: 'https://x.example/y' },
    target,
    'apps',
    repoRoot,
  );
  const [source, ...files] = buildDefinition.resolvedDependencies;
  expect(source).toEqual({ name: 'intro-otel', uri: 'git+https://x.example/y', digest: { gitCommit: commit } });
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['package-lock.json', 'lab/versions.ts']));
  for (const { digest } of files) expect(digest['sha256']).toMatch(/^[0-9a-f]{64}$/);
  expect(buildDefinition.externalParameters).toEqual({
    registry: 'registry.example/you',
    name: 'apps',
    version: '1.0.0',
  });
  expect(runDetails.builder.version).toEqual({ node: process.versions.node });
});

test('is the same each time, so it has no time, no machine and no path', () => {
  expect(provenanceOf({ commit }, target, 'apps', repoRoot)).toEqual(
    provenanceOf({ commit }, target, 'apps', repoRoot),
  );
  expect(JSON.stringify(provenanceOf({ commit }, target, 'apps', repoRoot))).not.toContain(repoRoot);
});

describe("what a provenance is about, in cosign's output", () => {
  const predicate = provenanceOf({ commit }, target, 'apps', repoRoot);
  const line = JSON.stringify({ payload: Buffer.from(JSON.stringify({ predicate })).toString('base64') });

  test('is the name and the version of the release', () => {
    const claims = claimsIn(`${line}\n`);
    expect(claims).toEqual([{ name: 'apps', version: '1.0.0' }]);
    expect(problemOfClaims(claims, { name: 'apps', version: '1.0.0' })).toBeUndefined();
  });

  test.each([
    ['another artifact', { name: 'flask', version: '1.0.0' }],
    ['another version', { name: 'apps', version: '9.9.9' }],
  ])('is a problem under the name of %s', (_, expected) => {
    expect(problemOfClaims(claimsIn(line), expected)).toEqual({ about: 'apps 1.0.0' });
  });
});
