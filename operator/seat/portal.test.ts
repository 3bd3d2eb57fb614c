import { KINDS } from '../api/kinds.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import { PORTAL } from '../../lab/names.ts';
import { aSeat } from './testing/fixtures.ts';
import { NAME, aSeatHarness } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const account = { name: 'intro-otel-portal', namespace: 'intro-otel' };
const portal = (publicKey?: string) => ({ portal: { account, publicKey: () => publicKey } });

const keyIn = (harness: SeatHarness): string | undefined =>
  harness.get<ConfigMap>('ConfigMap', PORTAL.configMap)?.data?.[PORTAL.publicKey];

async function aReadySeat(publicKey?: string): Promise<SeatHarness> {
  const harness = aSeatHarness(aSeat(), portal(publicKey));
  await harness.reconcile();
  harness.settle();
  await harness.reconcile();
  return harness;
}

test("gives a seat the portal's public key, and lets the portal look for the guide's pod and reach it", async () => {
  const harness = await aReadySeat('PEM');
  expect(keyIn(harness)).toBe('PEM');
  expect(harness.get('RoleBinding', 'intro-otel-seat-portal')).toMatchObject({
    roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-portal' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  expect(harness.get('NetworkPolicy', 'guide-from-portal')).toMatchObject({
    spec: {
      podSelector: { matchExpressions: [{ values: ['guide'] }] },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'intro-otel' } },
              podSelector: { matchLabels: { 'app.kubernetes.io/component': 'portal' } },
            },
          ],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
    },
  });
});

test('changes only the ConfigMap of the key after a rotation, so that no pod restarts', async () => {
  const harness = await aReadySeat('PEM');
  harness.restart(portal('NEW'));
  const watch = harness.watch();
  await harness.reconcile();
  expect([watch.writes(), keyIn(harness)]).toEqual([[`apply ConfigMap ${PORTAL.configMap}`], 'NEW']);
});

test('leaves the key of a seat as it is while the operator does not know the key, as after its start', async () => {
  const harness = await aReadySeat('PEM');
  harness.restart(portal());
  const watch = harness.watch();
  await harness.reconcile();
  expect([watch.writes(), keyIn(harness)]).toEqual([[], 'PEM']);
  expect(keyIn(await aReadySeat())).toBeUndefined();
});

test('removes what the portal had in a seat once the release has no portal', async () => {
  const harness = await aReadySeat('PEM');
  harness.restart({ portal: undefined } as object);
  await harness.reconcile();
  expect([
    keyIn(harness),
    harness.get('RoleBinding', 'intro-otel-seat-portal'),
    harness.get('NetworkPolicy', 'guide-from-portal'),
  ]).toEqual([undefined, undefined, undefined]);
});

const at = '2026-01-05T09:00:00Z';

test.each<[what: string, spec: object]>([
  ['claims', { claim: { id: 'a'.repeat(64), name: 'Ada', key: 'b'.repeat(64), at } }],
  ['asks for help in', { help: { text: 'Where?', at } }],
  ['looks at', { hint: { text: 'There.', by: 'Nina', at }, visit: { by: 'Nina', at } }],
])('changes nothing but the status of a seat that somebody %s', async (_, spec) => {
  const harness = await aReadySeat('PEM');
  const { generation } = harness.api.edit(KINDS.Seat, { name: NAME }, { spec }).metadata;
  const watch = harness.watch();
  await harness.reconcile();
  expect([watch.writes(), harness.seat.status]).toMatchObject([
    ['apply Seat class-ada/status'],
    { phase: 'Ready', observedGeneration: generation },
  ]);
});
