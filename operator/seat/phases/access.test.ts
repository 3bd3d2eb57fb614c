import { KINDS } from '../../../kubernetes/kinds.ts';
import { apiError } from '../../engine/testing/fake-api.ts';
import { aSeat } from '../testing/fixtures.ts';
import { MINUTE, NAME, aReadySeatHarness, aSeatHarness, inSeat } from '../testing/seat-harness.ts';
import type { SeatHarness } from '../testing/seat-harness.ts';
import type { Secret } from '../../../kubernetes/types.ts';

describe('the kubeconfig', () => {
  const lifetime = { access: { tokenLifetime: '1h' } };

  test('gives the token the lifetime from the Workshop, and renews it after four fifths of this time', async () => {
    const harness = await aReadySeatHarness(aSeat({ spec: lifetime }));
    expect(harness.api.writes.find(({ verb }) => verb === 'token')).toMatchObject({
      name: 'attendee',
      namespace: NAME,
      body: { seconds: 3600 },
    });
    expect(harness.seat.status?.access).toEqual({
      secret: 'class-ada/kubeconfig',
      issuedAt: '2026-01-01T00:00:00Z',
      expiresAt: '2026-01-01T01:00:00Z',
      renewAt: '2026-01-01T00:48:00Z',
      handedOutUntil: '2026-01-01T01:00:00Z',
    });
    const before = harness.kubeconfig;
    harness.clock.advance(46 * MINUTE);
    await harness.reconcile();
    expect(harness.kubeconfig).toBe(before);
    expect((await harness.reconcile())?.requeueAfter).toBe(MINUTE);
    harness.clock.advance(MINUTE);
    await harness.reconcile();
    expect(harness.kubeconfig).not.toBe(before);
    expect(harness.seat.status?.access?.expiresAt).toBe('2026-01-01T01:48:00Z');
  });

  test('announces at each renewal when the file that was handed out ends, and how to hand out the next', async () => {
    const harness = await aReadySeatHarness(aSeat({ spec: lifetime }));
    harness.clock.advance(47 * MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.access).toMatchObject({
      expiresAt: '2026-01-01T01:48:00Z',
      handedOutUntil: '2026-01-01T01:00:00Z',
    });
    expect(harness.events.at(-1)).toMatchObject({
      type: 'Warning',
      reason: 'KubeconfigRenewed',
      message: expect.stringMatching(
        /handed out before ends at 2026-01-01T01:00:00Z\. Hand the Secret out again: kubectl -n class-ada get secret/,
      ) as string,
    });
    expect(harness.condition('Access')?.message).toContain(
      'Files that you handed out before 2026-01-01T00:48:00Z end at 2026-01-01T01:00:00Z.',
    );
  });

  test('does not promise that an earlier kubeconfig still works after a change of its settings', async () => {
    const harness = await aReadySeatHarness();
    harness.change({ revision: 'r2', access: { server: 'https://other.example.com' } });
    await harness.reconcile();
    const { expiresAt, handedOutUntil } = harness.seat.status?.access ?? {};
    expect(handedOutUntil).toBe(expiresAt);
    expect(harness.events.at(-1)?.message).toContain('A file that you handed out before may not work any more.');
  });

  test('reports ServerIsLocal for a kubeconfig that only works on the machine of the cluster', async () => {
    const harness = aSeatHarness();
    harness.clusterInfo.server = 'https://127.0.0.1:6443';
    await harness.reconcile();
    expect(harness.condition('Access')).toMatchObject({ status: 'True', reason: 'ServerIsLocal' });
    harness.change({ revision: 'r2', access: { server: 'https://kube.example.com' } });
    await harness.reconcile();
    expect(harness.condition('Access')).toMatchObject({ status: 'True', reason: 'KubeconfigValid' });
  });

  test('checks the kubeconfig every half hour, and creates it again if somebody deleted it', async () => {
    const harness = await aReadySeatHarness();
    harness.api.remove(KINDS.Secret, inSeat('kubeconfig'));
    await harness.reconcile();
    expect(harness.kubeconfig).toBe('');
    harness.clock.advance(30 * MINUTE);
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.reads()).toEqual(['get Secret']);
    expect(harness.kubeconfig).toContain('token: "token-');
  });

  test('does not write the kubeconfig again if a check finds that it is up to date', async () => {
    const harness = await aReadySeatHarness();
    harness.clock.advance(30 * MINUTE);
    const watch = harness.watch();
    await harness.reconcile();
    expect([watch.reads(), watch.writes()]).toEqual([['get Secret'], []]);
  });

  test("writes the kubeconfig again when the API server's URL for attendees changes", async () => {
    const harness = await aReadySeatHarness();
    harness.change({ revision: 'r2', access: { server: 'https://other.example.com' } });
    await harness.reconcile();
    expect(harness.kubeconfig).toContain('server: "https://other.example.com"');
  });

  test("writes the kubeconfig again after somebody replaced the attendee's ServiceAccount", async () => {
    const harness = await aReadySeatHarness();
    harness.api.remove(KINDS.ServiceAccount, inSeat('attendee'));
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toContain('token ServiceAccount attendee');
  });

  test('renews the kubeconfig in time even for a seat with a permanent problem', async () => {
    const harness = await aReadySeatHarness(aSeat({ spec: lifetime }));
    harness.change({ revision: 'r2', quota: { pods: 1 } });
    await harness.reconcile();
    const before = harness.kubeconfig;
    harness.clock.advance(48 * MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.kubeconfig).not.toBe(before);
    expect(harness.condition('Access')).toMatchObject({ status: 'True' });
  });

  test("writes the kubeconfig's token to no object except its Secret", async () => {
    const harness = await aReadySeatHarness();
    expect(harness.kubeconfig).toMatch(/token-\d+/);
    const others = harness.api.writes.filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify([others, harness.seat, harness.events])).not.toMatch(/token-\d+/);
  });

  test('reports NoKubeconfig and Ready=False if the API server refuses to create the token', async () => {
    const harness = aSeatHarness();
    harness.api.fail({ verb: 'token' }, apiError(403, 'Forbidden', 'cannot create serviceaccounts/token'), 3);
    await harness.reconcile();
    harness.settle();
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({ status: 'False', reason: 'NoKubeconfig' });
    expect(harness.condition('Provisioned')).toMatchObject({ status: 'True' });
  });
});

