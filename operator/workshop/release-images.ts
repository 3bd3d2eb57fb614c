// The images of the release that the operator belongs to. Its Helm values name them, such as those of a private
// registry. The labs of a class use them too.
import { completed } from '../../cdk8s/schema/partial.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { Workshop } from '../api/types.ts';

/**
 * Returns the Workshop as if its spec named the release's images. An image that it names itself stays. Without `images`
 * it returns the same object.
 * @param images the release's images, as far as they differ from a lab's defaults
 */
export function withReleaseImages(workshop: Workshop, images: SomeValues): Workshop {
  if (Object.keys(images).length === 0) return workshop;
  const lab = completed<SomeValues>({ default: images }, workshop.spec.lab ?? {});
  return { ...workshop, spec: { ...workshop.spec, lab } };
}
