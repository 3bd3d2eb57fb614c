import { FINALIZER, LABELS, MANAGED_BY } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { aSeat } from './testing/fixtures.ts';
import { labOf } from './lab.ts';
import type { ConfigMap, Deployment } from './types.ts';
import { MINUTE, NAME, aReadySeatHarness, aSeatHarness, inSeat, operator } from './testing/seat-harness.ts';

describe('a new seat', () => {
  test('gets a namespace, rights in it, fences, a lab without pods, a quota, a kubeconfig, and pods last of all', async () => {
    const world = aSeatHarness();
    const watch = world.watch();
    await world.reconcile();
    const writes = watch.writes();
    expect(writes.slice(0, 3)).toEqual([
      'create Namespace class-ada',
      'create RoleBinding intro-otel-seat-operator',
      'apply LimitRange seat',
    ]);
    const first = (kind: string): number => writes.findIndex((write) => write.includes(` ${kind} `));
    const last = (kind: string): number => writes.findLastIndex((write) => write.includes(` ${kind} `));
    expect(first('Deployment')).toBeGreaterThan(
      Math.max(last('NetworkPolicy'), last('LimitRange'), last('RoleBinding')),
    );
    expect(writes.slice(-6)).toEqual([
      'apply ResourceQuota seat',
      'token ServiceAccount attendee',
      'apply Secret kubeconfig',
      'apply Deployment lab-dice',
      'apply Deployment lab-guide',
      'apply Seat class-ada/status',
    ]);
    expect(new Set(writes).size).toBe(writes.length);
  });

  test('has its name and its owner on the namespace, and Pod Security "restricted"', async () => {
    const world = aSeatHarness();
    await world.reconcile();
    expect(world.get('Namespace', NAME)).toMatchObject({
      metadata: {
        labels: {
          [LABELS.managedBy]: MANAGED_BY,
          [LABELS.seat]: NAME,
          [LABELS.workshop]: 'class',
          [LABELS.attendee]: 'ada',
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/enforce-version': 'latest',
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
        ownerReferences: [
          {
            apiVersion: 'intro-otel.dev/v1alpha1',
            kind: 'Seat',
            name: NAME,
            uid: 'seat-1',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
    });
  });

  test("binds the operator's and the attendee's accounts to cluster roles by name, and makes no roles", async () => {
    const world = aSeatHarness();
    await world.reconcile();
    expect(world.get('RoleBinding', 'intro-otel-seat-operator')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-operator' },
      subjects: [{ kind: 'ServiceAccount', ...operator }],
    });
    expect(world.get('RoleBinding', 'attendee')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-attendee' },
      subjects: [{ kind: 'ServiceAccount', name: 'attendee', namespace: NAME }],
    });
    expect(world.get('ServiceAccount', 'attendee')).toMatchObject({ automountServiceAccountToken: false });
  });

  test('carries its labels on every object', async () => {
    const world = aSeatHarness();
    await world.reconcile();
    const labelled = world.api.writes
      .filter(({ verb, kind }) => verb !== 'token' && kind !== 'Seat')
      .map(({ body }) => (body as Seat).metadata.labels?.[LABELS.seat]);
    expect(labelled.length).toBeGreaterThan(12);
    expect(new Set(labelled)).toEqual(new Set([NAME]));
  });

  test('is Provisioning until its Deployments are available, then Ready, which is counted once', async () => {
    const world = aSeatHarness();
    await world.reconcile();
    expect(world.seat.status).toMatchObject({
      phase: 'Provisioning',
      observedGeneration: 1,
      namespace: NAME,
      revision: 'r1',
      replicas: 1,
    });
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'Starting' });
    world.clock.advance(20_000);
    world.settle();
    await world.reconcile();
    await world.reconcile();
    expect(world.seat.status).toMatchObject({
      phase: 'Ready',
      readyAt: '2026-01-01T00:00:20Z',
      url: 'kubectl -n class-ada port-forward service/lab-guide 8080:8080',
    });
    expect(world.condition('Ready')).toMatchObject({
      status: 'True',
      message: 'All 2 Deployments of the lab are available.',
      observedGeneration: 1,
    });
    expect(world.readyAfter).toEqual([20]);
    expect(world.events.filter(({ reason }) => reason === 'Ready')).toHaveLength(1);
  });

  test('gets a finalizer first, if it has none', async () => {
    const world = aSeatHarness(aSeat({ metadata: { finalizers: ['other'] } }));
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()[0]).toBe('mergePatch Seat class-ada');
    expect(world.seat.metadata.finalizers).toEqual(['other', FINALIZER]);
  });

  test('says nothing while rights in the namespace have yet to be known, and says so after five seconds', async () => {
    const world = aSeatHarness();
    world.api.fail({ kind: 'ResourceQuota' }, apiError(403, 'Forbidden', 'cannot patch resourcequotas'), 3);
    const watch = world.watch();
    expect(await world.reconcile()).toEqual({ requeueAfter: 50 });
    expect(watch.writes().at(-1)).toBe('apply ResourceQuota seat');
    world.clock.advance(4_000);
    expect(await world.reconcile()).toEqual({ requeueAfter: 50 });
    world.clock.advance(1_000);
    await world.reconcile();
    expect(world.condition('Ready')).toMatchObject({
      reason: 'Forbidden',
      message: expect.stringContaining('cannot patch resourcequotas') as string,
    });
    world.clock.advance(30_000);
    await world.reconcile();
    expect(world.condition('Provisioned')).toMatchObject({ status: 'True' });
  });

  test('is made once, though its maker is replaced half way through', async () => {
    const world = aSeatHarness();
    world.api.fail({ kind: 'Deployment' }, apiError(500, 'InternalError'), 2);
    await expect(world.reconcile()).rejects.toThrow('InternalError');
    world.restart();
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual([
      'token ServiceAccount attendee',
      'apply Secret kubeconfig',
      'apply Deployment lab-dice',
      'apply Deployment lab-guide',
      'apply Seat class-ada/status',
    ]);
  });

  test('is no longer there: then nothing is done', async () => {
    const world = aSeatHarness();
    world.api.remove(KINDS.Seat, { name: NAME });
    expect(await world.reconcile()).toBeUndefined();
    expect(world.api.writes).toEqual([]);
  });
});

