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

describe('the targets', () => {
  test('are all TCP ports of the Services and pods of the other seat', () => {
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

  test('exclude everything without an address', () => {
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

  test('are no more than an answer can hold', () => {
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

describe('the test pod', () => {
  const foreign: Target[] = [{ name: 'lab-dice:8080', host: '10.0.0.7', port: 8080, open: false }];
  const pod = probePod(workshop, from, foreign);
  const [container] = pod.spec.containers;

  test('gets the seat’s own front door as reachable, and the other targets as unreachable', () => {
    expect(targetsIn(container?.env?.[0]?.value ?? '')).toEqual([
      { name: 'control', host: 'lab-guide', port: 8080, open: true },
      ...foreign,
    ]);
  });

  test('uses the port of the front door', () => {
    const elsewhere = probePod(
      workshop,
      { ...from, spec: { ...from.spec, lab: { guide: { service: { port: 80 } } } } },
      [],
    );
    expect(targetsIn(elsewhere.spec.containers[0]?.env?.[0]?.value ?? '')[0]?.port).toBe(80);
  });

  test('runs in that seat and is labelled', () => {
    expect(pod.metadata).toMatchObject({
      namespace: 'class-seat-01',
      labels: { [LABELS.component]: 'isolation-probe', [LABELS.workshop]: 'class', [LABELS.seat]: 'class-seat-01' },
    });
  });

  test('runs our image restricted, within the resources that the quota reserves', () => {
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

describe('the verdict', () => {
  test('is Enforced, with the time, if only the own seat was reached', () => {
    expect(
      verdict({ control: 'connected', 'lab-dice:8080': 'ETIMEDOUT', 'lab-jaeger:16686': 'ECONNREFUSED' }, tried),
    ).toEqual({
      type: 'NetworkIsolation',
      status: 'True',
      reason: 'Enforced',
      message:
        'A pod in seat class-a reached lab-guide in the same seat, and none of 2 addresses of seat class-b ' +
        '(2026-01-05T09:00:00Z).',
    });
  });

  test('is Unenforced, with the reached targets and advice, if another seat was reached', () => {
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

  test('claims nothing if the own seat was not reached', () => {
    expect(verdict({ control: 'NAME_NOT_RESOLVED', 'lab-dice:8080': 'ETIMEDOUT' }, tried)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('could not reach lab-guide in the same seat (NAME_NOT_RESOLVED)') as string,
    });
    expect(verdict({ 'lab-dice:8080': 'ETIMEDOUT' }, tried)).toMatchObject({ reason: 'ProbeFailed' });
  });

  test('claims nothing if no target was tried', () => {
    expect(verdict({ control: 'connected' }, tried)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('no Service or pod with a port in seat class-b') as string,
    });
  });
});

describe('the answer', () => {
  const ended = (terminated: { exitCode: number; message?: string }): Pod => ({
    ...probePod(workshop, from, []),
    status: { phase: 'Succeeded', containerStatuses: [{ name: 'probe', state: { terminated } }] },
  });

  test('is the termination message', () => {
    expect(probeAnswer(ended({ exitCode: 0, message: '{"control":"connected"}' }))).toEqual({ control: 'connected' });
  });

  test.each([
    ['TARGETS is not set', 1],
    ['[]', 0],
    ['{"a":1}', 0],
    ['null', 0],
  ])('is rejected if it is %s', (message, exitCode) => {
    expect(probeAnswer(ended({ exitCode, message }))).toBe(
      `the pod ended with code ${exitCode} and wrote: ${message}.`,
    );
  });

  test('is missing if the pod wrote nothing or never ran', () => {
    expect(probeAnswer(ended({ exitCode: 137 }))).toBe('the pod ended with code 137 and wrote: nothing.');
    expect(
      probeAnswer({
        ...probePod(workshop, from, []),
        status: { phase: 'Failed', reason: 'Evicted', message: 'No room' },
      }),
    ).toBe('the pod ended: Evicted: No room.');
  });

  test('is undefined while the pod runs', () => {
    expect(probeAnswer(probePod(workshop, from, []))).toBeUndefined();
    expect(
      probeAnswer({
        ...probePod(workshop, from, []),
        status: { phase: 'Running', containerStatuses: [{ name: 'probe', state: { running: {} } }] },
      }),
    ).toBeUndefined();
  });

  test('that is late is explained with what the pod waits for', () => {
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

test('claims nothing before a test', () => {
  expect(notTested(1)).toMatchObject({
    status: 'Unknown',
    reason: 'NotProbed',
    message: 'Not tested yet: the isolation test needs two Ready seats, found 1.',
  });
  expect(notTested(2).message).toBe('Not tested yet: the isolation test has not finished.');
  expect(testFailed('quota.')).toMatchObject({
    status: 'Unknown',
    message: 'Not known: quota. The operator repeats the isolation test by itself.',
  });
});
