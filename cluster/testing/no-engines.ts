// For tests: a machine without any container engine, to build others from.
import type { EngineFacts } from '../engines.ts';

export const noEngines: EngineFacts = {
  docker: false,
  dockerContexts: [],
  nerdctl: false,
  productNerdctls: [],
  podman: false,
  buildah: false,
};
