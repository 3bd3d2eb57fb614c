// Where a release goes: the registry, the path in it, and the version.
import { parseReference } from '../cluster/image/reference.ts';
import { versions } from '../lab/versions.ts';
import { UsageError } from '../support/options.ts';

export interface Target {
  /** The registry's host and port. */
  readonly registry: string;
  /** The path in the registry, below which each artifact has a repository. */
  readonly path: string;
  readonly version: string;
}

/** The host as the chart's values allow it: see `image` in cdk8s/values.ts. */
const HOST = /^[a-zA-Z0-9.-]+(:[0-9]+)?$/;

/**
 * Parses HOST/PATH or HOST/PATH:VERSION. Without a version, it is the version of this checkout.
 * @throws UsageError that names `option`
 */
export function targetOf(text: string, option: string): Target {
  const { registry, repository, tag } = parseReference(text, versions.lab);
  if (text.startsWith(`${registry}/`) && HOST.test(registry)) return { registry, path: repository, version: tag };
  throw new UsageError(`${option} ${text} doesn't say where the registry is.`, {
    expected: 'HOST/PATH, such as ghcr.io/you, registry.example:5000/otel or localhost:5000/lab',
    found: text,
    todo: "put the registry's host in front",
  });
}
