import { LABELS } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { Cluster } from './cluster.ts';
import { ClassApi, aNode, aWorkshop } from './testing/fixtures.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { ImagePrepull, LOOK_MS } from './image-prepull.ts';

const workshop = aWorkshop({ seats: 2 });

function setUp() {
  const clock = manualClock();
  const api = new ClassApi(clock);
  api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'intro-otel' } });
  for (const name of ['a', 'b']) api.seed(aNode(name));
  const pods = api.store<Pod>(KINDS.Pod);
  const images = new ImagePrepull({ api, clock, cluster: new Cluster(api, clock), pods, namespace: 'intro-otel' });
  const nodes = (): (string | undefined)[] =>
    pods
      .list()
      .map(({ spec }) => spec.nodeName)
      .sort();
  const writes = (): string[] => api.writes.splice(0).map(({ verb }) => verb);
  return { api, clock, images, pods, nodes, writes };
}

test('a pod is made for every node, once', async () => {
  const { images, nodes, writes } = setUp();
  expect(await images.look(workshop)).toMatchObject({ reason: 'NotAllYet' });
  expect(nodes()).toEqual(['a', 'b']);
  expect(writes()).toEqual(['create', 'create']);
  await images.look(workshop);
  expect(writes()).toEqual([]);
});

test('nothing is asked again for five minutes; then a new node gets its pod, and one that is gone loses it', async () => {
  const { api, clock, images, nodes } = setUp();
  await images.look(workshop);
  api.remove(KINDS.Node, { name: 'a' });
  api.seed(aNode('c'));
  clock.advance(LOOK_MS - 1);
  await images.look(workshop);
  expect(api.reads).toHaveLength(1);
  clock.advance(1);
  await images.look(workshop);
  expect(nodes()).toEqual(['b', 'c']);
});

test('pods for images that are no longer the lab’s are removed', async () => {
  const { images, pods } = setUp();
  await images.look(workshop);
  await images.look(aWorkshop({ seats: 2, lab: { image: { tag: '0.2.0' } } }));
  expect(new Set(pods.list().map(({ spec }) => spec.containers[0]?.image))).toEqual(
    new Set(['docker.io/library/intro-otel:0.2.0']),
  );
  expect(pods.list()).toHaveLength(2);
});

test('pods of other Workshops, and what isn’t about images, stay', async () => {
  const { api, images, pods } = setUp();
  const other = aWorkshop({ seats: 1 }, { name: 'other', uid: 'other-uid' });
  await images.look(other);
  api.seed({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', namespace: 'intro-otel', labels: { [LABELS.workshop]: 'class' } },
    spec: { containers: [] },
  });
  await images.look(workshop);
  await images.clear(workshop);
  expect(
    pods
      .list()
      .map(({ metadata: { labels } }) => labels?.[LABELS.workshop])
      .sort(),
  ).toEqual(['class', 'other', 'other']);
});

test('a pod that its node refused is tried again, after a while', async () => {
  const { api, clock, images, pods, writes } = setUp();
  await images.look(workshop);
  writes();
  const [{ metadata }] = pods.list() as [Pod];
  const key = { name: metadata.name, namespace: 'intro-otel' };
  api.edit(KINDS.Pod, key, { status: { phase: 'Failed', reason: 'OutOfpods' } });
  clock.advance(LOOK_MS - 1000);
  expect(await images.look(workshop)).toMatchObject({ reason: 'ErrImagePull' });
  expect(writes()).toEqual([]);
  clock.advance(1000);
  await images.look(workshop);
  expect(writes()).toEqual(['delete', 'create']);
  expect(pods.get(`intro-otel/${metadata.name}`)?.status).toBeUndefined();
});

test('pods that may not be made are said, and no failure', async () => {
  const { api, images } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, apiError(403, 'Forbidden', 'exceeded quota'), 2);
  expect(await images.look(workshop)).toMatchObject({
    status: 'Unknown',
    reason: 'PullRefused',
    message: expect.stringContaining('exceeded quota') as string,
  });
});

test('a pod that the leader before has made a moment ago is as good', async () => {
  const { api, images } = setUp();
  api.fail({ verb: 'create', kind: 'Pod' }, apiError(409, 'AlreadyExists'), 2);
  expect(await images.look(workshop)).toMatchObject({ reason: 'NotAllYet' });
});

test('nodes that may not be listed are said', async () => {
  const { api, images } = setUp();
  api.fail({ verb: 'list', kind: 'Node' }, apiError(403, 'Forbidden', 'nodes is forbidden'));
  expect(await images.look(workshop)).toMatchObject({ status: 'Unknown', reason: 'NotReadable' });
});
