// Tests the way past NetworkPolicies that IPv6 opens: a pod computes the link-local addresses of its neighbours on the
// node's bridge. Also tests that the operator's isolation test finds this way, even if attendees try to starve it.
import { setPodIPv6 } from '../../cluster/devcluster/index.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { LABELS, NAMES, RELEASE } from '../../operator/api/types.ts';
import { PORTS } from '../../lab/ports.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { apiGet, apply, kubectl, testCluster, tool } from '../support/cluster/cluster.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';
import { operator, patchWorkshop, quietSpec, useWorkshop, workshopBecomes } from '../support/cluster/workshop.ts';

const { workshop, seats } = useWorkshop();
const [victim, accomplice, own] = seats;
const attendee = useAttendee(own);

const INTRUDER = 'intruder';
const LISTENER = { name: 'listener', port: 9999 };
/** The start of the names of pods that fill a quota, and the number of them, which is more than any quota allows. */
const FILLER = { name: 'filler', count: 40 };

interface Endpoint {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

/** The attack: a connection by IPv4 reveals a neighbour's MAC address, from which its link-local address follows. */
const ATTACK = `
const net = require('net');
const fs = require('fs');
const connect = (host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 1500 });
  const settle = (result) => (socket.destroy(), resolve(result));
  socket.on('connect', () => settle('connected')).on('timeout', () => settle('ETIMEDOUT'));
  socket.on('error', (error) => settle(error.code));
});
const linkLocal = (mac) => {
  const [a, b, c, d, e, f] = mac.split(':');
  return 'fe80::' + (parseInt(a, 16) ^ 2).toString(16) + b + ':' + c + 'ff:fe' + d + ':' + e + f + '%eth0';
};
const macOf = (ip) =>
  fs.readFileSync('/proc/net/arp', 'utf8').split('\\n').find((row) => row.startsWith(ip + ' '))?.split(/\\s+/)[3];
(async () => {
  const targets = JSON.parse(process.argv[1]);
  await Promise.all(targets.map(({ ip, port }) => connect(ip, port)));
  const results = await Promise.all(targets.map(({ ip, port }) => connect(linkLocal(macOf(ip) ?? ''), port)));
  console.log(JSON.stringify(targets.map(({ name, port }, at) => name + ':' + port + ' ' + results[at])));
})();
`;

const podsIn = async (namespace: string, selector: string): Promise<readonly Pod[]> => {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  return (await apiGet<{ items: Pod[] }>(path)).items;
};

/** Lists the addresses and ports of pods that their containers declare. */
const endpointsOf = (pods: readonly Pod[]): Endpoint[] =>
  pods.flatMap(({ metadata: { name }, spec: { containers }, status: { podIP = '' } = {} }) =>
    containers
      .flatMap(({ ports = [] }) => ports)
      .map(({ containerPort }) => ({
        name: name.replace(/(-[0-9a-f]{8,10})?-\w{5}$/, ''),
        ip: podIP,
        port: containerPort,
      })),
  );

/** Attacks pods from the attendee's own pod. @returns the results, such as `lab-dice:8080 ECONNREFUSED` */
async function attack(targets: readonly Endpoint[]): Promise<string[]> {
  const command = ['exec', INTRUDER, '--', 'node', '-e', ATTACK, JSON.stringify(targets)];
  return JSON.parse(await attendee.kubectl(command)) as string[];
}

const connected = (results: readonly string[]): string[] => results.filter((result) => result.endsWith(' connected'));

const addressesIn = (namespace: string, pod: string): Promise<string> =>
  kubectl('exec', '--namespace', namespace, pod, '--', 'node', '-p', 'fs.readFileSync("/proc/net/if_inet6", "utf8")');

let labs: Endpoint[];

beforeAll(async () => {
  await attendee.kubectl(['create', '--filename=-'], JSON.stringify(restrictedPod(INTRUDER)));
  await attendee.kubectl(['wait', `pod/${INTRUDER}`, '--for=condition=Ready', '--timeout=60s']);
  const [lab, operators] = await Promise.all([
    podsIn(victim, `app.kubernetes.io/instance=${RELEASE}`),
    podsIn(operator.namespace, `${LABELS.component}=operator`),
  ]);
  labs = endpointsOf([...lab, ...operators]);
}, 60_000);

afterAll(() => kubectl('delete', 'pod', INTRUDER, '--namespace', own, '--ignore-not-found', '--now', '--wait=false'));

test('the attack tries the guide, dice, Jaeger and Collector of another seat, and the operator', () => {
  const all = labs.map(({ name, port }) => `${name}:${port}`);
  for (const name of ['guide', 'dice', 'jaeger', 'collector']) expect(all.join()).toContain(`${RELEASE}-${name}:`);
  expect(all.join()).toContain(`operator:${PORTS.ops}`);
});

test("pods have no IPv6 address, and an attendee's pod reaches no other pod by link-local addresses", async () => {
  const found = await Promise.all([
    addressesIn(own, INTRUDER),
    addressesIn(victim, `deployment/${RELEASE}-dice`),
    addressesIn(victim, `deployment/${RELEASE}-guide`),
  ]);
  expect(found.map((text) => text.trim())).toEqual(['', '', '']);
  const results = await attack(labs);
  expect(results).toHaveLength(labs.length);
  expect(connected(results)).toEqual([]);
});

describe('a cluster whose pods have IPv6 link-local addresses', () => {
  const cluster = testCluster().name;
  const listener = restrictedPod(LISTENER.name, {
    container: {
      command: ['node', '-e', `net.createServer().listen({ host: '::', port: ${LISTENER.port}, ipv6Only: true })`],
      ports: [{ containerPort: LISTENER.port }],
    },
  }) as { metadata: object };

  /** Fills the quota of a seat, as its attendee, with pods that no node accepts. */
  async function fillQuota(seat: string): Promise<void> {
    const items = Array.from({ length: FILLER.count }, (_, index) => ({
      ...restrictedPod(`${FILLER.name}-${index}`, { spec: { nodeSelector: { nowhere: 'x' } } }),
      metadata: { name: `${FILLER.name}-${index}`, namespace: seat, labels: { mine: FILLER.name } },
    }));
    const as = `--as=system:serviceaccount:${seat}:${NAMES.attendee}`;
    const { code, stderr } = await tool('kubectl', ['create', as, '--filename=-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
      allowFailure: true,
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('exceeded quota')]);
  }

  const starved = [victim, accomplice];

  beforeAll(async () => {
    await setPodIPv6(cluster, true);
    const labels = { 'app.kubernetes.io/instance': RELEASE };
    await apply({ ...listener, metadata: { ...listener.metadata, namespace: victim, labels } });
    await kubectl('wait', `pod/${LISTENER.name}`, '--namespace', victim, '--for=condition=Ready', '--timeout=30s');
    await Promise.all(starved.map(fillQuota));
    await patchWorkshop(workshop, { rollout: { maxConcurrent: 7 } });
  }, 60_000);

  afterAll(async () => {
    await setPodIPv6(cluster, false);
    const quick = ['--wait=false', '--ignore-not-found', '--now'];
    await Promise.all([
      kubectl('delete', 'pod', LISTENER.name, '--namespace', victim, ...quick),
      ...starved.map((seat) =>
        kubectl('delete', 'pods', '--namespace', seat, `--selector=mine=${FILLER.name}`, ...quick),
      ),
    ]);
    await patchWorkshop(workshop, { rollout: { maxConcurrent: quietSpec.rollout?.maxConcurrent ?? null } });
  }, 60_000);

  test("an attendee's pod reaches a program of another seat that listens on all addresses", async () => {
    const targets = endpointsOf(await podsIn(victim, `app.kubernetes.io/instance=${RELEASE}`));
    const results = await attack(targets.filter(({ port }) => port === LISTENER.port));
    expect(results).toEqual([`${LISTENER.name}:${LISTENER.port} connected`]);
  });

  test("an attendee's pod reaches no program of another seat's lab, and not the operator", async () => {
    const results = await attack(labs);
    expect(results).toHaveLength(labs.length);
    expect(connected(results)).toEqual([]);
  });

  test('the isolation test runs in the one seat without a full quota, and reports the link-local address', async () => {
    const names = `${victim}/${LISTENER.name}:${LISTENER.port}`;
    const found = `A pod in seat ${own} reached 1 port of seat ${victim}, .*By IPv6 link-local addresses: ${names}\\.`;
    await workshopBecomes(workshop, 'NetworkIsolation', new RegExp(`^False Unenforced: ${found}`), 40_000);
  }, 45_000);
});
