// Builds the URL at which people reach a seat's guide.
import type { LabValues } from '../../cdk8s/values.ts';
import { LOGIN_PATH } from '../../lab/names.ts';
import { RELEASE } from '../api/types.ts';
import type { Service } from '../../kubernetes/types.ts';

/** Name of the guide's Service, through which people open the guide in a browser. */
export const FRONT_DOOR = `${RELEASE}-guide`;

/**
 * Formats an IP address as the host of a URL. IPv6 addresses get brackets.
 * https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
 */
const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);

const http = (address: string, port: number): string => `http://${hostOf(address)}${port === 80 ? '' : `:${port}`}/`;

function balanced(port: number, live: Service | undefined): string | undefined {
  const { hostname, ip } = live?.status?.loadBalancer?.ingress?.[0] ?? {};
  const address = hostname ?? ip;
  return address === undefined ? undefined : http(address, port);
}

function onNode(address: string | undefined, live: Service | undefined): string | undefined {
  const port = live?.spec?.ports?.[0]?.nodePort;
  return address === undefined || port === undefined ? undefined : http(address, port);
}

export interface FrontDoor {
  readonly namespace: string;
  /** The guide's Service as it is in the cluster. Undefined if it does not exist. */
  readonly live: Service | undefined;
  /** Address of a node that attendees can reach. Undefined if no such address is known. */
  readonly nodeAddress: string | undefined;
}

/**
 * Returns the guide's URL. If people can't reach the guide directly, returns a kubectl command that forwards a port to
 * it.
 */
export function urlOf(
  {
    guide: {
      service: { type, port },
    },
  }: LabValues,
  { namespace, live, nodeAddress }: FrontDoor,
): string {
  const forward = `kubectl -n ${namespace} port-forward service/${FRONT_DOOR} 8080:${port}`;
  if (type === 'ClusterIP') return forward;
  return (type === 'LoadBalancer' ? balanced(port, live) : undefined) ?? onNode(nodeAddress, live) ?? forward;
}

/** Returns the link that logs in to the guide at `url`. Undefined if people reach the guide with port-forward only. */
export const loginLink = (url: string, token: string | undefined): string | undefined =>
  url.startsWith('http') && token !== undefined ? `${url}${LOGIN_PATH.slice(1)}?key=${token}` : undefined;
