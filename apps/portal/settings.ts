// Reads the portal's settings from environment variables.
import { PORTAL } from '../../lab/names.ts';
import { originOf } from './origin.ts';
import type { Origin } from './origin.ts';

export interface PortalSettings {
  /** Where browsers reach the portal. Undefined if the chart doesn't say. */
  readonly url: Origin | undefined;
  /** Whether each seat has a host of its own below the host of `url`. */
  readonly subdomains: boolean;
  /** Folder with the portal's secrets. */
  readonly secrets: string;
}

/** @throws Error if PORTAL_URL is not an http or https URL, or has no host name although the seats need hosts */
export function settingsFrom(env: NodeJS.ProcessEnv): PortalSettings {
  const url = env['PORTAL_URL']?.trim() ?? '';
  const origin = originOf(url);
  if (url !== '' && !origin)
    throw new Error(`PORTAL_URL is "${url}": expected a URL such as https://class.example.com. The chart sets it.`);
  return {
    url: origin,
    subdomains: subdomainsIn(env, origin),
    secrets: env['PORTAL_SECRETS']?.trim() || PORTAL.secretDir,
  };
}

function subdomainsIn({ PORTAL_SUBDOMAINS: text }: NodeJS.ProcessEnv, url: Origin | undefined): boolean {
  const isOn = text?.trim() === 'true';
  if (!isOn || (url && hasName(url))) return isOn;
  throw new Error(
    `PORTAL_SUBDOMAINS is true, and PORTAL_URL has the host "${url?.host ?? ''}": expected a host name, such as that ` +
      'of https://class.example.com, because each seat gets a host below it. Set portal.url.',
  );
}

/** Whether the host is a name and no address. An IPv6 address has brackets, and an IPv4 address ends with a number. */
const hasName = ({ host }: Origin): boolean => !/^\[|(^|\.)\d+(:\d+)?$/.test(host);
