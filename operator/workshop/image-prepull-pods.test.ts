import type { ContainerStatus, Pod } from '../../kubernetes/types.ts';
import { aNode, aWorkshop } from './testing/fixtures.ts';
import { imagesCondition, pullPods } from './image-prepull-pods.ts';
import { versions } from '../../lab/versions.ts';

const workshop = aWorkshop({ seats: 2 });
const [pod] = pullPods(workshop, [aNode('a')], 'intro-otel') as [Pod];

test('creates a pod for each node that accepts the lab’s pods', () => {
  const nodes = [
    aNode('a'),
    aNode('b', { spec: { unschedulable: true } }),
    aNode('c', { ready: false }),
    aNode('d'),
    aNode('e', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }),
  ];
  expect(pullPods(workshop, nodes, 'intro-otel').map(({ spec }) => spec.nodeName)).toEqual(['a', 'd']);
});

test("creates no pod for a node that does not accept the lab's pods", () => {
  const nodes = [
    aNode('a', { labels: { pool: 'class' } }),
    aNode('b'),
    aNode('c', { labels: { pool: 'class' }, spec: { taints: [{ key: 'class', effect: 'NoSchedule' }] } }),
  ];
  const picky = aWorkshop({
    seats: 1,
    lab: { nodeSelector: { pool: 'class' }, tolerations: [{ key: 'class', operator: 'Exists' }] },
  });
  expect(pullPods(picky, nodes, 'intro-otel').map(({ spec }) => spec.nodeName)).toEqual(['a', 'c']);
  expect(pullPods(aWorkshop({ seats: 1, lab: { nodeSelector: { pool: 'class' } } }), nodes, 'intro-otel')).toHaveLength(
    1,
  );
});

test('runs each image of the lab in a container whose command ends at once', () => {
  expect(pod.spec.containers.map(({ image, command, args }) => [image, command ?? args])).toEqual([
    [`docker.io/library/intro-otel:${versions.lab}`, ['node', '-e', '']],
    [`docker.io/otel/opentelemetry-collector-contrib:${versions.collector}`, ['--version']],
    [`docker.io/jaegertracing/jaeger:${versions.jaeger}`, ['version']],
  ]);
  expect(pod.spec).toMatchObject({ restartPolicy: 'Never' });
});

test('pulls the images of Prometheus and Flask only if the lab runs them', () => {
  const lab = { prometheus: { enabled: true }, flask: { enabled: true } };
  const [one] = pullPods(aWorkshop({ seats: 1, lab }), [aNode('a')], 'intro-otel');
  expect(one?.spec.containers.map(({ name }) => name)).toEqual(['apps', 'collector', 'jaeger', 'prometheus', 'flask']);
});

test('pulls an image only once if the lab uses it twice', () => {
  const same = { registry: 'r.example', repository: 'all', tag: '1' };
  const [one] = pullPods(
    aWorkshop({ seats: 1, lab: { collector: { image: same }, jaeger: { image: same } } }),
    [aNode('a')],
    'intro-otel',
  );
  expect(one?.spec.containers).toHaveLength(2);
});

test("uses the lab's pull policy and pull Secrets", () => {
  const lab = { image: { pullPolicy: 'Always' as const }, imagePullSecrets: [{ name: 'regcred' }] };
  const [one] = pullPods(aWorkshop({ seats: 1, lab }), [aNode('a')], 'intro-otel');
  expect(one?.spec.containers.map(({ imagePullPolicy }) => imagePullPolicy)).toEqual(['Always', 'Always', 'Always']);
  expect(one?.spec['imagePullSecrets']).toEqual([{ name: 'regcred' }]);
});

test('builds pods that meet the Pod Security Standard "restricted" and request very few resources', () => {
  expect(pod.spec).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  for (const { securityContext, resources } of pod.spec.containers) {
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    expect(resources).toMatchObject({ requests: { cpu: '1m', memory: '8Mi' } });
  }
});

