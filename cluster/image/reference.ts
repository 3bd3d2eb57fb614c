// Parses and formats names of container images, REGISTRY/REPOSITORY:TAG, by the grammar of the distribution
// specification.
import { UsageError } from '../../support/options.ts';

export interface ImageReference {
  /** The registry's host and port. `docker.io` for a name without a registry. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Parses an image's name. The word before the first slash is a registry if it has a dot or a colon, or is localhost.
 * https://github.com/distribution/reference/blob/main/reference.go
 * @throws UsageError if no image can be pushed under the name
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
    throw new UsageError(`${name} is not a valid image name for a push.`, {
      expected: 'REGISTRY/NAME or REGISTRY/NAME:TAG, in lower case, such as ghcr.io/you/intro-otel',
      found: name,
      todo: 'choose a name of this form',
    });
  }
  return { registry: hasRegistry ? first : 'docker.io', repository, tag };
}

export function referenceText({ registry, repository, tag }: ImageReference): string {
  return `${registry}/${repository}:${tag}`;
}

/** Returns whether the registry is on this machine, where plain HTTP is safe. */
export function isLoopbackRegistry({ registry }: ImageReference): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry);
}

/**
 * Returns the helm options that make the chart use this image. `value` is the path of the chart values that name the
 * image.
 */
export function helmFlags({ registry, repository, tag }: ImageReference, value = 'image'): string[] {
  return [`${value}.registry=${registry}`, `${value}.repository=${repository}`, `${value}.tag=${tag}`].flatMap(
    (value) => ['--set', value],
  );
}
