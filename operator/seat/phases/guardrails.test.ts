import { KINDS } from '../../../kubernetes/kinds.ts';
import { aSeat, smallLab } from '../testing/fixtures.ts';
import { labCache } from '../rendered-lab.ts';
import type { LabTemplate } from '../rendered-lab.ts';
import { NAME, aSeatHarness, inSeat } from '../testing/seat-harness.ts';
import type { SeatHarness } from '../testing/seat-harness.ts';

describe("the lab's Secret", () => {
  const account = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'lab-guide', namespace },
  });
  const key = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'lab-guide-key', namespace },
    type: 'Opaque',
  });
  const withKey: LabTemplate = (values) => (namespace) => [
    ...smallLab(values)(namespace),
    account(namespace),
    key(namespace),
  ];
  const harnessWithSecret = () => aSeatHarness(aSeat(), { labOf: labCache(withKey) });
  const writesOf = (harness: SeatHarness) =>
    harness.api.writes
      .filter(({ kind, name }) => kind === 'Secret' && name === 'lab-guide-key')
      .map(({ verb }) => verb);

  test("creates the lab's Secret empty and before the account that fills it, and never touches it again", async () => {
    const harness = harnessWithSecret();
    await harness.reconcile();
    const made = harness.api.writes.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
    expect(made.indexOf('create Secret lab-guide-key')).toBeLessThan(made.indexOf('apply ServiceAccount lab-guide'));
    harness.api.edit(KINDS.Secret, inSeat('lab-guide-key'), { data: { key: 'c2VjcmV0' } });
    harness.change({ revision: 'another', lab: { instrumentation: 'manual' } });
    await harness.reconcile();
    harness.restart();
    await harness.reconcile();
    expect(writesOf(harness)).toEqual(['create']);
    expect(harness.get('Secret', 'lab-guide-key')).toMatchObject({
      data: { key: 'c2VjcmV0' },
      metadata: { labels: { 'intro-otel.dev/seat': NAME } },
    });
    expect(harness.api.reads.filter(({ kind, name }) => kind === 'Secret' && name === 'lab-guide-key')).toEqual([]);
  });

  test("does not change the lab's Secret if it already exists", async () => {
    const harness = harnessWithSecret();
    await harness.reconcile();
    harness.api.edit(KINDS.Secret, inSeat('lab-guide-key'), { data: { key: 'c2VjcmV0' } });
    harness.api.remove(KINDS.ServiceAccount, inSeat('lab-guide'));
    await harness.reconcile();
    expect(writesOf(harness)).toEqual(['create', 'create']);
    expect(harness.get('Secret', 'lab-guide-key')).toMatchObject({ data: { key: 'c2VjcmV0' } });
  });
});
