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
  [
    'returns a port-forward command for a Service of type ClusterIP',
    values('ClusterIP'),
    at(service(), '10.0.0.1'),
    FORWARD,
  ],
  [
    "returns a port-forward command with the Service's port",
    values('ClusterIP', 80),
    at(service(), '10.0.0.1'),
    'kubectl -n class-ada port-forward service/lab-guide 8080:80',
  ],
  [
    'returns a URL with the node port for a Service of type NodePort',
    values('NodePort'),
    at(service(), '10.0.0.1'),
    'http://10.0.0.1:31234/',
  ],
  [
    "puts a node's IPv6 address into brackets in the guide's URL",
    values('NodePort'),
    at(service(), 'fd00::1'),
    'http://[fd00::1]:31234/',
  ],
  [
    'returns a port-forward command while no node address is known',
    values('NodePort'),
    at(service(), undefined),
    FORWARD,
  ],
  [
    'returns a port-forward command while the node port is unknown',
    values('NodePort'),
    at(undefined, '10.0.0.1'),
    FORWARD,
  ],
  [
    "returns a URL with the load balancer's host name",
    values('LoadBalancer', 80),
    at(service([named]), '10.0.0.1'),
    'http://ada.example.com/',
  ],
  [
    'returns a URL with the address of a load balancer that has no host name',
    values('LoadBalancer'),
    at(service([{ ip: '192.0.2.1' }]), undefined),
    'http://192.0.2.1:8080/',
  ],
  [
    'returns a URL with the node port while the load balancer has no address',
    values('LoadBalancer'),
    at(service(), '10.0.0.1'),
    'http://10.0.0.1:31234/',
  ],
])('%s', (_title, labValues, door, expected) => {
  expect(urlOf(labValues, door)).toBe(expected);
});
