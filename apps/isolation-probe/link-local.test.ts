import type { Target } from './contract.ts';
import { isSettled, linkLocalOf, linkLocalState, linkLocalTargets } from './link-local.ts';

const ARP = `IP address       HW type     Flags       HW address            Mask     Device
10.240.0.5       0x1         0x2         d6:ba:66:ea:43:14     *        eth0
10.240.0.1       0x1         0x2         2a:b8:6a:b4:17:fe     *        eth0
10.240.0.9       0x1         0x0         00:00:00:00:00:00     *        eth0
10.9.0.2         0x1         0x2         d6:ba:66:ea:43:15     *        eth1
`;
const ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0100F00A	0003	0	0	0	00000000	0	0	0
eth0	0000F00A	00000000	0001	0	0	0	00FCFFFF	0	0	0
`;
const LOOPBACK = '00000000000000000000000000000001 01 80 10 80       lo\n';
const ADDRESSES = `fe80000000000000d4ba66fffea43714 02 40 20 80     eth0\n${LOOPBACK}`;
const tables = { arp: ARP, route: ROUTE, addresses: ADDRESSES };

const pod = (host: string, port = 8080): Target => ({ path: 'podIPv4', name: 'class-b/lab-dice', host, port });

test.each([
  // The address that a kernel has chosen for this MAC address.
  ['d6:ba:66:ea:43:14', 'fe80::d4ba:66ff:feea:4314'],
  ['02:00:00:00:00:01', 'fe80::0:ff:fe00:1'],
])('derives the link-local address of the MAC address %s', (mac, address) => {
  expect(linkLocalOf(mac)).toBe(address);
});

test('finds the link-local address of a pod that is a neighbour', () => {
  expect(linkLocalTargets([pod('10.240.0.5')], tables)).toEqual([
    { path: 'linkLocal', name: 'class-b/lab-dice', host: 'fe80::d4ba:66ff:feea:4314%eth0', port: 8080 },
  ]);
});

test("finds the node's link-local address once, by the gateway of the default route", () => {
  const node = (host: string): Target => ({ path: 'node', name: `node ${host}`, host, port: 10_250, asks: 'https' });
  expect(linkLocalTargets([node('192.0.2.1'), node('192.0.2.2')], tables)).toEqual([
    expect.objectContaining({ host: 'fe80::28b8:6aff:feb4:17fe%eth0', port: 10_250, asks: 'https' }),
  ]);
});

test('finds no address of a pod on another node, of a neighbour without IPv6 on its link, or of the own guide', () => {
  const control: Target = { ...pod('10.240.0.5'), path: 'control' };
  expect(linkLocalTargets([pod('10.240.0.9'), pod('10.241.0.1'), pod('10.9.0.2'), control], tables)).toEqual([]);
});

test('finds no address if IPv6 is off in the pod, and reports that', () => {
  for (const addresses of ['', LOOPBACK]) {
    expect(linkLocalTargets([pod('10.240.0.5')], { ...tables, addresses })).toEqual([]);
    expect(linkLocalState({ ...tables, addresses }, [])).toBe('off');
  }
});

test('reports whether a pod with link-local addresses has neighbours', () => {
  expect(linkLocalState(tables, [])).toBe('alone');
  expect(linkLocalState(tables, [pod('fe80::1%eth0')])).toBe('on');
});

test('waits for a link-local address that the kernel still checks for duplicates', () => {
  expect(isSettled(tables)).toBe(true);
  expect(isSettled({ ...tables, addresses: ADDRESSES.replace('20 80', '20 c0') })).toBe(false);
});
