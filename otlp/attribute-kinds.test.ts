import { isOutcome, isPlace, rankOf } from './attribute-kinds.ts';

test.each([
  'resource.k8s.pod.uid',
  'resource.k8s.pod.name',
  'resource.k8s.deployment.name',
  'resource.k8s.node.name',
  'resource.container.id',
  'resource.host.name',
  'resource.process.pid',
  'resource.service.instance.id',
  'network.peer.address',
  'server.port',
  'net.sock.peer.addr',
])('takes %s for a place', (name) => {
  expect([isPlace(`prizes:${name}`), rankOf(`prizes:${name}`)]).toEqual([true, 2]);
});

test.each([
  ['resource.service.version', 0],
  ['resource.deployment.node_pool', 0],
  ['client.version', 0],
  ['network.protocol.version', 0],
  ['k8s.pod.name.seen', 0],
  ['resource.k8s.pod.labels.canary', 1],
  ['resource.host.arch', 1],
  ['resource.process.runtime.version', 1],
])('takes %s for something that requests may share', (name, rank) => {
  expect([isPlace(`prizes:${name}`), isOutcome(`prizes:${name}`), rankOf(`prizes:${name}`)]).toEqual([
    false,
    false,
    rank,
  ]);
});

test.each(['error.type', 'http.response.status_code', 'otel.status_description', 'rpc.grpc.status_code'])(
  'takes %s for how a request ended',
  (name) => {
    expect([isOutcome(`prizes:${name}`), isPlace(`prizes:${name}`)]).toEqual([true, false]);
  },
);
