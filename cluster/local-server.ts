// Decides by its address whether an API server is on this machine.
import type { Context } from './products/index.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;
/** Matches private IP addresses. Virtual machines and containers on this machine have such addresses. */
const PRIVATE = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d+){2,3}$/;
/** The host names under which this machine and Docker's virtual machine reach each other. */
const DOCKER_NAMES = ['kubernetes.docker.internal', 'host.docker.internal'];

/** Returns whether the server listens on this machine's loopback address. */
export function isOnLoopback({ server }: Context): boolean {
  return LOOPBACK.test(hostOf(server));
}

/**
 * Returns whether the server is on this machine or in a virtual machine on it. `hosts` are additional names of such a
 * virtual machine.
 */
export function isOnThisMachine({ server }: Context, hosts: readonly string[] = []): boolean {
  const host = hostOf(server);
  return LOOPBACK.test(host) || PRIVATE.test(host) || [...DOCKER_NAMES, ...hosts].includes(host);
}

function hostOf(server: string | undefined): string {
  return server !== undefined && URL.canParse(server) ? new URL(server).hostname : '';
}
