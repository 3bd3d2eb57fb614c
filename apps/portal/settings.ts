// Reads the portal's settings from environment variables.
import { PORTAL } from '../../lab/names.ts';
import { originOf } from './origin.ts';
import type { Origin } from './origin.ts';

export interface PortalSettings {
  /** Where browsers reach the portal. Undefined if the chart doesn't say. */
  readonly url: Origin | undefined;
  /** Folder with the portal's secrets. */
  readonly secrets: string;
  /** The portal's namespace, in which the answers to polls are. */
  readonly namespace: string;
  /** Start of the names of the ConfigMaps with these answers. */
  readonly polls: string;
}

const textOf = (env: NodeJS.ProcessEnv, name: string): string => env[name]?.trim() ?? '';

/** @throws Error if PORTAL_URL is not an http or https URL */
export function settingsFrom(env: NodeJS.ProcessEnv): PortalSettings {
  const url = textOf(env, 'PORTAL_URL');
  const origin = originOf(url);
  if (url !== '' && !origin)
    throw new Error(`PORTAL_URL is "${url}": expected a URL such as https://class.example.com. The chart sets it.`);
  return {
    url: origin,
    secrets: textOf(env, 'PORTAL_SECRETS') || PORTAL.secretDir,
    namespace: textOf(env, 'POD_NAMESPACE') || 'default',
    polls: textOf(env, 'PORTAL_POLLS') || `intro-otel-${PORTAL.polls.name}`,
  };
}
