import { startElection } from './testing/election.ts';

test('the first replica makes the Lease and leads', async () => {
  const { join, leases } = startElection();
  const a = await join('a');
  expect(a.leads()).toBe(true);
  expect(a.said).toEqual(['elected']);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;
  expect(leases.lease?.spec).toEqual({
    holderIdentity: 'a',
    leaseDurationSeconds: 12,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: 0,
  });
  expect(await a.metrics.text()).toContain('leader_election_master_status{name="operator"} 1\n');
});

test('the leader writes about once in 4 s, the other asks for nothing while it watches', async () => {
  const { join, timers, leases } = startElection();
  const a = await join('a');
  const b = await join('b');
  const before = leases.requests.length;
  await timers.advance(120_000);
  expect(b.leads()).toBe(false);
  expect(a.writes()).toBeGreaterThanOrEqual(27);
  expect(a.writes()).toBeLessThanOrEqual(31);
  expect(leases.requests.slice(before).filter(({ who, verb }) => who === 'b' || verb !== 'update')).toEqual([]);
  expect(await b.metrics.text()).toContain('leader_election_master_status{name="operator"} 0\n');
});

test('of several that begin together one leads', async () => {
  const { timers, leases, join } = startElection();
  leases.latency = 20;
  const all = await Promise.all(['a', 'b', 'c'].map(join));
  await timers.advance(30_000);
  expect(all.filter((replica) => replica.leads())).toHaveLength(1);
  expect(leases.lease?.spec?.leaseTransitions).toBe(0);
});

