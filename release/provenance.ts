// Writes the provenance of a release: from which commit and which pinned materials it was built.
// https://slsa.dev/spec/v1.0/provenance
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from './source.ts';
import type { Target } from './target.ts';

/** Identifies the steps of `npm run release`. Raise its number if the same inputs would give other outputs. */
const BUILD_TYPE = 'https://intro-otel.dev/release/v1';
const BUILDER = 'https://intro-otel.dev/release';

/** A file, a package or a repository: https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md */
export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** The predicate of an attestation of the type https://slsa.dev/provenance/v1. */
export interface Provenance {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: Readonly<Record<string, string>>;
    readonly internalParameters: Readonly<Record<string, string>>;
    readonly resolvedDependencies: readonly ResourceDescriptor[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
  };
}

/** The files of the checkout that pin, by version and digest, everything that is downloaded for a release. */
export const PINNING_FILES = [
  'package-lock.json',
  'apps/flask/requirements.txt',
  'cluster/components/kubectl/go.mod',
  'cluster/components/kubectl/go.sum',
  'release/images/debian.sha256',
  'lab/versions.ts',
] as const;

/** Returns a file of the checkout in `root` with its digest. */
function fileMaterial(root: string, path: string): ResourceDescriptor {
  return {
    name: path,
    digest: {
      sha256: createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex'),
    },
  };
}

/** What the provenance says that it is about. A copy under another name or version keeps the words of the original. */
export interface Claim {
  /** The name of the artifact's repository. */
  readonly name: string;
  readonly version: string;
}

/**
 * Returns the provenance of an artifact. It has no time and no machine, so the same commit gives the same text.
 * @param name the name of the artifact's repository
 */
export function provenanceOf(source: Source, target: Target, name: string, root: string): Provenance {
  const { commit, repository } = source;
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: { registry: `${target.registry}/${target.path}`, name, version: target.version },
      internalParameters: {},
      resolvedDependencies: [
        { name: 'intro-otel', ...(repository && { uri: `git+${repository}` }), digest: { gitCommit: commit } },
        ...PINNING_FILES.map((path) => fileMaterial(root, path)),
      ],
    },
    runDetails: { builder: { id: BUILDER, version: { node: process.versions.node } } },
  };
}

/** Returns what statements of provenance claim to be about. @param lines cosign's output, a line per statement */
export function claimsIn(lines: string): Claim[] {
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { payload = '' } = JSON.parse(line) as { payload?: string };
      const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
        predicate?: Partial<Provenance>;
      };
      const { name = 'nothing', version = 'unknown' } = predicate?.buildDefinition?.externalParameters ?? {};
      return { name, version };
    });
}
