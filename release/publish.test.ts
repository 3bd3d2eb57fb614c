import { silentProgress } from '../support/progress.ts';
import type { Artifact } from './artifact.ts';
import type { SignatureProblem } from './cosign.ts';
import { publish } from './publish.ts';

const target = { registry: 'registry.example', path: 'you', version: '1.0.0' };
const REPOSITORY = 'registry.example/you';

const anArtifact = (name: string, digest: string): Artifact => ({
  name,
  layout: `/${name}`,
  digest,
  attestations: [{ type: 'cyclonedx', digest: `${digest}-amd64`, predicate: `/${name}.json` }],
});
const image = anArtifact('intro-otel-apps', 'sha256:1');
const chart = anArtifact('intro-otel', 'sha256:2');

/** A registry and a signer that record what they are asked for. `tags` are the tags that the registry has. */
function aRegistry(tags: Record<string, string> = {}) {
  const writes: string[] = [];
  const signed = new Set<string>();
  const write = (text: string): Promise<void> => Promise.resolve(void writes.push(text));
  const missing = (what: string): Promise<SignatureProblem | undefined> =>
    Promise.resolve(signed.has(what) ? undefined : 'missing');
  const unused = (): Promise<never> => Promise.reject(new Error('Expected no download.'));
  const registry = {
    digestOf: (reference: string) => Promise.resolve(tags[reference]),
    push: (layout: string, reference: string) => write(`push ${layout} ${reference}`),
    tag: (reference: string, tag: string) => write(`tag ${reference} ${tag}`),
    manifest: unused,
    blob: unused,
  };
  const signer = {
    verifier: {
      problemOfSignature: (reference: string) => missing(reference),
      problemOfAttestation: (reference: string, type: string) => missing(`${type} ${reference}`),
      problemOfProvenance: (reference: string) => missing(`slsaprovenance1 ${reference}`),
    },
    sign: (reference: string) => write(`sign ${reference}`),
    attest: (reference: string, { type }: { type: string }) => write(`attest ${type} ${reference}`),
  };
  return { writes, signed, options: { target, registry, signer, report: silentProgress() } };
}

test('pushes and signs everything by digest before the first tag, so that no unsigned release is visible', async () => {
  const { writes, options } = aRegistry();
  await publish([image, chart], options);
  expect(writes).toEqual([
    `push /intro-otel-apps ${REPOSITORY}/intro-otel-apps@sha256:1`,
    `sign ${REPOSITORY}/intro-otel-apps@sha256:1`,
    `attest cyclonedx ${REPOSITORY}/intro-otel-apps@sha256:1-amd64`,
    `push /intro-otel ${REPOSITORY}/intro-otel@sha256:2`,
    `sign ${REPOSITORY}/intro-otel@sha256:2`,
    `attest cyclonedx ${REPOSITORY}/intro-otel@sha256:2-amd64`,
    `tag ${REPOSITORY}/intro-otel-apps@sha256:1 1.0.0`,
    `tag ${REPOSITORY}/intro-otel@sha256:2 1.0.0`,
  ]);
});

test('writes nothing if any part of the version is in the registry with another digest', async () => {
  const { writes, options } = aRegistry({
    [`${REPOSITORY}/intro-otel-apps:1.0.0`]: 'sha256:1',
    [`${REPOSITORY}/intro-otel:1.0.0`]: 'sha256:9',
  });
  const advice: unknown = expect.objectContaining({
    expected: `${REPOSITORY}/intro-otel:1.0.0@sha256:2`,
    found: `${REPOSITORY}/intro-otel:1.0.0@sha256:9`,
  });
  await expect(publish([image, chart], options)).rejects.toThrow(expect.objectContaining({ advice }) as Error);
  expect(writes).toEqual([]);
});

test('signs and tags only what a run that was interrupted has left out', async () => {
  const { writes, signed, options } = aRegistry({ [`${REPOSITORY}/intro-otel-apps:1.0.0`]: 'sha256:1' });
  for (const name of ['intro-otel-apps@sha256:1', 'intro-otel@sha256:2']) signed.add(`${REPOSITORY}/${name}`);
  signed.add(`cyclonedx ${REPOSITORY}/intro-otel-apps@sha256:1-amd64`);
  await publish([image, chart], options);
  expect(writes.filter((write) => !write.startsWith('push'))).toEqual([
    `attest cyclonedx ${REPOSITORY}/intro-otel@sha256:2-amd64`,
    `tag ${REPOSITORY}/intro-otel@sha256:2 1.0.0`,
  ]);
});
