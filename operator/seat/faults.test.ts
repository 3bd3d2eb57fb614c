import { LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import { KINDS } from '../api/kinds.ts';
import { areFaultsChanged, faultsOf } from './faults.ts';
import { aSeat, smallLab } from './testing/fixtures.ts';
import { labCache } from './rendered-lab.ts';
import type { LabTemplate } from './rendered-lab.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import { aSeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const workshop = (label?: string): Workshop => ({
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Workshop',
  metadata: { name: 'class', uid: 'class-1', ...(label !== undefined && { labels: { [LABELS.faults]: label } }) },
  spec: { seats: 1 },
});

test.each([
  [undefined, undefined],
  ['', ''],
  ['none', ''],
  ['spike', 'spike'],
  ['spike.timeouts', 'spike,timeouts'],
  ['spike_timeouts', 'spike,timeouts'],
  ['..spike.', 'spike'],
  ['spkie', undefined],
  ['spkie.timeouts', 'timeouts'],
  ['none.spkie', undefined],
])('reads the faults label %j as %j', (label, expected) => {
  expect(faultsOf(workshop(label))).toBe(expected);
});

test.each<[string, Workshop | undefined, Workshop | undefined, boolean]>([
  ['set', workshop(), workshop('spike'), true],
  ['changed', workshop('spike'), workshop('timeouts'), true],
  ['removed', workshop('spike'), workshop(), true],
  ['deleted with the Workshop', workshop('spike'), undefined, true],
  ['unchanged', workshop('spike'), workshop('spike'), false],
  ['never set', undefined, workshop(), false],
])("detects whether the Workshop's faults label changed: %s", (_title, before, after, expected) => {
  expect(areFaultsChanged(before, after)).toBe(expected);
});

describe('faults of a class', () => {
  const withFaults: LabTemplate = (values) => (namespace) => [
    ...smallLab(values)(namespace),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lab-faults', namespace } },
  ];
  const faultsOn = (harness: SeatHarness) => harness.get<ConfigMap>('ConfigMap', 'lab-faults')?.data?.['faults'];
  const switchedBy = (harness: SeatHarness) =>
    harness.get<ConfigMap>('ConfigMap', 'lab-faults')?.metadata.annotations?.['intro-otel.dev/faults-of'];

  async function readyHarness(label?: string): Promise<SeatHarness> {
    const harness = aSeatHarness(aSeat(), { labOf: labCache(withFaults) });
    harness.api.seed(workshop(label));
    await harness.reconcile();
    harness.settle();
    await harness.reconcile();
    return harness;
  }

  async function label(harness: SeatHarness, value: string | null): Promise<string[]> {
    harness.api.edit(KINDS.Workshop, { name: 'class' }, { metadata: { labels: { [LABELS.faults]: value } } });
    const watch = harness.watch();
    await harness.reconcile();
    return watch.writes();
  }

  test("switches a seat's faults with one write when the Workshop's faults label changes", async () => {
    const harness = await readyHarness();
    expect(faultsOn(harness)).toBeUndefined();
    expect(await label(harness, 'spike.timeouts')).toEqual(['apply ConfigMap lab-faults']);
    expect(faultsOn(harness)).toBe('spike,timeouts');
    expect(switchedBy(harness)).toBe('class');
    expect(harness.events.at(-1)?.message).toBe(
      "The lab's faults now follow the Workshop's label intro-otel.dev/faults.",
    );
    expect(await label(harness, null)).toEqual(['apply ConfigMap lab-faults']);
    expect([faultsOn(harness), switchedBy(harness)]).toEqual([undefined, undefined]);
  });

  test("switches the Workshop's faults on from the start in a seat that is created later", async () => {
    expect(faultsOn(await readyHarness('spike'))).toBe('spike');
  });

  test('keeps the faults that a lab has switched on itself when the label names no known fault', async () => {
    const harness = await readyHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'timeouts' } });
    expect(await label(harness, 'spkie')).toEqual([]);
    expect(faultsOn(harness)).toBe('timeouts');
  });

  test('keeps faults that somebody switched on in a single lab while the Workshop has no faults label', async () => {
    const harness = await readyHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'timeouts' } });
    const watch = harness.watch();
    await harness.reconcile();
    expect([watch.writes(), faultsOn(harness)]).toEqual([[], 'timeouts']);
  });

  test("follows the Workshop's faults label even after somebody switched other faults on in a single lab", async () => {
    const harness = await readyHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'timeouts' } });
    await label(harness, 'none');
    expect(faultsOn(harness)).toBe('');
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'spike' } });
    await harness.reconcile();
    expect(faultsOn(harness)).toBe('');
  });
});
