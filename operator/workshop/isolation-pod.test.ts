import { targetsIn } from '../../apps/isolation-probe/contract.ts';
import type { Target } from '../../apps/isolation-probe/contract.ts';
import { LABELS } from '../api/types.ts';
import { PROBE_RESOURCES } from '../seat/quota.ts';
import { amountsOf } from '../../kubernetes/quantity.ts';
import { aWorkshop, seatOf } from './testing/fixtures.ts';
import { probeAnswer, probePod, timeoutText } from './isolation-pod.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { versions } from '../../lab/versions.ts';

const workshop = aWorkshop({ seats: 2 });
const from = seatOf(workshop, 0, { phase: 'Ready' });
const to = seatOf(workshop, 1, { phase: 'Ready' });
const pair = { from, to };

describe('pod of the isolation test', () => {
  const foreign: Target[] = [{ path: 'service', name: 'class-b/lab-dice', host: '10.0.0.7', port: 8080 }];
  const pod = probePod(workshop, pair, foreign);
  const [container] = pod.spec.containers;

  test("gives the pod its own seat's guide as the control, and the targets of the other seat", () => {
    expect(targetsIn(container?.env?.[0]?.value ?? '')).toEqual([
      { path: 'control', name: 'lab-guide', host: 'lab-guide', port: 8080 },
      ...foreign,
    ]);
  });

  test("tries to reach its own seat's guide at the port of the guide's Service", () => {
    const elsewhere = probePod(
      workshop,
      { from: { ...from, spec: { ...from.spec, lab: { guide: { service: { port: 80 } } } } }, to },
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

  test('builds pods with names that nobody can guess, and that begin as the admission policy expects', () => {
    const names = [pod, probePod(workshop, pair, foreign)].map(({ metadata: { name } }) => name);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^isolation-probe-[0-9a-f]{10}$/);
  });

  test('builds a pod that prefers a node of the other seat, whose pods are then its neighbours', () => {
    const [preferred] = pod.spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(preferred?.podAffinityTerm).toMatchObject({ namespaces: [to.metadata.name] });
  });

  test('builds a pod with the lab image, Pod Security "restricted" and the reserved resources', () => {
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(container).toMatchObject({
      image: `docker.io/library/intro-otel:${versions.lab}`,
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

describe("answer of the isolation test's pod", () => {
  const ended = (terminated: { exitCode: number; message?: string }): Pod => ({
    ...probePod(workshop, pair, []),
    status: { phase: 'Succeeded', containerStatuses: [{ name: 'probe', state: { terminated } }] },
  });

  const answer = {
    control: 'connected',
    linkLocal: 'off',
    paths: { service: { tried: 3, guarded: 0, reached: 0, names: [] } },
  };

  test("reads the pod's answer from its termination message", () => {
    expect(probeAnswer(ended({ exitCode: 0, message: JSON.stringify(answer) }))).toEqual(answer);
  });

  test.each([
    ['TARGETS is not set', 1],
    ['[]', 0],
    ['{"a":1}', 0],
    ['{"control":"connected","linkLocal":"off","paths":{"service":{"tried":"3"}}}', 0],
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
        ...probePod(workshop, pair, []),
        status: { phase: 'Failed', reason: 'Evicted', message: 'No room' },
      }),
    ).toBe('the pod ended: Evicted: No room.');
  });

  test('returns no answer while the pod runs', () => {
    expect(probeAnswer(probePod(workshop, pair, []))).toBeUndefined();
    expect(
      probeAnswer({
        ...probePod(workshop, pair, []),
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