describe('a seat that is ready', () => {
  test('costs no request while nothing changes, and is looked at again within half an hour', async () => {
    const world = await aReadySeatHarness();
    const watch = world.watch();
    const result = await world.reconcile();
    expect([...watch.writes(), ...watch.reads()]).toEqual([]);
    expect(result?.requeueAfter).toBeGreaterThan(MINUTE);
    expect(result?.requeueAfter).toBeLessThanOrEqual(30 * MINUTE);
  });

  test('costs no request for a process that has just started, either', async () => {
    const world = await aReadySeatHarness();
    world.restart();
    const watch = world.watch();
    await world.reconcile();
    expect([...watch.writes(), ...watch.reads()]).toEqual([]);
  });

  test('is put right where somebody has changed it, and only there', async () => {
    const world = await aReadySeatHarness();
    world.api.edit(KINDS.NetworkPolicy, inSeat('default-deny'), { spec: { egress: [{}] } });
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual(['apply NetworkPolicy default-deny']);
    expect(world.get('NetworkPolicy', 'default-deny')).toMatchObject({ spec: { egress: [] } });
    expect(world.events.at(-1)).toMatchObject({
      about: 'Seat class-ada',
      type: 'Normal',
      reason: 'Repaired',
      message: 'NetworkPolicy default-deny was not as it should be, and was put right.',
    });
  });

  test('is put right where somebody has removed something', async () => {
    const world = await aReadySeatHarness();
    world.api.remove(KINDS.Service, inSeat('lab-guide'));
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual(['apply Service lab-guide']);
  });

  test('gets the labels of its namespace back', async () => {
    const world = await aReadySeatHarness();
    world.api.edit(
      KINDS.Namespace,
      { name: NAME },
      { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
    );
    await world.reconcile();
    expect(world.get<Seat>('Namespace', NAME)?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(world.events.at(-1)?.message).toBe('Namespace class-ada was not as it should be, and was put right.');
  });

  test('loses what is no longer part of its lab, but keeps what the attendee has made', async () => {
    const world = await aReadySeatHarness(aSeat({ spec: { lab: { guide: { service: { type: 'NodePort' } } } } }));
    world.api.seed({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...inSeat('copy'), labels: world.get<ConfigMap>('ConfigMap', 'lab-dice')?.metadata.labels ?? {} },
    });
    expect(world.get('NetworkPolicy', 'guide-from-outside')).toBeDefined();
    world.change({ revision: 'r2', lab: { guide: { service: { type: 'ClusterIP' } } } });
    await world.reconcile();
    expect(world.get('NetworkPolicy', 'guide-from-outside')).toBeUndefined();
    expect(world.get('ConfigMap', 'copy')).toBeDefined();
  });

  test("leaves alone what is in another namespace, though its labels say it is the seat's", async () => {
    const world = await aReadySeatHarness();
    world.api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'class-bob' } });
    await world.api.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'class-bob', labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.seat]: NAME } },
    });
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual([]);
  });

  test('follows a new revision, and says so once all objects do', async () => {
    const world = await aReadySeatHarness();
    world.change({ revision: 'r2', lab: { instrumentation: 'manual' } });
    world.api.fail({ kind: 'Deployment', name: 'lab-dice' }, apiError(500, 'InternalError'));
    await expect(world.reconcile()).rejects.toThrow('InternalError');
    expect(world.seat.status?.revision).toBe('r1');
    await world.reconcile();
    expect(world.seat.status).toMatchObject({ revision: 'r2', observedGeneration: 2, phase: 'Provisioning' });
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'Updating' });
    world.settle();
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
    expect(world.readyAfter).toHaveLength(1);
  });

  test.each([
    [
      "whose difference is in a field that can't be changed",
      'RoleBinding',
      'attendee',
      { roleRef: { name: 'view' } },
      'cannot change roleRef',
    ],
    [
      "in which somebody else's item bars ours",
      'Service',
      'lab-guide',
      { spec: { ports: [{ name: 'http', port: 81 }] } },
      'spec.ports[1].name: Duplicate value: "http"',
    ],
  ] as const)('has an object made anew %s', async (...[, kind, name, edit, says]) => {
    const world = await aReadySeatHarness();
    const { roleRef, spec } = world.get(kind, name) as { roleRef?: object; spec?: { ports?: object[] } };
    world.api.edit(KINDS[kind], inSeat(name), edit);
    world.api.fail({ verb: 'apply', kind }, apiError(422, 'Invalid', says));
    await world.reconcile();
    expect(world.get(kind, name)).toBeUndefined();
    await world.reconcile();
    expect(world.get(kind, name)).toMatchObject(kind === 'Service' ? { spec: { ports: spec?.ports } } : { roleRef });
  });

  test('follows the API server when that moves', async () => {
    const world = await aReadySeatHarness();
    world.surroundings.apiServers = { addresses: ['10.0.0.9'], port: 6443 };
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual(['apply NetworkPolicy api-server']);
  });
});

