// Paths outside the checkout: the cache, which can be deleted at any time, and the state of what is running.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout's root. */
export const repoRoot = resolve(import.meta.dirname, '..');

/** A path in the cache, `$INTRO_OTEL_CACHE` or `~/.cache/intro-otel`. Creates nothing. */
export function cacheDir(...segments: string[]): string {
  return join(process.env['INTRO_OTEL_CACHE'] ?? join(homedir(), '.cache', 'intro-otel'), ...segments);
}

/** A path in the state of `name`, in `$INTRO_OTEL_STATE` or `~/.local/state/intro-otel`. Creates nothing. */
export function stateDir(name: string, ...segments: string[]): string {
  return join(process.env['INTRO_OTEL_STATE'] ?? join(homedir(), '.local', 'state', 'intro-otel'), name, ...segments);
}
