import { targetsIn } from '../../apps/isolation-probe/probe.ts';
import type { Target } from '../../apps/isolation-probe/probe.ts';
import { LABELS } from '../api/types.ts';
import { PROBE_RESOURCES } from '../seat/quota.ts';
import { amountsOf } from '../../kubernetes/quantity.ts';
import { aWorkshop, seatOf } from './testing/fixtures.ts';
import { probeAnswer, foreignTargets, notTested, testFailed, probePod, timeoutText, verdict } from './isolation-pod.ts';
import type { Pod } from '../../kubernetes/types.ts';

const workshop = aWorkshop({ seats: 2 });
const from = seatOf(workshop, 0, { phase: 'Ready' });
const tried = { from: 'class-a', to: 'class-b', at: Date.UTC(2026, 0, 5, 9) };

const service = (name: string, clusterIP: string, ...ports: number[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { clusterIP, ports: ports.map((port) => ({ port, protocol: 'TCP' })) },
});

describe('targets of the isolation test', () => {
  test('tries to reach all TCP ports of the Services and pods of the other seat', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lab-dice-1' },
      status: { podIP: '10.1.0.9' },
      spec: {
        containers: [{ name: 'dice', ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }] }],
      },
    };
    expect(foreignTargets([service('lab-collector', '10.0.0.7', 4317, 4318)], [pod])).toEqual([
      { name: 'lab-collector:4317', host: '10.0.0.7', port: 4317, open: false },
      { name: 'lab-collector:4318', host: '10.0.0.7', port: 4318, open: false },
      { name: 'lab-dice-1:8080', host: '10.1.0.9', port: 8080, open: false },
    ]);
  });

  test('ignores Services and pods of the other seat that have no address', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'p', ports: [{ containerPort: 1 }] }] },
    };
    expect(
      foreignTargets(
        [service('headless', 'None', 80), { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }],
        [pod],
      ),
    ).toEqual([]);
  });

  test("tries only as many targets as fit into the pod's answer", () => {
    const many = foreignTargets(
      Array.from({ length: 100 }, (_, index) => service('x'.repeat(63), `10.0.0.${index}`, 65_535)),
      [],
    );
    const answer = JSON.stringify(
      Object.fromEntries(many.map(({ name }, index) => [`${name}${index}`, 'NAME_NOT_RESOLVED'])),
    );
    expect(answer.length).toBeLessThan(4096);
  });
});

describe('pod of the isolation test', () => {
  const foreign: Target[] = [{ name: 'lab-dice:8080', host: '10.0.0.7', port: 8080, open: false }];
  const pod = probePod(workshop, from, foreign);
  const [container] = pod.spec.containers;

  test("expects its own seat's guide to be reachable, and the targets of the other seat to be unreachable", () => {
    expect(targetsIn(container?.env?.[0]?.value ?? '')).toEqual([
      { name: 'control', host: 'lab-guide', port: 8080, open: true },
      ...foreign,
    ]);
  });

  test("tries to reach its own seat's guide at the port of the guide's Service", () => {
    const elsewhere = probePod(
      workshop,
      { ...from, spec: { ...from.spec, lab: { guide: { service: { port: 80 } } } } },
      [],
    );
    expect(targetsIn(elsewhere.spec.containers[0]?.env?.[0]?.value ?? '')[0]?.port).toBe(80);
  });

  test("builds a pod in the first seat's namespace, with the operator's labels", () => {
    expect(pod.metadata).toMatchObject({
      namespace: 'class-seat-01',
      labels: { [LABELS.component]: 'isolation-probe', [LABELS.workshop]: 'class', [LABELS.seat]: 'class-seat-01' },
    });
  });

  test('builds a pod with the lab image, Pod Security "restricted" and the reserved resources', () => {
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(container).toMatchObject({
      image: 'docker.io/library/intro-otel:0.1.0',
      command: ['node', '/app/isolation-probe.js'],
      securityContext: { allowPrivilegeEscalation: false },
    });
    for (const kind of ['requests', 'limits'] as const) {
      for (const [resource, amount] of Object.entries(amountsOf(container?.resources?.[kind]))) {
        expect(amount).toBeLessThanOrEqual((PROBE_RESOURCES[kind] as Record<string, number>)[resource] ?? 0);
      }
    }
  });
});

