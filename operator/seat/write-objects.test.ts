import { LABELS, MANAGED_BY } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { aSeat } from './testing/fixtures.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';
import { MINUTE, NAME, aReadySeatHarness, inSeat } from './testing/seat-harness.ts';

describe('a ready seat', () => {
  test('sends no request for an unchanged ready seat, and requeues the seat within half an hour', async () => {
    const harness = await aReadySeatHarness();
    const watch = harness.watch();
    const result = await harness.reconcile();
    expect([...watch.writes(), ...watch.reads()]).toEqual([]);
    expect(result?.requeueAfter).toBeGreaterThan(MINUTE);
    expect(result?.requeueAfter).toBeLessThanOrEqual(30 * MINUTE);
  });

  test('sends no request for a ready seat after a restart of the operator', async () => {
    const harness = await aReadySeatHarness();
    harness.restart();
    const watch = harness.watch();
    await harness.reconcile();
    expect([...watch.writes(), ...watch.reads()]).toEqual([]);
  });

  test('repairs an object that somebody changed, and writes no other object', async () => {
    const harness = await aReadySeatHarness();
    harness.api.edit(KINDS.NetworkPolicy, inSeat('default-deny'), { spec: { egress: [{}] } });
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply NetworkPolicy default-deny']);
    expect(harness.get('NetworkPolicy', 'default-deny')).toMatchObject({ spec: { egress: [] } });
    expect(harness.events.at(-1)).toMatchObject({
      about: 'Seat class-ada',
      type: 'Normal',
      reason: 'Repaired',
      message: 'NetworkPolicy default-deny differed from the lab and was restored.',
    });
  });

  test('restores an object of the lab that somebody deleted', async () => {
    const harness = await aReadySeatHarness();
    harness.api.remove(KINDS.Service, inSeat('lab-guide'));
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply Service lab-guide']);
  });

  test("restores the labels of a seat's namespace", async () => {
    const harness = await aReadySeatHarness();
    harness.api.edit(
      KINDS.Namespace,
      { name: NAME },
      { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
    );
    await harness.reconcile();
    expect(harness.get<Seat>('Namespace', NAME)?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(harness.events.at(-1)?.message).toBe('Namespace class-ada differed from the lab and was restored.');
  });

  test('deletes objects that are no longer part of the lab, and keeps objects that the attendee created', async () => {
    const harness = await aReadySeatHarness(aSeat({ spec: { lab: { guide: { service: { type: 'NodePort' } } } } }));
    harness.api.seed({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...inSeat('copy'), labels: harness.get<ConfigMap>('ConfigMap', 'lab-dice')?.metadata.labels ?? {} },
    });
    expect(harness.get('NetworkPolicy', 'guide-from-outside')).toBeDefined();
    harness.change({ revision: 'r2', lab: { guide: { service: { type: 'ClusterIP' } } } });
    await harness.reconcile();
    expect(harness.get('NetworkPolicy', 'guide-from-outside')).toBeUndefined();
    expect(harness.get('ConfigMap', 'copy')).toBeDefined();
  });

  test("does not delete an object in another namespace that carries the seat's labels", async () => {
    const harness = await aReadySeatHarness();
    harness.api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'class-bob' } });
    await harness.api.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'class-bob', labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.seat]: NAME } },
    });
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual([]);
  });

  test("reports a new revision in the status only after all of the seat's objects match the revision", async () => {
    const harness = await aReadySeatHarness();
    harness.change({ revision: 'r2', lab: { instrumentation: 'manual' } });
    harness.api.fail({ kind: 'Deployment', name: 'lab-dice' }, apiError(500, 'InternalError'));
    await expect(harness.reconcile()).rejects.toThrow('InternalError');
    expect(harness.seat.status?.revision).toBe('r1');
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ revision: 'r2', observedGeneration: 2, phase: 'Provisioning' });
    expect(harness.condition('Ready')).toMatchObject({ status: 'False', reason: 'Updating' });
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(harness.readyAfter).toHaveLength(1);
  });

  test.each([
    [
      'with a changed immutable field',
      'RoleBinding',
      'attendee',
      { roleRef: { name: 'view' } },
      'cannot change roleRef',
    ],
    [
      'whose port number somebody changed',
      'Service',
      'lab-guide',
      { spec: { ports: [{ name: 'http', port: 81 }] } },
      'spec.ports[1].name: Duplicate value: "http"',
    ],
  ] as const)('replaces an object %s', async (...[, kind, name, edit, message]) => {
    const harness = await aReadySeatHarness();
    const { roleRef, spec } = harness.get(kind, name) as { roleRef?: object; spec?: { ports?: object[] } };
    harness.api.edit(KINDS[kind], inSeat(name), edit);
    harness.api.fail({ verb: 'apply', kind }, apiError(422, 'Invalid', message));
    await harness.reconcile();
    expect(harness.get(kind, name)).toBeUndefined();
    await harness.reconcile();
    expect(harness.get(kind, name)).toMatchObject(kind === 'Service' ? { spec: { ports: spec?.ports } } : { roleRef });
  });

  test("updates a seat's NetworkPolicy when the API server's address changes", async () => {
    const harness = await aReadySeatHarness();
    harness.clusterInfo.apiServers = { addresses: ['10.0.0.9'], port: 6443 };
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply NetworkPolicy api-server']);
  });
});

test("gives the pods of the guide the attendee's display name, and restarts only the guide if it changes", async () => {
  const harness = await aReadySeatHarness(aSeat({ spec: { displayName: 'Ada L.' } }));
  const annotations = () => harness.get<Deployment>('Deployment', 'lab-guide')?.spec.template.metadata?.annotations;
  expect(annotations()).toMatchObject({ 'intro-otel.dev/display-name': 'Ada L.' });
  harness.change({ displayName: 'Ada Lovelace' });
  const watch = harness.watch();
  await harness.reconcile();
  expect(annotations()).toMatchObject({ 'intro-otel.dev/display-name': 'Ada Lovelace' });
  expect(watch.writes().filter((write) => !write.endsWith('/status'))).toEqual(['apply Deployment lab-guide']);
});
