import { LABELS } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { ClusterReader } from './cluster-reader.ts';
import { ClassApi, aNode, aWorkshop } from './testing/fixtures.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { ImagePrepull, NODES_MS } from './image-prepull.ts';

const workshop = aWorkshop({ seats: 2 });

function setUp() {
  const clock = manualClock();
  const api = new ClassApi(clock);
  api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'intro-otel' } });
  for (const name of ['a', 'b']) api.seed(aNode(name));
  const pods = api.store<Pod>(KINDS.Pod);
  const images = new ImagePrepull({
    api,
    clock,
    cluster: new ClusterReader(api, clock),
    pods,
    namespace: 'intro-otel',
  });
  const nodes = (): (string | undefined)[] =>
    pods
      .list()
      .map(({ spec }) => spec.nodeName)
      .sort();
  const writes = (): string[] => api.writes.splice(0).map(({ verb }) => verb);
  return { api, clock, images, pods, nodes, writes };
}

test('creates one image-pulling pod for every node', async () => {
  const { images, nodes, writes } = setUp();
  expect(await images.ensure(workshop)).toMatchObject({ reason: 'NotAllYet' });
  expect(nodes()).toEqual(['a', 'b']);
  expect(writes()).toEqual(['create', 'create']);
  await images.ensure(workshop);
  expect(writes()).toEqual([]);
});

test('lists nodes every five minutes, creates pods for new nodes, and deletes pods of removed nodes', async () => {
  const { api, clock, images, nodes } = setUp();
  await images.ensure(workshop);
  api.remove(KINDS.Node, { name: 'a' });
  api.seed(aNode('c'));
  clock.advance(NODES_MS - 1);
  await images.ensure(workshop);
  expect(api.reads).toHaveLength(1);
  clock.advance(1);
  await images.ensure(workshop);
  expect(nodes()).toEqual(['b', 'c']);
});

test('deletes pods for images that the lab no longer uses', async () => {
  const { images, pods } = setUp();
  await images.ensure(workshop);
  await images.ensure(aWorkshop({ seats: 2, lab: { image: { tag: '0.2.0' } } }));
  expect(new Set(pods.list().map(({ spec }) => spec.containers[0]?.image))).toEqual(
    new Set(['docker.io/library/intro-otel:0.2.0']),
  );
  expect(pods.list()).toHaveLength(2);
});

test('deletes only image-pulling pods of its own Workshop', async () => {
  const { api, images, pods } = setUp();
  const other = aWorkshop({ seats: 1 }, { name: 'other', uid: 'other-uid' });
  await images.ensure(other);
  api.seed({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', namespace: 'intro-otel', labels: { [LABELS.workshop]: 'class' } },
    spec: { containers: [] },
  });
  await images.ensure(workshop);
  await images.clear(workshop);
  expect(
    pods
      .list()
      .map(({ metadata: { labels } }) => labels?.[LABELS.workshop])
      .sort(),
  ).toEqual(['class', 'other', 'other']);
});

test('replaces a pod after five minutes if the node rejected the pod', async () => {
  const { api, clock, images, pods, writes } = setUp();
  await images.ensure(workshop);
  writes();
  const [{ metadata }] = pods.list() as [Pod];
  const key = { name: metadata.name, namespace: 'intro-otel' };
  api.edit(KINDS.Pod, key, { status: { phase: 'Failed', reason: 'OutOfpods' } });
  clock.advance(NODES_MS - 1000);
  expect(await images.ensure(workshop)).toMatchObject({ reason: 'ErrImagePull' });
  expect(writes()).toEqual([]);
  clock.advance(1000);
  await images.ensure(workshop);
  expect(writes()).toEqual(['delete', 'create']);
  expect(pods.get(`intro-otel/${metadata.name}`)?.status).toBeUndefined();
});

test('reports in ImagesReady that the API server refuses the pods, without throwing an error', async () => {
  const { api, images } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, apiError(403, 'Forbidden', 'exceeded quota'), 2);
  expect(await images.ensure(workshop)).toMatchObject({
    status: 'Unknown',
    reason: 'PullRefused',
    message: expect.stringContaining('exceeded quota') as string,
  });
});

test('throws no error if an earlier leader has just created the same pod', async () => {
  const { api, images } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, apiError(409, 'AlreadyExists'), 2);
  expect(await images.ensure(workshop)).toMatchObject({ reason: 'NotAllYet' });
});

test('reports in ImagesReady that the operator can not list nodes', async () => {
  const { api, images } = setUp();
  api.fail({ verb: 'list', kind: 'Node' }, apiError(403, 'Forbidden', 'nodes is forbidden'));
  expect(await images.ensure(workshop)).toMatchObject({ status: 'Unknown', reason: 'NotReadable' });
});
