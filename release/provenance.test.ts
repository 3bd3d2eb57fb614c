import { repoRoot } from '../support/paths.ts';
import { provenanceOf } from './provenance.ts';

const target = { registry: 'registry.example', path: 'you', version: '1.0.0' };
const commit = 'c'.repeat(40);

test('names the commit, the target and each file that pins what is downloaded, by digest', () => {
  const { buildDefinition, runDetails } = provenanceOf({ commit, repository: 'https://x.example/y' }, target, repoRoot);
  const [source, ...files] = buildDefinition.resolvedDependencies;
  expect(source).toEqual({ name: 'intro-otel', uri: 'git+https://x.example/y', digest: { gitCommit: commit } });
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['package-lock.json', 'lab/versions.ts']));
  for (const { digest } of files) expect(digest['sha256']).toMatch(/^[0-9a-f]{64}$/);
  expect(buildDefinition.externalParameters).toEqual({ registry: 'registry.example/you', version: '1.0.0' });
  expect(runDetails.builder.version).toEqual({ node: process.versions.node });
});

test('is the same each time, so it has no time, no machine and no path', () => {
  expect(provenanceOf({ commit }, target, repoRoot)).toEqual(provenanceOf({ commit }, target, repoRoot));
  expect(JSON.stringify(provenanceOf({ commit }, target, repoRoot))).not.toContain(repoRoot);
});