describe('a quota', () => {
  test("that the lab doesn't fit fails the seat before anything is made", async () => {
    const world = aSeatHarness(aSeat({ spec: { quota: { cpu: '100m' } } }));
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual(['apply Seat class-ada/status']);
    expect(world.seat.status?.phase).toBe('Failed');
    expect(world.condition('Ready')).toMatchObject({
      reason: 'QuotaTooSmall',
      message: expect.stringContaining('cpu 100m where 300m is needed') as string,
    });
    const again = world.watch();
    await world.reconcile();
    expect([...again.writes(), ...again.reads()]).toEqual([]);
  });

  test('that is made too small leaves the lab running as it was, and says so', async () => {
    const world = await aReadySeatHarness();
    world.change({ revision: 'r2', quota: { pods: 1 } });
    await world.reconcile();
    expect(world.seat.status).toMatchObject({ phase: 'Failed', revision: 'r1', namespace: NAME });
    expect(world.condition('Ready')?.message).toMatch(/pods 1 where 3 is needed.*The lab runs as it was before\.$/);
  });

  test('that is full is said to be, with what to do', async () => {
    const world = aSeatHarness();
    world.api.fail(
      { kind: 'Service' },
      apiError(
        403,
        'Forbidden',
        'services "lab-guide" is forbidden: exceeded quota: seat, requested: services=1, used: services=11, limited: services=11',
      ),
    );
    await world.reconcile();
    expect(world.condition('Provisioned')).toMatchObject({
      status: 'False',
      reason: 'OverQuota',
      message: expect.stringContaining('used: services=11') as string,
    });
    expect(world.seat.status?.phase).toBe('Provisioning');
  });
});

describe('a lab', () => {
  test('that is stopped by the instructor has no pods, and is started again', async () => {
    const world = await aReadySeatHarness();
    world.change({ replicas: 0 });
    await world.reconcile();
    expect(world.get<Deployment>('Deployment', 'lab-guide')?.spec.replicas).toBe(0);
    expect(world.seat.status).toMatchObject({ replicas: 1 });
    world.settle();
    await world.reconcile();
    expect(world.seat.status).toMatchObject({ phase: 'Stopped', replicas: 0 });
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'Stopped' });
    world.clock.advance(600 * MINUTE);
    world.change({ replicas: 1 });
    await world.reconcile();
    expect(world.seat.status).toMatchObject({ phase: 'Provisioning', replicas: 1 });
    world.settle();
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
    expect(world.events.map(({ reason }) => reason).filter((reason) => /^St/.test(reason))).toEqual([
      'Stopped',
      'Started',
    ]);
  });

  test('of a class that has expired is stopped too', async () => {
    const world = await aReadySeatHarness();
    world.change({ stopped: true });
    await world.reconcile();
    world.settle();
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Stopped');
  });

  test("that can't be rendered fails the seat and says which value", async () => {
    const world = aSeatHarness(
      aSeat({ spec: { lab: { collector: { pipelines: { traces: { exporters: ['nobody'] } } } } } }),
      { labOf },
    );
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
    expect(world.condition('Ready')).toMatchObject({
      reason: 'LabInvalid',
      message: expect.stringMatching(
        /collector\.pipelines\.traces\.exporters names "nobody".*Change the Workshop's spec\.lab\.$/,
      ) as string,
    });
  });

  test('that the API server refuses fails the seat and says why', async () => {
    const world = aSeatHarness();
    world.api.fail(
      { kind: 'Deployment', name: 'lab-guide' },
      apiError(422, 'Invalid', 'spec.template.spec.tolerations[0].key: Invalid value'),
    );
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
    expect(world.condition('Ready')).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('Deployment lab-guide, found: spec.template.spec.tolerations[0].key') as string,
    });
  });
});
