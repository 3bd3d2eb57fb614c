import { startElection } from './testing/election.ts';

test('creates the Lease and becomes the leader if it is the first replica', async () => {
  const { join, leases } = startElection();
  const a = await join('a');
  expect(a.leads()).toBe(true);
  expect(a.reports).toEqual(['elected']);
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

test('renews the Lease about every 4 s, while the other replica only watches it', async () => {
  const { join, timers, leases } = startElection();
  const a = await join('a');
  const b = await join('b');
  const before = leases.requests.length;
  await timers.advance(120_000);
  expect(b.leads()).toBe(false);
  expect(a.writes()).toBeGreaterThanOrEqual(27);
  expect(a.writes()).toBeLessThanOrEqual(31);
  expect(leases.requests.slice(before).filter(({ replica, verb }) => replica === 'b' || verb !== 'update')).toEqual([]);
  expect(await b.metrics.text()).toContain('leader_election_master_status{name="operator"} 0\n');
});

test('elects exactly one of several replicas that start together', async () => {
  const { timers, leases, join } = startElection();
  leases.latency = 20;
  const all = await Promise.all(['a', 'b', 'c'].map(join));
  await timers.advance(30_000);
  expect(all.filter((replica) => replica.leads())).toHaveLength(1);
  expect(leases.lease?.spec?.leaseTransitions).toBe(0);
});

describe('a replica after the leader was killed', () => {
  test('takes over from a killed leader as soon as the Lease has expired, but not earlier', async () => {
    const { join, timers, holder, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    await timers.advance(30_000);
    const renewed = leases.requests.findLast(({ replica }) => replica === 'a')?.at ?? 0;
    a.kill();
    await timers.advance(renewed + 11_990 - timers.now());
    expect(holder()).toBe('a');
    await timers.advance(100);
    expect(b.leads()).toBe(true);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('waits the full Lease duration after its first read of the Lease, even if renewTime is long ago', async () => {
    const { join, timers, leases } = startElection();
    leases.put({ holderIdentity: 'long gone', leaseDurationSeconds: 12, renewTime: '2001-01-01T00:00:00.000000Z' });
    const b = await join('b');
    await timers.advance(11_900);
    expect(b.leads()).toBe(false);
    await timers.advance(200);
    expect(b.leads()).toBe(true);
  });

  test('waits for the duration that the Lease states before it takes over, not for its own default', async () => {
    const { join, timers, leases } = startElection();
    leases.put({ holderIdentity: 'another version', leaseDurationSeconds: 30 });
    const b = await join('b');
    await timers.advance(29_900);
    expect(b.leads()).toBe(false);
    await timers.advance(200);
    expect(b.leads()).toBe(true);
  });
});

describe('a leader that stops', () => {
  test('gives up leadership when it stops, so that another replica takes over at once', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    await a.leave();
    expect(a.leads()).toBe(false);
    expect(a.reports).toEqual(['elected']);
    expect(await a.metrics.text()).toContain('leader_election_master_status{name="operator"} 0\n');
    await timers.advance(100);
    expect(b.leads()).toBe(true);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('leaves the Lease without a holder if the only replica stops', async () => {
    const { join, leases } = startElection();
    await (await join('a')).leave();
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  test('stops even if the API server does not answer any request', async () => {
    const { join, timers, leases, holder } = startElection();
    const a = await join('a');
    leases.state = 'silent';
    const left = a.leave();
    await timers.advance(5_000);
    await left;
    expect(holder()).toBe('a');
  });

  test('does not lead again after it has stopped, when the answer to an earlier renewal arrives', async () => {
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

  test('does not write the Lease when it stops, if it is not the leader', async () => {
    const { join, holder } = startElection();
    await join('a');
    const b = await join('b');
    await b.leave();
    expect(holder()).toBe('a');
    expect(b.writes()).toBe(0);
  });
});

describe('a leader while the API server is down', () => {
  test.each(['refuses', 'silent'] as const)(
    'stays the leader if an outage of the API server lasts 3 s (API server: %s)',
    async (state) => {
      const { join, timers, leases } = startElection();
      const a = await join('a');
      await timers.advance(3_000);
      leases.state = state;
      await timers.advance(3_000);
      leases.state = 'up';
      await timers.advance(60_000);
      expect(a.reports).toEqual(['elected']);
      expect(a.leads()).toBe(true);
    },
  );

  test.each(['refuses', 'silent'] as const)(
    'stops leading 8 s after its last renewal, and leads again after the outage (API server: %s)',
    async (state) => {
      const { join, timers, leases } = startElection();
      const a = await join('a');
      await timers.advance(20_000);
      const renewed = leases.requests.at(-1)?.at ?? 0;
      leases.state = state;
      await timers.advance(renewed + 7_999 - timers.now());
      expect(a.leads()).toBe(true);
      await timers.advance(2);
      expect(a.leads()).toBe(false);
      await timers.advance(1_000);
      expect(a.reports).toEqual(['elected', 'lost']);
      await timers.advance(60_000);
      leases.state = 'up';
      await timers.advance(5_000);
      expect(a.reports).toEqual(['elected', 'lost', 'elected']);
      expect(leases.lease?.spec?.leaseTransitions).toBe(0);
    },
  );

  test('stops leading 8 s after it sent its last successful renewal, not 8 s after the answer', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    leases.latency = 3_000;
    await timers.advance(120_000);
    expect(a.reports).toEqual(['elected']);
    leases.latency = 9_000;
    await timers.advance(30_000);
    expect(a.reports).toContain('lost');
  });
});

describe('a leader that was suspended and resumes', () => {
  test('is not the leader at any moment after its process was suspended for 20 s', async () => {
    const { join, timers } = startElection();
    const a = await join('a');
    const b = await join('b');
    a.process.suspend();
    await timers.advance(20_000);
    expect(b.leads()).toBe(true);
    expect(a.leads()).toBe(false);
    const writes = a.writes();
    a.process.resume();
    expect(a.leads()).toBe(false);
    await timers.advance(60_000);
    expect(a.reports).toEqual(['elected', 'lost']);
    expect(a.writes()).toBe(writes);
    expect(b.leads()).toBe(true);
  });

  test('does not lead after its process was suspended, when the answer to an earlier renewal arrives', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    const writes = a.writes();
    leases.latency = 500;
    while (a.writes() === writes) await timers.advance(100);
    a.process.suspend();
    await timers.advance(20_000);
    expect(b.leads()).toBe(true);
    a.process.resume();
    for (let passed = 0; passed < 5_000; passed += 100) {
      await timers.advance(100);
      expect(a.leads()).toBe(false);
    }
  });

  test('stays the leader if its process was suspended for less than 8 s', async () => {
    const { join, timers } = startElection();
    const a = await join('a');
    const b = await join('b');
    a.process.suspend();
    await timers.advance(6_000);
    a.process.resume();
    await timers.advance(60_000);
    expect([a.reports, b.reports]).toEqual([['elected'], []]);
  });
});

describe('a leader after somebody else changed the Lease', () => {
  test('loses leadership if another replica now holds the Lease', async () => {
    const { join, timers, leases, holder } = startElection();
    const a = await join('a');
    leases.put({ holderIdentity: 'thief', leaseDurationSeconds: 12 });
    await timers.advance(5_000);
    expect(a.reports).toEqual(['elected', 'lost']);
    expect(holder()).toBe('thief');
  });

  test('recreates a deleted Lease before another replica takes it', async () => {
    const { join, timers, leases, holder } = startElection();
    const a = await join('a');
    const b = await join('b');
    leases.put(undefined);
    await timers.advance(30_000);
    expect(holder()).toBe('a');
    expect([a.reports, b.reports]).toEqual([['elected'], []]);
    a.kill();
    leases.put(undefined);
    await timers.advance(15_000);
    expect(b.reports).toEqual(['elected']);
  });

  test('recreates a deleted Lease in time, even if the watch of the other replica sends nothing', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    const writes = a.writes();
    while (a.writes() === writes) await timers.advance(10);
    leases.silenceWatches();
    await timers.advance(11_900);
    leases.put(undefined);
    for (let passed = 0; passed < 30_000; passed += 100) {
      await timers.advance(100);
      expect(a.leads() && b.leads()).toBe(false);
    }
    expect(a.reports).toEqual(['elected']);
  });

  test('stays the leader if somebody changes only the duration in the Lease', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    leases.put({ ...leases.lease?.spec, leaseDurationSeconds: 99 });
    await timers.advance(20_000);
    expect(a.reports).toEqual(['elected']);
    expect(leases.lease?.spec?.leaseDurationSeconds).toBe(12);
  });
});

describe('the watch of the Lease', () => {
  test('opens the watch of the Lease again when the API server ends the watch', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    leases.endWatches();
    await timers.advance(5_000);
    expect(leases.count('b', 'watch')).toBe(2);
    await a.leave();
    await timers.advance(100);
    expect(b.leads()).toBe(true);
  });

  test('elects no second leader if the watch of the Lease sends nothing although the Lease is renewed', async () => {
    const { join, timers, leases } = startElection();
    const a = await join('a');
    const b = await join('b');
    leases.silenceWatches();
    await timers.advance(60_000);
    expect([a.reports, b.reports]).toEqual([['elected'], []]);
    expect(b.writes()).toBe(0);
  });

  test('opens the watch of the Lease again only after a pause if the API server always ends it at once', async () => {
    const { join, timers, leases } = startElection();
    await join('a');
    await join('b');
    for (let second = 0; second < 20; second++) {
      leases.endWatches();
      await timers.advance(1_000);
    }
    expect(leases.count('b', 'get')).toBeLessThanOrEqual(22);
  });
});