describe('the link that logs in to the guide', () => {
  const linkOf = (harness: SeatHarness) =>
    Buffer.from(harness.get<Secret>('Secret', 'kubeconfig')?.data?.['link'] ?? '', 'base64').toString();

  async function aSeatWithToken(type: 'LoadBalancer' | 'ClusterIP') {
    const harness = aSeatHarness(aSeat({ spec: { lab: { guide: { service: { type } } } } }));
    await harness.reconcile();
    harness.api.edit(KINDS.Service, inSeat('lab-guide'), {
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
    });
    const data = { token: Buffer.from('a-token').toString('base64') };
    harness.api.seed({ apiVersion: 'v1', kind: 'Secret', metadata: inSeat('lab-guide-key'), data } as never);
    return harness;
  }

  test('is in the Secret with the kubeconfig once the guide has started, and nowhere else', async () => {
    const harness = await aSeatWithToken('LoadBalancer');
    await harness.reconcile();
    expect(linkOf(harness)).toBe('');
    harness.settle();
    await harness.reconcile();
    expect(linkOf(harness)).toBe('http://192.0.2.7:8080/login?key=a-token');
    expect(harness.seat.status?.url).toBe('http://192.0.2.7:8080/');
    expect(JSON.stringify([harness.seat, harness.events])).not.toContain('a-token');
    const watch = harness.watch();
    await harness.reconcile();
    expect([watch.reads(), watch.writes()]).toEqual([[], []]);
  });

  test('costs no request for a ready seat whose guide people reach with port-forward only', async () => {
    const harness = await aSeatWithToken('ClusterIP');
    harness.settle();
    await harness.reconcile();
    const watch = harness.watch();
    await harness.reconcile();
    expect([linkOf(harness), watch.reads()]).toEqual(['', []]);
  });
});
