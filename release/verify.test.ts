import { silentProgress } from '../support/progress.ts';
import type { AttestationType } from './artifact.ts';
import { problemIn } from './cosign.ts';
import type { SignatureProblem } from './cosign.ts';
import { contentProblem, signatureText, verifyRelease } from './verify.ts';

const target = { registry: 'registry.example', path: 'you', version: '1.0.0' };
const REPOSITORY = 'registry.example/you';
const APPS = `${REPOSITORY}/intro-otel-apps:1.0.0`;

/** A registry with a release whose images have one platform. `missing` has what is not there. */
function aRelease(missing: readonly string[] = []) {
  const report = silentProgress();
  const problem = (what: string): Promise<SignatureProblem | undefined> =>
    Promise.resolve(missing.includes(what) ? 'missing' : undefined);
  const unused = (): Promise<never> => Promise.reject(new Error('Expected no write.'));
  const blob = (reference: string): Promise<Uint8Array> =>
    missing.includes(reference) ? Promise.reject(new Error('BLOB_UNKNOWN')) : Promise.resolve(new Uint8Array());
  const registry = {
    digestOf: (reference: string) => Promise.resolve(missing.includes(reference) ? undefined : 'sha256:1'),
    manifest: (reference: string) =>
      Promise.resolve(
        reference.endsWith('sha256:1')
          ? { manifests: [{ digest: 'sha256:2', size: 1, platform: { os: 'linux', architecture: 'arm64' } }] }
          : { layers: [{ digest: 'sha256:3', size: 1 }] },
      ),
    blob,
    push: unused,
    tag: unused,
  };
  const verifier = {
    problemOfSignature: problem,
    problemOfAttestation: (reference: string, type: AttestationType) => problem(`${type} ${reference}`),
    problemOfProvenance: (reference: string) => problem(`slsaprovenance1 ${reference}`),
  };
  return { target, registry, verifier, report };
}

test.each([
  [APPS, `${APPS} is not in the registry.`],
  [`${REPOSITORY}/intro-otel@sha256:1`, `${REPOSITORY}/intro-otel:1.0.0 has no signature.`],
  [`cyclonedx ${REPOSITORY}/intro-otel-apps@sha256:2`, `${APPS} for linux/arm64 has no SBOM.`],
  [`slsaprovenance1 ${REPOSITORY}/intro-otel-apps@sha256:1`, `${APPS} has no provenance.`],
  [
    `${REPOSITORY}/intro-otel-apps@sha256:3`,
    `The layer sha256:3 of ${APPS} for linux/arm64 is missing in the registry.`,
  ],
])('refuses a release without %s and says: %s', async (missing, found) => {
  const advice: unknown = expect.objectContaining({ found });
  await expect(verifyRelease(aRelease([missing]))).rejects.toThrow(expect.objectContaining({ advice }) as Error);
});

test('says that there is no such release if no part of it is in the registry', async () => {
  const names = ['intro-otel-apps', 'intro-otel-flask', 'intro-otel-terminal', 'intro-otel'];
  const tags = names.map((name) => `${REPOSITORY}/${name}:1.0.0`);
  await expect(verifyRelease(aRelease(tags))).rejects.toThrow('There is no release 1.0.0 in registry.example/you.');
});

test.each([
  ['Error: no signatures found', 'missing'],
  ['WARNING: …\nError: no matching attestations: \nerror during …', 'missing'],
  ['Error: none of the attestations matched the predicate type: cyclonedx, found: x', 'missing'],
  ['Error: no matching attestations: accepted signatures do not match threshold, Found: 0', 'other key'],
  ['Error: invalid signature when validating ASN.1 encoded signature', 'other key'],
  [
    'WARNING: …\nError: GET http://x/: connection refused\nerror during …',
    { message: 'GET http://x/: connection refused' },
  ],
])('understands what cosign says: %j', (stderr, problem) => {
  expect(problemIn(stderr)).toEqual(problem);
});

test.each([
  ['missing', 'x has no SBOM.'],
  ['other key', 'The SBOM of x is by another key.'],
  [{ about: 'y 1.0.0' }, 'The SBOM of x is about y 1.0.0: somebody gave it another name.'],
  [{ message: 'no answer' }, "The SBOM of x can't be verified: no answer"],
] as const)('describes the problem %j of an SBOM', (problem, text) => {
  expect(signatureText('SBOM', 'x', problem)).toBe(text);
});

test.each([
  [`copying blob: error verifying sha256 checksum; got "sha256:0a", want "sha256:0b"`, 'was changed after the release'],
  ['GET https://x: BLOB_UNKNOWN: blob unknown', 'is missing in the registry.'],
  ['connection refused', "can't be read: connection refused"],
])('explains why content could not be read: %s', (message, text) => {
  expect(contentProblem(message)).toContain(text);
});
