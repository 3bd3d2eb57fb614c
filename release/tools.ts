// The Go programs that push, sign and verify a release. Each one is compiled once, and only when a release needs it.
import { join } from 'node:path';
import { ensureBuilt } from '../cluster/components/build.ts';
import { componentDir } from '../cluster/components/catalog.ts';
import type { Component } from '../cluster/components/catalog.ts';
import { versions } from '../lab/versions.ts';
import type { Progress } from '../support/progress.ts';

const crane: Component = {
  name: 'crane',
  version: versions.crane,
  directory: join(import.meta.dirname, 'components', 'crane'),
  packages: ['github.com/google/go-containerregistry/cmd/crane'],
  cold: { packages: 300, seconds: 30 },
};

const cosign: Component = {
  name: 'cosign',
  version: versions.cosign,
  directory: join(import.meta.dirname, 'components', 'cosign'),
  packages: ['github.com/sigstore/cosign/v3/cmd/cosign'],
  cold: { packages: 1450, seconds: 450 },
};

/** The paths of the programs. */
export interface ReleaseTools {
  readonly crane: string;
  readonly cosign: string;
}

/** Builds the programs that are not in the cache. */
export async function releaseTools(report: Progress): Promise<ReleaseTools> {
  await ensureBuilt([crane, cosign], report);
  return { crane: join(componentDir(crane), 'crane'), cosign: join(componentDir(cosign), 'cosign') };
}
