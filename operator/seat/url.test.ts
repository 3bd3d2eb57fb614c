import { completeValues } from '../../cdk8s/render.ts';
import type { Service } from '../../kubernetes/types.ts';
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
  ['is a port-forward command for ClusterIP', values('ClusterIP'), at(service(), '10.0.0.1'), FORWARD],
  [
    "is a port-forward command to the Service's port",
    values('ClusterIP', 80),
    at(service(), '10.0.0.1'),
    'kubectl -n class-ada port-forward service/lab-guide 8080:80',
  ],
  ['is a node port for NodePort', values('NodePort'), at(service(), '10.0.0.1'), 'http://10.0.0.1:31234/'],
  [
    'puts an IPv6 address of a node into brackets',
    values('NodePort'),
    at(service(), 'fd00::1'),
    'http://[fd00::1]:31234/',
  ],
  ['is a port-forward command while no node address is known', values('NodePort'), at(service(), undefined), FORWARD],
  ['is a port-forward command while the node port is unknown', values('NodePort'), at(undefined, '10.0.0.1'), FORWARD],
  [
    'is the host name of the load balancer',
    values('LoadBalancer', 80),
    at(service([named]), '10.0.0.1'),
    'http://ada.example.com/',
  ],
  [
    'is the address of a load balancer without a host name',
    values('LoadBalancer'),
    at(service([{ ip: '192.0.2.1' }]), undefined),
    'http://192.0.2.1:8080/',
  ],
  [
    'is a node port while there is no load balancer',
    values('LoadBalancer'),
    at(service(), '10.0.0.1'),
    'http://10.0.0.1:31234/',
  ],
])('%s', (_title, labValues, door, expected) => {
  expect(urlOf(labValues, door)).toBe(expected);
});
