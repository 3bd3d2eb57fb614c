// Reads the portal's settings from environment variables.
import { PORTAL } from '../../lab/names.ts';
import { originOf } from './origin.ts';
import type { Origin } from './origin.ts';

export interface PortalSettings {
  /** Where browsers reach the portal. Undefined if the chart doesn't say. */
  readonly url: Origin | undefined;
  /** Folder with the portal's secrets. */
  readonly secrets: string;
}

/** @throws Error if PORTAL_URL is not an http or https URL */
export function settingsFrom(env: NodeJS.ProcessEnv): PortalSettings {
  const url = env['PORTAL_URL']?.trim() ?? '';
  const origin = originOf(url);
  if (url !== '' && !origin)
    throw new Error(`PORTAL_URL is "${url}": expected a URL such as https://class.example.com. The chart sets it.`);
  return { url: origin, secrets: env['PORTAL_SECRETS']?.trim() || PORTAL.secretDir };
}
