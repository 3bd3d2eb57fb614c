// Paths of the checkout, of the cache and of the state of running clusters. The cache can be deleted at any time.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root folder of the checkout. */
export const repoRoot = resolve(import.meta.dirname, '..');

/** Returns a path in the cache folder, which is `$INTRO_OTEL_CACHE` or `~/.cache/intro-otel`. Creates no folder. */
export function cacheDir(...segments: string[]): string {
  return join(process.env['INTRO_OTEL_CACHE'] ?? join(homedir(), '.cache', 'intro-otel'), ...segments);
}

/**
 * Returns a path in the state folder of the cluster `name`, below `$INTRO_OTEL_STATE` or `~/.local/state/intro-otel`.
 * Creates no folder.
 */
export function stateDir(name: string, ...segments: string[]): string {
  return join(process.env['INTRO_OTEL_STATE'] ?? join(homedir(), '.local', 'state', 'intro-otel'), name, ...segments);
}
