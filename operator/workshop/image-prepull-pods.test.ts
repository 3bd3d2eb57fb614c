import type { ContainerStatus, Pod } from '../../kubernetes/types.ts';
import { aNode, aWorkshop } from './testing/fixtures.ts';
import { imagesCondition, pullPods } from './image-prepull-pods.ts';

const workshop = aWorkshop({ seats: 2 });
const [pod] = pullPods(workshop, [aNode('a')], 'intro-otel') as [Pod];

test('there is a pod for each node that takes the lab’s pods, pinned to it', () => {
  const nodes = [
    aNode('a'),
    aNode('b', { spec: { unschedulable: true } }),
    aNode('c', { ready: false }),
    aNode('d'),
    aNode('e', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }),
  ];
  expect(pullPods(workshop, nodes, 'intro-otel').map(({ spec }) => spec.nodeName)).toEqual(['a', 'd']);
});

test('a lab that goes to some nodes has its images only there', () => {
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

test('a pod has a container for each image of the lab, and each ends by itself', () => {
  expect(pod.spec.containers.map(({ image, command, args }) => [image, command ?? args])).toEqual([
    ['docker.io/library/intro-otel:0.1.0', ['node', '-e', '']],
    ['docker.io/otel/opentelemetry-collector-contrib:0.140.1', ['--version']],
    ['docker.io/jaegertracing/jaeger:2.13.0', ['version']],
  ]);
  expect(pod.spec).toMatchObject({ restartPolicy: 'Never' });
});

test('the same image twice is pulled once', () => {
  const same = { registry: 'r.example', repository: 'all', tag: '1' };
  const [one] = pullPods(
    aWorkshop({ seats: 1, lab: { collector: { image: same }, jaeger: { image: same } } }),
    [aNode('a')],
    'intro-otel',
  );
  expect(one?.spec.containers).toHaveLength(2);
});

test('images are pulled as the lab’s pods would, with the lab’s Secrets and policy', () => {
  const lab = { image: { pullPolicy: 'Always' as const }, imagePullSecrets: [{ name: 'regcred' }] };
  const [one] = pullPods(aWorkshop({ seats: 1, lab }), [aNode('a')], 'intro-otel');
  expect(one?.spec.containers.map(({ imagePullPolicy }) => imagePullPolicy)).toEqual(['Always', 'Always', 'Always']);
  expect(one?.spec['imagePullSecrets']).toEqual([{ name: 'regcred' }]);
});

test('a pod is let in where Pod Security is restricted, and asks for next to nothing', () => {
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

test('its name stays while images and node do, and goes with the Workshop', () => {
  const name = (of = workshop, node = 'a'): string | undefined =>
    pullPods(of, [aNode(node)], 'intro-otel')[0]?.metadata.name;
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

describe('what is said of them', () => {
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
  const saying = (...live: readonly Pod[]) =>
    imagesCondition(pods, (name) => live.find(({ metadata }) => metadata.name === name));

  test('they are ready when every container on every node has begun', () => {
    const done = pods.map((one) => withStates(one, ended, { running: {} }, ended));
    expect(saying(...done)).toEqual({
      type: 'ImagesReady',
      status: 'True',
      reason: 'Pulled',
      message: 'All 3 images are on 2 of 2 nodes.',
    });
  });

  test('an image whose command fails, or isn’t in it, is there all the same', () => {
    const done = pods.map((one) =>
      withStates(one, { terminated: { exitCode: 127 } }, { waiting: { reason: 'CreateContainerError' } }, ended),
    );
    expect(saying(...done).status).toBe('True');
  });

  test('until then it is said how many nodes have them', () => {
    expect(
      saying(
        withStates(pods[0], ended, ended, ended),
        withStates(pods[1], ended, ended, { waiting: { reason: 'ContainerCreating' } }),
      ),
    ).toMatchObject({
      status: 'False',
      reason: 'NotAllYet',
      message: 'All 3 images are on 1 of 2 nodes; the others are pulling.',
    });
    expect(saying()).toMatchObject({ reason: 'NotAllYet', message: expect.stringContaining('0 of 2') as string });
  });

  test.each(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])(
    '%s is said with node, image and what to do',
    (reason) => {
      const { message, ...rest } = saying(withStates(pods[1], ended, { waiting: { reason, message: 'not found' } }));
      expect(rest).toEqual({ type: 'ImagesReady', status: 'False', reason: 'ErrImagePull' });
      expect(message).toContain(
        `Node b can't get docker.io/otel/opentelemetry-collector-contrib:0.140.1: ${reason}: not found.`,
      );
      expect(message).toContain('Check its name in spec.lab');
    },
  );

  test('an image that may not be pulled is to be loaded', () => {
    expect(saying(withStates(pods[0], { waiting: { reason: 'ErrImageNeverPull' } })).message).toContain(
      'Load the image onto the node',
    );
  });

  test('a pod that its node refused has pulled nothing', () => {
    const refused: Pod = {
      ...(pods[0] as Pod),
      status: { phase: 'Failed', reason: 'OutOfpods', message: 'Too many pods.' },
    };
    expect(saying(refused)).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('OutOfpods: Too many pods.') as string,
    });
  });

  test('without a node that takes the lab they are not ready', () => {
    expect(imagesCondition([], () => undefined)).toMatchObject({ status: 'False', reason: 'NoNodes' });
  });
});
