// Reads the portal's settings from environment variables.
import { BOARD, PORTAL } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import { portFromEnv } from '../../support/env.ts';
import { originOf } from './origin.ts';
import type { Origin } from './origin.ts';

export interface PortalSettings {
  /** Where browsers reach the portal. Undefined if the chart doesn't say. */
  readonly url: Origin | undefined;
  /** Whether each seat has a host of its own below the host of `url`. */
  readonly subdomains: boolean;
  /** Folder with the portal's secrets. */
  readonly secrets: string;
  /** The portal's namespace, in which the answers to polls are. */
  readonly namespace: string;
  /** Start of the names of the ConfigMaps with these answers. */
  readonly polls: string;
  /** The board's settings. Undefined if the chart has no board. */
  readonly board: BoardSettings | undefined;
}

export interface BoardSettings {
  readonly port: number;
  /** Where browsers reach the board. Undefined if the chart doesn't say. */
  readonly url: Origin | undefined;
  /** Folder with the instructor key. */
  readonly secret: string;
  /** Name of the ConfigMap with the sessions that were logged out. */
  readonly sessions: string;
  /** Port of the portal's Service, for links to the portal without its URL. */
  readonly portalPort: number;
  /** Name of this pod. */
  readonly instance: string;
}

const textOf = (env: NodeJS.ProcessEnv, name: string): string => env[name]?.trim() ?? '';

function originFrom(env: NodeJS.ProcessEnv, name: string): Origin | undefined {
  const url = textOf(env, name);
  const origin = originOf(url);
  if (url !== '' && !origin)
    throw new Error(`${name} is "${url}": expected a URL such as https://class.example.com. The chart sets it.`);
  return origin;
}

/** @throws Error if a URL is not an http or https URL, or PORTAL_URL has no host name although the seats need hosts */
export function settingsFrom(env: NodeJS.ProcessEnv): PortalSettings {
  const url = originFrom(env, 'PORTAL_URL');
  return {
    url,
    subdomains: subdomainsIn(env, url),
    secrets: textOf(env, 'PORTAL_SECRETS') || PORTAL.secretDir,
    namespace: textOf(env, 'POD_NAMESPACE') || 'default',
    polls: textOf(env, 'PORTAL_POLLS') || `intro-otel-${PORTAL.polls.name}`,
    board: textOf(env, 'BOARD_PORT') === '' ? undefined : boardSettings(env),
  };
}

function subdomainsIn(env: NodeJS.ProcessEnv, url: Origin | undefined): boolean {
  const isOn = textOf(env, 'PORTAL_SUBDOMAINS') === 'true';
  if (!isOn || (url && hasName(url))) return isOn;
  throw new Error(
    `PORTAL_SUBDOMAINS is true, and PORTAL_URL has the host "${url?.host ?? ''}": expected a host name, such as that ` +
      'of https://class.example.com, because each seat gets a host below it. Set portal.url.',
  );
}

/** Whether the host is a name and no address. An IPv6 address has brackets, and an IPv4 address ends with a number. */
const hasName = ({ host }: Origin): boolean => !/^\[|(^|\.)\d+(:\d+)?$/.test(host);

const boardSettings = (env: NodeJS.ProcessEnv): BoardSettings => ({
  port: portFromEnv('BOARD_PORT', PORTS.board),
  url: originFrom(env, 'BOARD_URL'),
  secret: textOf(env, 'BOARD_SECRET') || BOARD.secretDir,
  sessions: textOf(env, 'BOARD_SESSIONS') || `intro-otel-${BOARD.sessions}`,
  portalPort: portFromEnv('PORTAL_PORT', PORTS.http),
  instance: textOf(env, 'POD_NAME') || 'portal',
});
