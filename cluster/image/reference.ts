// Names of container images: REGISTRY/REPOSITORY:TAG, as the distribution specification and its reference grammar have them.
import { UsageError } from '../../support/options.ts';

export interface ImageReference {
  /** Host and port; `docker.io` when the name has none. */
  registry: string;
  repository: string;
  tag: string;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Reads a name (https://github.com/distribution/reference/blob/main/reference.go): what comes before the first slash is a
 * registry when it has a dot or a colon in it, or is localhost.
 * @throws UsageError when it is not a name an image can be pushed under
 */
export function parseReference(name: string, defaultTag: string): ImageReference {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const rest = hasRegistry ? name.slice(slash + 1) : name;
  const colon = rest.lastIndexOf(':');
  const repository = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? defaultTag : rest.slice(colon + 1);
  if (!REPOSITORY.test(repository) || !TAG.test(tag)) {
    throw new UsageError(`${name} is not a name that an image can be pushed under.`, {
      expected: 'REGISTRY/NAME or REGISTRY/NAME:TAG, in lower case, such as ghcr.io/you/intro-otel',
      found: name,
      todo: 'give it such a name',
    });
  }
  return { registry: hasRegistry ? first : 'docker.io', repository, tag };
}

export function referenceText({ registry, repository, tag }: ImageReference): string {
  return `${registry}/${repository}:${tag}`;
}

/** Whether the registry is on this machine, the one place where plain HTTP is no risk. */
export function isLoopbackRegistry({ registry }: ImageReference): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry);
}

/** The helm options that make the chart take this image; `value` is where the chart's values name it. */
export function helmFlags({ registry, repository, tag }: ImageReference, value = 'image'): string[] {
  return [`${value}.registry=${registry}`, `${value}.repository=${repository}`, `${value}.tag=${tag}`].flatMap(
    (value) => ['--set', value],
  );
}