describe('when the leader is killed', () => {
  test('the other leads as soon as the Lease has expired, and not before', async () => {
    const { join, timers, holder, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    await timers.advance(30_000);
    const renewed = leases.requests.findLast(({ who }) => who === 'a')?.at ?? 0;
    a.kill();
    await timers.advance(renewed + 11_990 - timers.now());
    expect(holder()).toBe('a');
    await timers.advance(100);
    expect(b.leads()).toBe(true);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('a replica that comes later waits for its duration from when it first looked, whatever the Lease says of the time', async () => {
    const { join, timers, leases } = startElection();
    leases.put({ holderIdentity: 'long gone', leaseDurationSeconds: 12, renewTime: '2001-01-01T00:00:00.000000Z' });
    const b = await join('b');
    await timers.advance(11_900);
    expect(b.leads()).toBe(false);
    await timers.advance(200);
    expect(b.leads()).toBe(true);
  });

  test('the Lease says for how long it is kept', async () => {
    const { join, timers, leases } = startElection();
    leases.put({ holderIdentity: 'another version', leaseDurationSeconds: 30 });
    const b = await join('b');
    await timers.advance(29_900);
    expect(b.leads()).toBe(false);
    await timers.advance(200);
    expect(b.leads()).toBe(true);
  });
});

describe('a leader that leaves', () => {
  test('gives up the lead, and the other has it at once', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    await a.leave();
    expect(a.leads()).toBe(false);
    expect(a.said).toEqual(['elected']);
    expect(await a.metrics.text()).toContain('leader_election_master_status{name="operator"} 0\n');
    await timers.advance(100);
    expect(b.leads()).toBe(true);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('alone leaves an empty Lease', async () => {
    const { join, leases } = startElection();
    await (await join('a')).leave();
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  test('while the API server does not answer ends all the same', async () => {
    const { join, timers, leases, holder } = startElection();
    const a = await join('a');
    leases.mood = 'silent';
    const left = a.leave();
    await timers.advance(5_000);
    await left;
    expect(holder()).toBe('a');
  });

  test('while a renewal is under way, which is answered afterwards, no longer leads then', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    const writes = a.writes();
    leases.latency = 4_000;
    while (a.writes() === writes) await timers.advance(100);
    leases.latency = 1;
    void a.leave();
    await timers.advance(2_500);
    expect(b.leads()).toBe(true);
    for (let passed = 0; passed < 5_000; passed += 100) {
      await timers.advance(100);
      expect(a.leads()).toBe(false);
    }
  });

  test('without the lead leaves the Lease alone', async () => {
    const { join, holder } = startElection();
    await join('a');
    const b = await join('b');
    await b.leave();
    expect(holder()).toBe('a');
    expect(b.writes()).toBe(0);
  });
});

describe('when the API server is away', () => {
  test.each(['refuses', 'silent'] as const)('for 3 s (%s), the leader goes on leading', async (mood) => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    await timers.advance(3_000);
    leases.mood = mood;
    await timers.advance(3_000);
    leases.mood = 'up';
    await timers.advance(60_000);
    expect(a.said).toEqual(['elected']);
    expect(a.leads()).toBe(true);
  });

  test.each(['refuses', 'silent'] as const)(
    'for longer (%s), it stops leading 8 s after its last renewal, says so, and leads again afterwards',
    async (mood) => {
      const { join, timers, leases } = startElection();
      const a = await join('a');
      await timers.advance(20_000);
      const renewed = leases.requests.at(-1)?.at ?? 0;
      leases.mood = mood;
      await timers.advance(renewed + 7_999 - timers.now());
      expect(a.leads()).toBe(true);
      await timers.advance(2);
      expect(a.leads()).toBe(false);
      await timers.advance(1_000);
      expect(a.said).toEqual(['elected', 'lost']);
      await timers.advance(60_000);
      leases.mood = 'up';
      await timers.advance(5_000);
      expect(a.said).toEqual(['elected', 'lost', 'elected']);
      expect(leases.lease?.spec?.leaseTransitions).toBe(0);
    },
  );

  test('and is slow, a renewal that is answered late counts from when it was sent', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    leases.latency = 3_000;
    await timers.advance(120_000);
    expect(a.said).toEqual(['elected']);
    leases.latency = 9_000;
    await timers.advance(30_000);
    expect(a.said).toContain('lost');
  });
});

describe('a leader that was stopped and goes on', () => {
  test('does not lead for a moment, even before it has noticed anything', async () => {
    const { join, timers } = startElection();
    const a = await join('a');
    const b = await join('b');
    a.process.stop();
    await timers.advance(20_000);
    expect(b.leads()).toBe(true);
    expect(a.leads()).toBe(false);
    const writes = a.writes();
    a.process.goOn();
    expect(a.leads()).toBe(false);
    await timers.advance(60_000);
    expect(a.said).toEqual(['elected', 'lost']);
    expect(a.writes()).toBe(writes);
    expect(b.leads()).toBe(true);
  });

  test('does not lead because of a renewal that was under way meanwhile', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    const writes = a.writes();
    leases.latency = 500;
    while (a.writes() === writes) await timers.advance(100);
    a.process.stop();
    await timers.advance(20_000);
    expect(b.leads()).toBe(true);
    a.process.goOn();
    for (let passed = 0; passed < 5_000; passed += 100) {
      await timers.advance(100);
      expect(a.leads()).toBe(false);
    }
  });

  test('for less than its deadline goes on leading', async () => {
    const { join, timers } = startElection();
    const a = await join('a');
    const b = await join('b');
    a.process.stop();
    await timers.advance(6_000);
    a.process.goOn();
    await timers.advance(60_000);
    expect([a.said, b.said]).toEqual([['elected'], []]);
  });
});

describe('when the Lease is not as the leader left it', () => {
  test('because another has it, it has lost the lead', async () => {
    const { join, timers, leases, holder } = startElection();
    const a = await join('a');
    leases.put({ holderIdentity: 'thief', leaseDurationSeconds: 12 });
    await timers.advance(5_000);
    expect(a.said).toEqual(['elected', 'lost']);
    expect(holder()).toBe('thief');
  });

  test('because someone has deleted it, it makes it anew, and no other takes it meanwhile', async () => {
    const { join, timers, leases, holder } = startElection();
    const a = await join('a');
    const b = await join('b');
    leases.put(undefined);
    await timers.advance(30_000);
    expect(holder()).toBe('a');
    expect([a.said, b.said]).toEqual([['elected'], []]);
    a.kill();
    leases.put(undefined);
    await timers.advance(15_000);
    expect(b.said).toEqual(['elected']);
  });

  test('because someone has deleted it, a replica that had heard nothing for long leaves it the time for that', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    const writes = a.writes();
    while (a.writes() === writes) await timers.advance(10);
    leases.cutWatches(true);
    await timers.advance(11_900);
    leases.put(undefined);
    for (let passed = 0; passed < 30_000; passed += 100) {
      await timers.advance(100);
      expect(a.leads() && b.leads()).toBe(false);
    }
    expect(a.said).toEqual(['elected']);
  });

  test('because someone has written into it, it goes on', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    leases.put({ ...leases.lease?.spec, leaseDurationSeconds: 99 });
    await timers.advance(20_000);
    expect(a.said).toEqual(['elected']);
    expect(leases.lease?.spec?.leaseDurationSeconds).toBe(12);
  });
});

describe('a watch', () => {
  test('that ends is begun again', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    leases.cutWatches();
    await timers.advance(5_000);
    expect(leases.count('b', 'watch')).toBe(2);
    await a.leave();
    await timers.advance(100);
    expect(b.leads()).toBe(true);
  });

  test('that has gone silent does not make its replica take what another renews', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    leases.cutWatches(true);
    await timers.advance(60_000);
    expect([a.said, b.said]).toEqual([['elected'], []]);
    expect(b.writes()).toBe(0);
  });

  test('that ends at once, each time, does not make its replica ask without a pause', async () => {
    const { join, timers, leases } = startElection();
    await join('a');
    await join('b');
    for (let second = 0; second < 20; second++) {
      leases.cutWatches();
      await timers.advance(1_000);
    }
    expect(leases.count('b', 'get')).toBeLessThanOrEqual(22);
  });
});