describe('condition NetworkIsolation', () => {
  test('reports NetworkIsolation as True, with the time and the paths it did not try, if the pod reached only its own seat', () => {
    expect(
      verdict({ control: 'connected', 'lab-dice:8080': 'ETIMEDOUT', 'lab-jaeger:16686': 'ECONNREFUSED' }, tried),
    ).toEqual({
      type: 'NetworkIsolation',
      status: 'True',
      reason: 'Enforced',
      message:
        'A pod in seat class-a reached lab-guide in the same seat, and none of 2 addresses of seat class-b ' +
        '(2026-01-05T09:00:00Z). It tried the addresses of Services and pods, and not IPv6 link-local addresses, node ' +
        'ports or the nodes.',
    });
  });

  test('reports NetworkIsolation as False, with targets and advice, if the pod reached another seat', () => {
    const results = {
      control: 'connected',
      a: 'ETIMEDOUT',
      b: 'connected',
      c: 'connected',
      d: 'connected',
      e: 'connected',
    };
    const { message, ...rest } = verdict(results, tried);
    expect(rest).toEqual({ type: 'NetworkIsolation', status: 'False', reason: 'Unenforced' });
    expect(message).toContain('A pod in seat class-a reached b, c, d and 1 more of seat class-b');
    expect(message).toContain('Use a network plugin that enforces');
  });

  test('reports NetworkIsolation as Unknown if the pod did not reach its own seat', () => {
    expect(verdict({ control: 'NAME_NOT_RESOLVED', 'lab-dice:8080': 'ETIMEDOUT' }, tried)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('could not reach lab-guide in the same seat (NAME_NOT_RESOLVED)') as string,
    });
    expect(verdict({ 'lab-dice:8080': 'ETIMEDOUT' }, tried)).toMatchObject({ reason: 'ProbeFailed' });
  });

  test('reports NetworkIsolation as Unknown if the pod tried no target', () => {
    expect(verdict({ control: 'connected' }, tried)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('no Service or pod with a port in seat class-b') as string,
    });
  });
});

describe("answer of the isolation test's pod", () => {
  const ended = (terminated: { exitCode: number; message?: string }): Pod => ({
    ...probePod(workshop, from, []),
    status: { phase: 'Succeeded', containerStatuses: [{ name: 'probe', state: { terminated } }] },
  });

  test("reads the pod's answer from its termination message", () => {
    expect(probeAnswer(ended({ exitCode: 0, message: '{"control":"connected"}' }))).toEqual({ control: 'connected' });
  });

  test.each([
    ['TARGETS is not set', 1],
    ['[]', 0],
    ['{"a":1}', 0],
    ['null', 0],
  ])("rejects the pod's answer if the termination message is %s", (message, exitCode) => {
    expect(probeAnswer(ended({ exitCode, message }))).toBe(
      `the pod ended with code ${exitCode} and wrote: ${message}.`,
    );
  });

  test('returns a reason instead of an answer if the pod wrote nothing or never ran', () => {
    expect(probeAnswer(ended({ exitCode: 137 }))).toBe('the pod ended with code 137 and wrote: nothing.');
    expect(
      probeAnswer({
        ...probePod(workshop, from, []),
        status: { phase: 'Failed', reason: 'Evicted', message: 'No room' },
      }),
    ).toBe('the pod ended: Evicted: No room.');
  });

  test('returns no answer while the pod runs', () => {
    expect(probeAnswer(probePod(workshop, from, []))).toBeUndefined();
    expect(
      probeAnswer({
        ...probePod(workshop, from, []),
        status: { phase: 'Running', containerStatuses: [{ name: 'probe', state: { running: {} } }] },
      }),
    ).toBeUndefined();
  });

  test('reports what the pod waits for if it does not end in time', () => {
    const waiting = {
      containerStatuses: [
        { name: 'probe', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
      ],
    };
    expect(timeoutText({ status: waiting })).toContain('60 s, ImagePullBackOff: no such image.');
    expect(
      timeoutText({
        status: {
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
        },
      }),
    ).toContain('Unschedulable: 0/1 nodes');
    expect(timeoutText()).toBe('the pod did not end within 60 s.');
  });
});

test('reports NetworkIsolation as Unknown before the first test and after a failed test', () => {
  expect(notTested(1)).toMatchObject({
    status: 'Unknown',
    reason: 'NotProbed',
    message: 'Not tested yet: the isolation test needs two Ready seats, found 1.',
  });
  expect(notTested(2).message).toBe('Not tested yet: the isolation test has not finished.');
  expect(testFailed('quota.')).toMatchObject({
    status: 'Unknown',
    message: 'The isolation test has no result: quota. The operator repeats the test by itself.',
  });
});
