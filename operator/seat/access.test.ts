import { NotLeadingError } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { aSeat } from './testing/fixtures.ts';
import { MINUTE, NAME, aReadySeatHarness, aSeatHarness, inSeat } from './testing/seat-harness.ts';

describe('the kubeconfig', () => {
  const lifetime = { access: { tokenLifetime: '1h' } };

  test('is for an hour where that is asked for, and is renewed after four fifths of it', async () => {
    const world = await aReadySeatHarness(aSeat({ spec: lifetime }));
    expect(world.api.writes.find(({ verb }) => verb === 'token')).toMatchObject({
      name: 'attendee',
      namespace: NAME,
      body: { seconds: 3600 },
    });
    expect(world.seat.status?.access).toEqual({
      secret: 'class-ada/kubeconfig',
      expiresAt: '2026-01-01T01:00:00Z',
      renewAt: '2026-01-01T00:48:00Z',
    });
    const before = world.kubeconfig;
    world.clock.advance(46 * MINUTE);
    await world.reconcile();
    expect(world.kubeconfig).toBe(before);
    expect((await world.reconcile())?.requeueAfter).toBe(MINUTE);
    world.clock.advance(MINUTE);
    await world.reconcile();
    expect(world.kubeconfig).not.toBe(before);
    expect(world.seat.status?.access?.expiresAt).toBe('2026-01-01T01:48:00Z');
  });

  test('is looked at every half an hour, and made anew where it is gone', async () => {
    const world = await aReadySeatHarness();
    world.api.remove(KINDS.Secret, inSeat('kubeconfig'));
    await world.reconcile();
    expect(world.kubeconfig).toBe('');
    world.clock.advance(30 * MINUTE);
    const watch = world.watch();
    await world.reconcile();
    expect(watch.reads()).toEqual(['get Secret']);
    expect(world.kubeconfig).toContain('token: "token-');
  });

  test('is left as it is when it is looked at and holds', async () => {
    const world = await aReadySeatHarness();
    world.clock.advance(30 * MINUTE);
    const watch = world.watch();
    await world.reconcile();
    expect([watch.reads(), watch.writes()]).toEqual([['get Secret'], []]);
  });

  test('is made anew when the server that attendees use changes', async () => {
    const world = await aReadySeatHarness();
    world.change({ revision: 'r2', access: { server: 'https://other.example.com' } });
    await world.reconcile();
    expect(world.kubeconfig).toContain('server: "https://other.example.com"');
  });

  test("is made anew when the attendee's account is another", async () => {
    const world = await aReadySeatHarness();
    world.api.remove(KINDS.ServiceAccount, inSeat('attendee'));
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toContain('token ServiceAccount attendee');
  });

  test("is renewed for a seat that can't follow its spec, too", async () => {
    const world = await aReadySeatHarness(aSeat({ spec: lifetime }));
    world.change({ revision: 'r2', quota: { pods: 1 } });
    await world.reconcile();
    const before = world.kubeconfig;
    world.clock.advance(48 * MINUTE);
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
    expect(world.kubeconfig).not.toBe(before);
    expect(world.condition('Access')).toMatchObject({ status: 'True' });
  });

  test('is nowhere but in its Secret', async () => {
    const world = await aReadySeatHarness();
    expect(world.kubeconfig).toMatch(/token-\d+/);
    const others = world.api.writes.filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify([others, world.seat, world.events])).not.toMatch(/token-\d+/);
  });

  test('that may not be made is told, without its content, and the seat is not ready', async () => {
    const world = aSeatHarness();
    world.api.fail({ verb: 'token' }, apiError(403, 'Forbidden', 'cannot create serviceaccounts/token'), 3);
    await world.reconcile();
    world.settle();
    await world.reconcile();
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'NoKubeconfig' });
    expect(world.condition('Provisioned')).toMatchObject({ status: 'True' });
  });
});

describe('progress', () => {
  test('is what the course has written, and rubbish is nothing', async () => {
    const world = await aReadySeatHarness();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-progress'), {
      data: { passed: '3', total: '12', lastActivity: '2026-01-01T00:00:59Z' },
    });
    await world.reconcile();
    expect(world.seat.status).toMatchObject({
      exercises: { passed: 3, total: 12 },
      progress: '3/12',
      lastActivity: '2026-01-01T00:00:59Z',
    });
    world.api.edit(KINDS.ConfigMap, inSeat('lab-progress'), {
      data: { passed: '3\n99/99', total: '\u001b[2J', lastActivity: 'x'.repeat(9999) },
    });
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual(['apply Seat class-ada/status']);
    for (const field of ['exercises', 'progress', 'lastActivity']) expect(world.seat.status).not.toHaveProperty(field);
  });
});

describe('errors that nobody has foreseen', () => {
  test('are for the queue to try again, and are told in the status once they last', async () => {
    const world = aSeatHarness();
    world.api.fail({ kind: 'Service' }, apiError(500, 'InternalError', 'etcdserver: request timed out'), 2);
    const watch = world.watch();
    await expect(world.reconcile()).rejects.toThrow('etcdserver');
    expect(watch.writes()).not.toContain('apply Seat class-ada/status');
    world.clock.advance(10_000);
    await expect(world.reconcile()).rejects.toThrow('etcdserver');
    expect(world.condition('Provisioned')).toMatchObject({
      status: 'False',
      reason: 'Error',
      message: expect.stringContaining('etcdserver: request timed out') as string,
    });
    await world.reconcile();
    expect(world.condition('Provisioned')).toMatchObject({ status: 'True' });
  });

  test("don't count from one that has passed", async () => {
    const world = aSeatHarness();
    world.api.fail({ kind: 'Service' }, apiError(500, 'InternalError'));
    await expect(world.reconcile()).rejects.toThrow('InternalError');
    await world.reconcile();
    world.clock.advance(MINUTE);
    world.api.remove(KINDS.Service, inSeat('lab-guide'));
    world.api.fail({ kind: 'Service' }, apiError(500, 'InternalError'));
    const watch = world.watch();
    await expect(world.reconcile()).rejects.toThrow('InternalError');
    expect(watch.writes()).not.toContain('apply Seat class-ada/status');
  });

  test('are none when another process leads by now', async () => {
    const world = aSeatHarness();
    world.api.fail({ kind: 'ResourceQuota' }, new NotLeadingError());
    world.clock.advance(MINUTE);
    const watch = world.watch();
    await expect(world.reconcile()).rejects.toThrow(NotLeadingError);
    expect(watch.writes()).not.toContain('apply Seat class-ada/status');
  });
});
