// Facts for tests about a machine without any container engine. Tests add engines to them.
import type { EngineFacts } from '../engines.ts';

export const noEngines: EngineFacts = {
  docker: false,
  dockerContexts: [],
  nerdctl: false,
  productNerdctls: [],
  podman: false,
  buildah: false,
};
