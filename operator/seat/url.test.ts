import { completeValues } from '../../cdk8s/render.ts';
import type { Service } from './types.ts';
import { urlOf } from './url.ts';
import type { FrontDoor } from './url.ts';

const values = (type: 'ClusterIP' | 'NodePort' | 'LoadBalancer', port = 8080) =>
  completeValues({ guide: { service: { type, port } } });
const service = (ingress?: { ip?: string; hostname?: string }[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'lab-guide' },
  spec: { ports: [{ port: 8080, nodePort: 31234 }] },
  ...(ingress && { status: { loadBalancer: { ingress } } }),
});
const FORWARD = 'kubectl -n class-ada port-forward service/lab-guide 8080:8080';

const at = (live: Service | undefined, nodeAddress: string | undefined): FrontDoor => ({
  namespace: 'class-ada',
  live,
  nodeAddress,
});
const named = { hostname: 'ada.example.com', ip: '192.0.2.1' };

test.each([
  [
    'inside the cluster only, it is the command that forwards a port',
    values('ClusterIP'),
    at(service(), '10.0.0.1'),
    FORWARD,
  ],
  [
    'to whatever port the Service has',
    values('ClusterIP', 80),
    at(service(), '10.0.0.1'),
    'kubectl -n class-ada port-forward service/lab-guide 8080:80',
  ],
  [
    'on a port of every node, it is at one of them',
    values('NodePort'),
    at(service(), '10.0.0.1'),
    'http://10.0.0.1:31234/',
  ],
  ['also where nodes have IPv6', values('NodePort'), at(service(), 'fd00::1'), 'http://[fd00::1]:31234/'],
  ["where no node's address is known, it is the command", values('NodePort'), at(service(), undefined), FORWARD],
  ['until the port is known, it is the command', values('NodePort'), at(undefined, '10.0.0.1'), FORWARD],
  [
    'behind a load balancer, it is there',
    values('LoadBalancer', 80),
    at(service([named]), '10.0.0.1'),
    'http://ada.example.com/',
  ],
  [
    'a load balancer without a name has an address',
    values('LoadBalancer'),
    at(service([{ ip: '192.0.2.1' }]), undefined),
    'http://192.0.2.1:8080/',
  ],
  [
    'until there is a load balancer, a node will do',
    values('LoadBalancer'),
    at(service(), '10.0.0.1'),
    'http://10.0.0.1:31234/',
  ],
])('%s', (_what, of, door, expected) => {
  expect(urlOf(of, door)).toBe(expected);
});
