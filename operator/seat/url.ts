// The URL of a seat's lab.
import type { LabValues } from '../../cdk8s/values.ts';
import { RELEASE } from '../api/types.ts';
import type { Service } from '../../kubernetes/types.ts';

/** The name of the Service that people open. */
export const FRONT_DOOR = `${RELEASE}-guide`;

/** https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2 */
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
  /** The live Service. */
  readonly live: Service | undefined;
  /** The address of any node as attendees reach it. */
  readonly nodeAddress: string | undefined;
}

/** The URL of the front door. If there is none, the command that forwards a port to it. */
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
