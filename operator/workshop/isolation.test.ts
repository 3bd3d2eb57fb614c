import { targetsIn } from '../../apps/isolation-probe/probe.ts';
import type { Target } from '../../apps/isolation-probe/probe.ts';
import { LABELS } from '../api/types.ts';
import { PROBE_RESOURCES } from '../seat/quota.ts';
import { amountsOf } from '../../kubernetes/quantity.ts';
import { aWorkshop, seatOf } from './testing/fixtures.ts';
import { answerOf, foreignTargets, notProbed, probeFailed, probePod, stuckText, verdict } from './isolation.ts';
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

describe('what of another seat is tried', () => {
  test('is every TCP port of its Services and of its pods, by address', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lab-dice-1' },
      status: { podIP: '10.1.0.9' },
      spec: { containers: [{ ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }] }] },
    };
    expect(foreignTargets([service('lab-collector', '10.0.0.7', 4317, 4318)], [pod])).toEqual([
      { name: 'lab-collector:4317', host: '10.0.0.7', port: 4317, open: false },
      { name: 'lab-collector:4318', host: '10.0.0.7', port: 4318, open: false },
      { name: 'lab-dice-1:8080', host: '10.1.0.9', port: 8080, open: false },
    ]);
  });

  test('is nothing that has no address', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ ports: [{ containerPort: 1 }] }] },
    };
    expect(
      foreignTargets(
        [service('headless', 'None', 80), { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }],
        [pod],
      ),
    ).toEqual([]);
  });

  test('is no more than an answer can hold', () => {
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

describe('the pod that tries', () => {
  const foreign: Target[] = [{ name: 'lab-dice:8080', host: '10.0.0.7', port: 8080, open: false }];
  const pod = probePod(workshop, from, foreign);
  const [container] = pod.spec.containers;

  test('is told the seat’s own front door, which is to be open, and what is not to be', () => {
    expect(targetsIn(container?.env?.[0]?.value ?? '')).toEqual([
      { name: 'control', host: 'lab-guide', port: 8080, open: true },
      ...foreign,
    ]);
  });

  test('knows a front door on another port', () => {
    const elsewhere = probePod(
      workshop,
      { ...from, spec: { ...from.spec, lab: { guide: { service: { port: 80 } } } } },
      [],
    );
    expect(targetsIn(elsewhere.spec.containers[0]?.env?.[0]?.value ?? '')[0]?.port).toBe(80);
  });

  test('is in that seat, and known as what it is', () => {
    expect(pod.metadata).toMatchObject({
      namespace: 'class-seat-01',
      labels: { [LABELS.component]: 'isolation-probe', [LABELS.workshop]: 'class', [LABELS.seat]: 'class-seat-01' },
    });
  });

  test('runs our image as the lab’s pods do, restricted, and within the room that its quota has for it', () => {
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(container).toMatchObject({
      image: 'docker.io/library/intro-otel:0.1.0',
      command: ['node', '/app/reach.js'],
      securityContext: { allowPrivilegeEscalation: false },
    });
    for (const kind of ['requests', 'limits'] as const) {
      for (const [resource, amount] of Object.entries(amountsOf(container?.resources?.[kind]))) {
        expect(amount).toBeLessThanOrEqual((PROBE_RESOURCES[kind] as Record<string, number>)[resource] ?? 0);
      }
    }
  });
});

describe('what its answer means', () => {
  test('nothing reached but its own: enforced, and when that was seen', () => {
    expect(
      verdict({ control: 'connected', 'lab-dice:8080': 'ETIMEDOUT', 'lab-jaeger:16686': 'ECONNREFUSED' }, tried),
    ).toEqual({
      type: 'NetworkIsolation',
      status: 'True',
      reason: 'Enforced',
      message:
        'A pod in seat class-a reached its own lab-guide, and none of 2 addresses of seat class-b (2026-01-05T09:00:00Z).',
    });
  });

  test('anything reached: unenforced, with what it was and what to do', () => {
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
    expect(message).toContain('Use a network plugin that does');
  });

  test('its own not reached: nothing is claimed', () => {
    expect(verdict({ control: 'NAME_NOT_RESOLVED', 'lab-dice:8080': 'ETIMEDOUT' }, tried)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining("could not reach that seat's own lab-guide (NAME_NOT_RESOLVED)") as string,
    });
    expect(verdict({ 'lab-dice:8080': 'ETIMEDOUT' }, tried)).toMatchObject({ reason: 'ProbeFailed' });
  });

  test('nothing tried: nothing is claimed', () => {
    expect(verdict({ control: 'connected' }, tried)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('nothing that seat class-b serves') as string,
    });
  });
});

describe('its answer', () => {
  const ended = (terminated: { exitCode: number; message?: string }): Pod => ({
    ...probePod(workshop, from, []),
    status: { phase: 'Succeeded', containerStatuses: [{ name: 'probe', state: { terminated } }] },
  });

  test('is its termination message', () => {
    expect(answerOf(ended({ exitCode: 0, message: '{"control":"connected"}' }))).toEqual({ control: 'connected' });
  });

  test.each([
    ['TARGETS is not set', 1],
    ['[]', 0],
    ['{"a":1}', 0],
    ['null', 0],
  ])('is none where that is %s', (message, exitCode) => {
    expect(answerOf(ended({ exitCode, message }))).toBe(`the pod ended with code ${exitCode} and said: ${message}.`);
  });

  test('is none where it says nothing, or never ran', () => {
    expect(answerOf(ended({ exitCode: 137 }))).toBe('the pod ended with code 137 and said: nothing.');
    expect(
      answerOf({ ...probePod(workshop, from, []), status: { phase: 'Failed', reason: 'Evicted', message: 'No room' } }),
    ).toBe('the pod ended: Evicted: No room.');
  });

  test('is still to come while it runs', () => {
    expect(answerOf(probePod(workshop, from, []))).toBeUndefined();
    expect(
      answerOf({
        ...probePod(workshop, from, []),
        status: { phase: 'Running', containerStatuses: [{ name: 'probe', state: { running: {} } }] },
      }),
    ).toBeUndefined();
  });

  test('that does not come is said with what the pod waits for', () => {
    const waiting = {
      containerStatuses: [
        { name: 'probe', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
      ],
    };
    expect(stuckText({ status: waiting })).toContain('60 s, ImagePullBackOff: no such image.');
    expect(
      stuckText({
        status: {
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
        },
      }),
    ).toContain('Unschedulable: 0/1 nodes');
    expect(stuckText()).toBe('the pod did not end within 60 s.');
  });
});

test('what was not tried is not claimed', () => {
  expect(notProbed(1)).toMatchObject({
    status: 'Unknown',
    reason: 'NotProbed',
    message: 'Needs two seats that are Ready to try it between, found 1.',
  });
  expect(notProbed(2).message).toBe('Is being tried.');
  expect(probeFailed('quota.')).toMatchObject({
    status: 'Unknown',
    message: 'Could not be tried: quota. It is tried again by itself.',
  });
});
