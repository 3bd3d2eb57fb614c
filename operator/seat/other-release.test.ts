import { labCache } from './rendered-lab.ts';
import type { LabTemplate } from './rendered-lab.ts';
import type { Deployment } from '../../kubernetes/types.ts';
import { aDeployment, aSeat, smallLab } from './testing/fixtures.ts';
import { aReadySeatHarness } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

/** The lab of another release: the dice request more CPU, and there is one more Deployment. */
const otherLab: LabTemplate = (values) => (namespace) => [
  ...smallLab(values)(namespace).filter(
    (object) => object.kind !== 'Deployment' || object.metadata.name !== 'lab-dice',
  ),
  aDeployment('dice', { resources: { requests: { cpu: '200m' } }, namespace }),
  aDeployment('extra', { namespace }),
];
const hash = labCache(smallLab)().hash;
const otherHash = labCache(otherLab)().hash;

/** A seat that is ready with the lab of one release, and an operator of the other release that starts. */
async function upgraded(): Promise<SeatHarness> {
  const harness = await aReadySeatHarness(aSeat({ spec: { labHash: hash } }));
  harness.restart({ labOf: labCache(otherLab) });
  return harness;
}

const cpuOf = (harness: SeatHarness): unknown =>
  harness.get<Deployment>('Deployment', 'lab-dice')?.spec.template.spec.containers[0]?.resources?.requests?.['cpu'];

/** The change that the Workshop's rollout makes. */
const turn = { revision: 'r2', labHash: otherHash } as const;

describe('a seat with the lab of another release', () => {
  test('keeps its lab and its revision, stays ready, and says what it waits for', async () => {
    const harness = await upgraded();
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply Seat class-ada/status']);
    expect(cpuOf(harness)).toBe('100m');
    expect(harness.seat.status).toMatchObject({ phase: 'Ready', revision: 'r1' });
    expect(harness.condition('Provisioned')).toMatchObject({
      status: 'True',
      reason: 'AwaitsRollout',
      message: expect.stringMatching(/Another release.*rollout of Workshop class reaches this seat/) as string,
    });
  });

  test('gets the new lab when the rollout reaches it', async () => {
    const harness = await upgraded();
    await harness.reconcile();
    harness.change(turn);
    await harness.reconcile();
    expect(cpuOf(harness)).toBe('200m');
    expect(harness.seat.status).toMatchObject({ phase: 'Provisioning', revision: 'r2' });
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(harness.condition('Provisioned')?.reason).toBe('Provisioned');
  });

  test('is reported as not ready if a pod of its old lab fails', async () => {
    const harness = await upgraded();
    harness.settle('lab-dice');
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Provisioning');
    expect(harness.condition('Ready')?.status).toBe('False');
  });

  test('stops at once when the instructor stops it, and starts again with the rollout', async () => {
    const harness = await upgraded();
    harness.change({ replicas: 0 });
    await harness.reconcile();
    expect(harness.get<Deployment>('Deployment', 'lab-dice')?.spec.replicas).toBe(0);
    harness.change({ ...turn, replicas: 1 });
    await harness.reconcile();
    expect(harness.get<Deployment>('Deployment', 'lab-dice')?.spec.replicas).toBe(1);
  });

  test('does not claim to be complete if the other release has not finished it', async () => {
    const harness = await upgraded();
    harness.change({ revision: 'r1b' });
    await harness.reconcile();
    expect(harness.seat.status?.revision).toBe('r1');
    expect(harness.condition('Provisioned')).toMatchObject({ status: 'False', reason: 'AwaitsRollout' });
  });
});

describe('a seat with the lab of this release', () => {
  test('never waits, also after a restart of the operator', async () => {
    const harness = await aReadySeatHarness(aSeat({ spec: { labHash: hash } }));
    harness.restart();
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual([]);
  });
});
