// Finds the IPv6 link-local addresses of the pod's neighbours. A link joins pods past all routers, and many network
// plugins filter only IPv4 on it. The kernel knows the MAC address of each neighbour after a connection by IPv4, and an
// IPv6 address follows from the MAC address. The kernel can also choose random addresses: nobody can compute these.
// https://www.rfc-editor.org/rfc/rfc4291#appendix-A https://www.rfc-editor.org/rfc/rfc7217
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { LinkLocal, Target } from './contract.ts';

/** The texts of /proc/net/arp, /proc/net/route and /proc/net/if_inet6. */
export interface NetworkTables {
  readonly arp: string;
  readonly route: string;
  readonly addresses: string;
}

interface Neighbour {
  readonly ip: string;
  readonly mac: string;
  readonly device: string;
}

const read = (name: string): string => {
  try {
    return readFileSync(`/proc/net/${name}`, 'utf8');
  } catch {
    return ''; // a kernel without IPv6 has no if_inet6
  }
};

export const networkTables = (): NetworkTables => ({
  arp: read('arp'),
  route: read('route'),
  addresses: read('if_inet6'),
});

const rowsOf = (table: string): string[][] =>
  table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(({ length }) => length >= 6);

const LINK_SCOPE = '20';
/** The flag IFA_F_TENTATIVE: the kernel still checks that no neighbour has the same address. */
const TENTATIVE = 0x40;

const linkLocalRows = ({ addresses }: NetworkTables): string[][] =>
  rowsOf(addresses).filter(([, , , scope]) => scope === LINK_SCOPE);

/** Whether all link-local addresses of this pod can be used. They can't in their first second. */
export const isSettled = (tables: NetworkTables): boolean =>
  linkLocalRows(tables).every(([, , , , flags = '']) => (parseInt(flags, 16) & TENTATIVE) === 0);

/** Returns the link-local address that the kernel derives from a MAC address. */
export function linkLocalOf(mac: string): string {
  const [first = 0, ...rest] = mac.split(':').map((byte) => parseInt(byte, 16));
  const bytes = [first ^ 0x02, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const groups = [0, 2, 4, 6].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return `fe80::${groups.join(':')}`;
}

function neighboursIn(tables: NetworkTables): Neighbour[] {
  const devices = new Set(linkLocalRows(tables).map((row) => row[5]));
  return rowsOf(tables.arp)
    .map(([ip = '', , , mac = '', , device = '']) => ({ ip, mac, device }))
    .filter(({ ip, mac, device }) => isIPv4(ip) && !/^[0:]*$/.test(mac) && devices.has(device));
}

/** Returns the gateway of the default route. On a bridge, this is the pod's node. */
function gatewayIn({ route }: NetworkTables): string | undefined {
  const hex = rowsOf(route).find(([, destination, gateway]) => destination === '00000000' && gateway !== '00000000');
  return hex?.[2]
    ?.match(/../g)
    ?.map((byte) => parseInt(byte, 16))
    .reverse()
    .join('.');
}

/** Returns the link-local addresses of the targets that are neighbours of this pod. */
export function linkLocalTargets(targets: readonly Target[], tables: NetworkTables): Target[] {
  const neighbours = new Map(neighboursIn(tables).map((neighbour) => [neighbour.ip, neighbour]));
  const gateway = gatewayIn(tables);
  const found = targets.flatMap((target) => {
    const neighbour = neighbours.get(target.path === 'node' && gateway ? gateway : target.host);
    if (!neighbour || target.path === 'control') return [];
    return { ...target, path: 'linkLocal' as const, host: `${linkLocalOf(neighbour.mac)}%${neighbour.device}` };
  });
  return [...new Map(found.map((target) => [`${target.host} ${target.port}`, target])).values()];
}

/** Returns whether the link-local addresses of targets can be tried. */
export function linkLocalState(tables: NetworkTables, found: readonly Target[]): LinkLocal {
  if (linkLocalRows(tables).length === 0) return 'off';
  return found.length === 0 ? 'alone' : 'on';
}
