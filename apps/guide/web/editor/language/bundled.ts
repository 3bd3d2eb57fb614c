import type { Declarations } from './declarations.ts';

/** The declarations of the image's packages. The build replaces this file: see `build-worker.ts`. */
export const bundled: Declarations = {};
