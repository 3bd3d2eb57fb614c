import { KINDS } from '../api/kinds.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { aReadySeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

type Kind = 'ConfigMap' | 'Deployment';

const MANAGER = 'kubectl-patch';

/** Changes an object as somebody would who sends a patch, with the managed fields that the API server would record. */
function tamper({ api }: SeatHarness, [kind, name]: readonly [Kind, string], patch: object, fields: object): void {
  const managedFields = [{ manager: MANAGER, operation: 'Update', fieldsV1: fields }];
  const { metadata } = patch as { metadata?: object };
  api.edit(KINDS[kind], inSeat(name), { ...patch, metadata: { ...metadata, managedFields } });
}

const pause = (harness: SeatHarness): void =>
  tamper(harness, ['Deployment', 'lab-guide'], { spec: { paused: true } }, { 'f:spec': { 'f:paused': {} } });
const isPaused = (harness: SeatHarness): boolean =>
  harness.get<Deployment>('Deployment', 'lab-guide')?.spec.paused === true;

describe('fields that the lab does not set', () => {
  test('removes a field from a Deployment in one write, and records an Event', async () => {
    const harness = await aReadySeatHarness();
    pause(harness);
    const watch = harness.watch();
    await harness.reconcile();
    expect([isPaused(harness), watch.writes().slice(0, 1)]).toEqual([false, ['mergePatch Deployment lab-guide']]);
    expect(harness.events).toContainEqual(expect.objectContaining({ reason: 'Repaired' }));
  });

  test.each<[string, readonly [Kind, string], object, object]>([
    [
      'the time of a restart',
      ['Deployment', 'lab-dice'],
      { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } },
      {
        'f:spec': {
          'f:template': { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } } },
        },
      },
    ],
    [
      "the attendee's files",
      ['ConfigMap', 'lab-dice'],
      { data: { 'mine.ts': '1' } },
      { 'f:data': { 'f:mine.ts': {} } },
    ],
    ['the progress', ['ConfigMap', 'lab-progress'], { data: { passed: '3' } }, { 'f:data': { 'f:passed': {} } }],
  ])('keeps %s', async (_title, what, patch, fields) => {
    const harness = await aReadySeatHarness();
    tamper(harness, what, patch, fields);
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes().filter((write) => !write.endsWith('/status'))).toEqual([]);
  });

  test("removes an annotation from a Deployment's template", async () => {
    const harness = await aReadySeatHarness();
    const annotations = { 'sidecar.istio.io/inject': 'true' };
    const fields = { 'f:metadata': { 'f:annotations': { 'f:sidecar.istio.io/inject': {} } } };
    const patch = { spec: { template: { metadata: { annotations } } } };
    tamper(harness, ['Deployment', 'lab-guide'], patch, { 'f:spec': { 'f:template': fields } });
    await harness.reconcile();
    const { template } = harness.get<Deployment>('Deployment', 'lab-guide')?.spec ?? {};
    expect(template?.metadata?.annotations).toEqual({ 'intro-otel.dev/seat-uid': 'seat-1' });
  });

  test("creates an immutable ConfigMap of the dice again, with the attendee's files", async () => {
    const harness = await aReadySeatHarness();
    const finalizers = ['example.com/stay'];
    const patch = { immutable: true, data: { 'app.ts': 'mine', 'other.ts': 'too' }, metadata: { finalizers } };
    tamper(harness, ['ConfigMap', 'lab-dice'], patch, { 'f:immutable': {} });
    const before = harness.get<ConfigMap>('ConfigMap', 'lab-dice');
    await harness.reconcile();
    const after = harness.get<ConfigMap>('ConfigMap', 'lab-dice');
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect([after?.immutable, after?.data?.['app.ts'], after?.data?.['other.ts']]).toEqual([undefined, 'mine', 'too']);
  });

  test('deletes and creates a ConfigMap whose surplus the API server refuses to remove', async () => {
    const harness = await aReadySeatHarness();
    tamper(harness, ['ConfigMap', 'lab-progress'], { immutable: true }, { 'f:immutable': {} });
    const refusal = apiError(422, 'Invalid', 'field is immutable when `immutable` is set');
    harness.api.fail({ verb: 'mergePatch', kind: 'ConfigMap' }, refusal);
    expect(await harness.reconcile()).toMatchObject({ reason: 'ObjectReplaced' });
    await harness.reconcile();
    expect(harness.get<ConfigMap>('ConfigMap', 'lab-progress')?.immutable).toBeUndefined();
  });
});

describe('fields that somebody keeps putting back', () => {
  async function aContestedSeat(): Promise<SeatHarness> {
    const harness = await aReadySeatHarness();
    for (let time = 0; time < 4; time++) {
      pause(harness);
      await harness.reconcile();
      harness.settle();
    }
    return harness;
  }

  test('repairs a field three times, and then reports who puts it back', async () => {
    const harness = await aContestedSeat();
    expect(isPaused(harness)).toBe(true);
    expect(harness.condition('Provisioned')).toMatchObject({
      status: 'True',
      reason: 'FieldsContested',
      message: expect.stringContaining(
        'field manager kubectl-patch has put back spec.paused of Deployment lab-guide three times',
      ) as string,
    });
  });

  test('repairs the field again ten minutes later', async () => {
    const harness = await aContestedSeat();
    harness.clock.advance(10 * 60_000);
    await harness.reconcile();
    expect([isPaused(harness), harness.condition('Provisioned')?.reason]).toEqual([false, 'Provisioned']);
  });
});