test('gives a pod the same name while its images and its node stay the same', () => {
  const name = (owner = workshop, node = 'a'): string | undefined =>
    pullPods(owner, [aNode(node)], 'intro-otel')[0]?.metadata.name;
  expect(name(aWorkshop({ seats: 30 }))).toBe(name());
  expect(
    new Set([
      name(),
      name(workshop, 'b'),
      name(aWorkshop({ seats: 2 }, { name: 'other' })),
      name(aWorkshop({ seats: 2, lab: { image: { tag: '9' } } })),
    ]).size,
  ).toBe(4);
  expect(pod.metadata.ownerReferences).toEqual([
    expect.objectContaining({ kind: 'Workshop', name: 'class', uid: 'class-uid' }),
  ]);
});

describe('the condition ImagesReady', () => {
  const pods = pullPods(workshop, [aNode('a'), aNode('b')], 'intro-otel');
  const ended: ContainerStatus['state'] = { terminated: { exitCode: 0 } };
  const withStates = (one: Pod | undefined, ...states: ContainerStatus['state'][]): Pod => {
    if (!one) throw new Error('Expected a pod.');
    return {
      ...one,
      status: {
        phase: 'Pending',
        containerStatuses: one.spec.containers.map(({ name }, index) => ({ name, state: states[index] ?? {} })),
      },
    };
  };
  const condition = (...live: readonly Pod[]) =>
    imagesCondition(pods, (name) => live.find(({ metadata }) => metadata.name === name));

  test('reports ImagesReady as True when every container on every node has started', () => {
    const done = pods.map((one) => withStates(one, ended, { running: {} }, ended));
    expect(condition(...done)).toEqual({
      type: 'ImagesReady',
      status: 'True',
      reason: 'Pulled',
      message: 'All 3 images are on 2 of 2 nodes.',
    });
  });

  test("counts an image as pulled even if the container's command fails or is missing", () => {
    const done = pods.map((one) =>
      withStates(one, { terminated: { exitCode: 127 } }, { waiting: { reason: 'CreateContainerError' } }, ended),
    );
    expect(condition(...done).status).toBe('True');
  });

  test('reports how many nodes have all images', () => {
    expect(
      condition(
        withStates(pods[0], ended, ended, ended),
        withStates(pods[1], ended, ended, { waiting: { reason: 'ContainerCreating' } }),
      ),
    ).toMatchObject({
      status: 'False',
      reason: 'NotAllYet',
      message: 'All 3 images are on 1 of 2 nodes. The others are still pulling them.',
    });
    expect(condition()).toMatchObject({ reason: 'NotAllYet', message: expect.stringContaining('0 of 2') as string });
  });

  test.each(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])(
    'reports the waiting reason %s with the node, the image and advice',
    (reason) => {
      const { message, ...rest } = condition(withStates(pods[1], ended, { waiting: { reason, message: 'not found' } }));
      expect(rest).toEqual({ type: 'ImagesReady', status: 'False', reason: 'ErrImagePull' });
      expect(message).toContain(
        `Node b can't pull docker.io/otel/opentelemetry-collector-contrib:0.144.0: ${reason}: not found.`,
      );
      expect(message).toContain('Check its name in spec.lab');
    },
  );

  test('advises to load an image onto the node if the pull policy is Never', () => {
    expect(condition(withStates(pods[0], { waiting: { reason: 'ErrImageNeverPull' } })).message).toContain(
      'Load the image onto the node',
    );
  });

  test('reports a pod that the node rejected', () => {
    const refused: Pod = {
      ...(pods[0] as Pod),
      status: { phase: 'Failed', reason: 'OutOfpods', message: 'Too many pods.' },
    };
    expect(condition(refused)).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('OutOfpods: Too many pods.') as string,
    });
  });

  test("reports ImagesReady as False if no node accepts the lab's pods", () => {
    expect(imagesCondition([], () => undefined)).toMatchObject({ status: 'False', reason: 'NoNodes' });
  });
});
