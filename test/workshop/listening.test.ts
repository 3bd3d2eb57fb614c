// Tests on which addresses the programs of a seat and of the operator listen: the pod's own and loopback, never all.
// On all addresses, pods of other seats could reach them by IPv6 link-local, where many network plugins don't apply
// NetworkPolicies.
import { LABELS, RELEASE } from '../../operator/api/types.ts';
import { Forward } from '../support/cluster/forward.ts';
import { Lab } from '../support/cluster/lab.ts';
import { listeningSockets } from '../support/cluster/sockets.ts';
import { operator, useWorkshop } from '../support/cluster/workshop.ts';
import { isReady } from '../support/matchers/objects.ts';
import type { Pod } from '../support/matchers/objects.ts';

const {
  seats: [seat],
} = useWorkshop();
const lab = new Lab(seat, RELEASE);

const at = (host: string, ...ports: number[]): string[] => ports.map((port) => `${host}:${port}`);
const both = (...ports: number[]): string[] => [...at('127.0.0.1', ...ports), ...at('POD', ...ports)];

const EXPECTED: Record<string, string[]> = {
  arcade: both(8080, 8081),
  dice: both(8080, 8081),
  guide: both(4318, 8080, 8081),
  prizes: both(8080, 8081),
  operator: both(8081, 8082),
  portal: both(8080, 8081, 8083),
  collector: [...at('127.0.0.1', 4317, 4318), ...at('POD', 13133, 4317, 4318, 8888)],
  jaeger: [...at('127.0.0.1', 16685, 16686, 16687, 4317, 4318), ...at('POD', 13133, 16686, 4317, 4318)],
};

const componentOf = ({ metadata }: Pod): string => metadata.labels?.[LABELS.component] ?? metadata.name;

async function socketsOf(pod: Pod): Promise<[string, string[]]> {
  const sockets = await listeningSockets(pod);
  return [componentOf(pod), sockets.map((socket) => socket.replace(`${pod.status.podIP ?? ''}:`, 'POD:')).sort()];
}

test('lets each pod of a seat and of the operator listen on its own address and on loopback only', async () => {
  const pods = [...(await lab.pods()), ...(await operator.pods())].filter(isReady);
  const found = await Promise.all(pods.map(socketsOf));
  expect(found).toEqual(found.map(([component]) => [component, EXPECTED[component] ?? []]));
  expect([...new Set(found.map(([component]) => component))].sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each<[string, number, string, RequestInit]>([
  ['dice', 8080, '/visit', {}],
  ['jaeger', 16686, '/jaeger/api/v3/services', {}],
  ['collector', 4318, '/v1/traces', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }],
])("answers on %s's port %i by port-forward, which dials localhost in the pod", async (component, port, path, init) => {
  const forward = new Forward(lab, { component, targetPort: port });
  await forward.open();
  const { status } = await fetch(forward.origin + path, init).finally(() => forward.close());
  expect(status).toBe(200);
});
