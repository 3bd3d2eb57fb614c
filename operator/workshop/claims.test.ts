import fc from 'fast-check';
import type { Claim, Seat, SeatSpec } from '../api/types.ts';
import { KINDS } from '../api/kinds.ts';
import { neededSeats, reservedClaims } from './claims.ts';
import type { ReservedClaims } from './claims.ts';
import { isDeleting, nameOf, wantedSeats, without } from './seats.ts';
import { LAB_HASH, aSeat, aWorkshop } from './testing/fixtures.ts';
import { HOUR, aWorkshopHarness, later } from './testing/workshop-harness.ts';

const claimOf = (person: number): Claim => ({
  id: String(person).padStart(64, '0'),
  name: `person ${person}`,
  key: 'b'.repeat(64),
  at: '2026-01-05T09:00:00Z',
});

const ahead = (seats: number, free: number) =>
  aWorkshopHarness({ seats, rollout: { ahead: free } }, { hasPortal: true });

const name = (index: number): string => `class-seat-${String(index).padStart(2, '0')}`;

function claim({ api }: ReturnType<typeof ahead>, index: number): void {
  api.edit(KINDS.Seat, { name: name(index) }, { spec: { claim: claimOf(index) } });
}

describe('rollout.ahead', () => {
  test('creates only as many seats as must be free, and one more for each claim, up to the maximum', async () => {
    const harness = ahead(5, 2);
    const { settleAll, names, workshop, condition } = harness;
    await settleAll();
    expect([names(), workshop().status?.summary]).toEqual([[name(1), name(2)], '2/2']);
    claim(harness, 2);
    await settleAll();
    expect(names()).toEqual([1, 2, 3].map(name));
    for (const index of [1, 3]) claim(harness, index);
    await settleAll();
    expect(names()).toEqual([1, 2, 3, 4, 5].map(name));
    for (const index of [4, 5]) claim(harness, index);
    await settleAll();
    expect([names().length, condition('Ready').status]).toEqual([5, 'True']);
  });

  test('deletes no seat that became free, or that is more than must be free', async () => {
    const harness = ahead(5, 3);
    const { api, settleAll, names, edit, requests, reconcile } = harness;
    await settleAll();
    claim(harness, 1);
    await settleAll();
    api.edit(KINDS.Seat, { name: name(1) }, { spec: { claim: null } });
    edit({ spec: { rollout: { ahead: 1 } } });
    await settleAll();
    expect(names()).toEqual([1, 2, 3, 4].map(name));
    expect(await requests(reconcile)).toEqual([]);
  });

  test('creates another seat for a free one that fails', async () => {
    const { reconcile, settle, names } = ahead(5, 1);
    await reconcile();
    settle('Failed');
    await reconcile();
    expect(names()).toEqual([name(1), name(2)]);
  });

  test('creates a free seat no more after somebody has deleted it and others are free', async () => {
    const { api, settleAll, edit, names } = ahead(3, 3);
    await settleAll();
    edit({ spec: { rollout: { ahead: 1 } } });
    await api.delete(KINDS.Seat, { name: name(2) });
    await settleAll();
    expect(names()).toEqual([name(1), name(3)]);
  });

  test('creates all seats without a portal', async () => {
    const { settleAll, names } = aWorkshopHarness({ seats: 3, rollout: { ahead: 1 } });
    await settleAll();
    expect(names()).toHaveLength(3);
  });
});

describe('a reset of a claimed seat', () => {
  const person = (seats: ReturnType<typeof ahead>['seats'], index: number) => seats.get(name(index))?.spec.claim?.name;

  test('gives the person the same seat again, also after a restart of the operator', async () => {
    const harness = ahead(5, 1);
    const { api, seats, reconcile, restart, settle, workshop } = harness;
    await reconcile();
    settle();
    claim(harness, 1);
    await api.delete(KINDS.Seat, { name: name(1) });
    await reconcile();
    expect(workshop().status?.reserved).toEqual([{ seat: name(1), claim: claimOf(1) }]);
    settle();
    expect(seats.get(name(1))).toBeUndefined();
    restart();
    harness.edit({ spec: { rollout: { paused: true } } });
    await reconcile();
    expect(seats.get(name(1))?.spec.claim).toEqual(claimOf(1));
    expect(workshop().status).not.toHaveProperty('reserved');
  });

  test('keeps the claim when the class is edited afterwards, and a freed seat free', async () => {
    const harness = ahead(3, 1);
    const { api, seats, settleAll, edit } = harness;
    await settleAll();
    claim(harness, 1);
    await api.delete(KINDS.Seat, { name: name(1) });
    await settleAll();
    edit({ spec: { lab: { jaeger: { maxTraces: 7 } } } });
    await settleAll();
    expect([seats.get(name(1))?.spec.lab, person(seats, 1)]).toEqual([{ jaeger: { maxTraces: 7 } }, 'person 1']);
    api.edit(KINDS.Seat, { name: name(1) }, { spec: { claim: null } });
    edit({ spec: { lab: null } });
    await settleAll();
    expect([seats.get(name(1))?.spec.lab, person(seats, 1)]).toEqual([undefined, undefined]);
  });

  test('forgets the claim of a seat that was freed, or that the class no longer has', async () => {
    const harness = ahead(3, 3);
    const { api, seats, settleAll, reconcile, edit, workshop } = harness;
    await settleAll();
    claim(harness, 1);
    claim(harness, 3);
    await api.delete(KINDS.Seat, { name: name(1) });
    await api.delete(KINDS.Seat, { name: name(3) });
    await reconcile();
    expect(workshop().status?.reserved).toHaveLength(2);
    api.edit(KINDS.Seat, { name: name(1) }, { spec: { claim: null } });
    edit({ spec: { seats: 2 } });
    await settleAll();
    expect([person(seats, 1), workshop().status?.reserved]).toEqual([undefined, undefined]);
  });

  test('deletes all claims with the seats at the end of the class', async () => {
    const harness = aWorkshopHarness(
      { seats: 2, rollout: { ahead: 2 }, schedule: { expiresAt: later(1), afterExpiry: 'Delete' } },
      { hasPortal: true },
    );
    await harness.settleAll();
    claim(harness, 1);
    await harness.reconcile();
    harness.clock.advance(2 * HOUR);
    await harness.settleAll();
    expect([harness.names(), JSON.stringify(harness.workshop())]).toEqual([[], expect.not.stringContaining('person')]);
  });
});

/** A class of at most 12 seats, in which people come and go, and somebody resets seats. */
class SimulatedRoom {
  seats = new Map<string, Seat>();
  reserved: ReservedClaims = new Map();
  size = 12;
  ahead = 2;
  readonly #all = wantedSeats(aWorkshop({ seats: 12 }), LAB_HASH);

  get all(): readonly Seat[] {
    return this.#all.slice(0, this.size);
  }

  needed(): readonly Seat[] {
    const owned = [...this.seats.values()];
    const status = { reserved: [...this.reserved].map(([seat, claim]) => ({ seat, claim })) };
    this.reserved = reservedClaims({ status }, this.all, owned);
    return neededSeats({ all: this.all, owned, taken: [], reserved: this.reserved, ahead: this.ahead });
  }

  /** Creates the needed Seats, as a rollout does that nothing holds back. */
  roll(): void {
    for (const seat of this.needed()) {
      if (this.seats.has(nameOf(seat))) continue;
      const claim = this.reserved.get(nameOf(seat));
      this.seats.set(nameOf(seat), aSeat(seat, { phase: 'Ready', ...(claim && { spec: { claim } }) }));
    }
  }

  nth(index: number): Seat | undefined {
    return [...this.seats.values()][index % Math.max(1, this.seats.size)];
  }

  change(seat: Seat, claim: Claim | undefined): void {
    const spec = without(seat.spec, ['claim']) as SeatSpec;
    this.seats.set(nameOf(seat), { ...seat, spec: claim ? { ...spec, claim } : spec });
  }
}

type Step = (room: SimulatedRoom) => void;

const onSeat = (act: (room: SimulatedRoom, seat: Seat, index: number) => void) =>
  fc.nat(30).map((index): Step => (room) => {
    const seat = room.nth(index);
    if (seat) act(room, seat, index);
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: onSeat((room, seat, index) => room.change(seat, seat.spec.claim ?? claimOf(index))) },
  { weight: 1, arbitrary: onSeat((room, seat) => room.change(seat, undefined)) },
  {
    weight: 2,
    arbitrary: onSeat((room, seat) =>
      room.seats.set(nameOf(seat), { ...seat, metadata: { ...seat.metadata, deletionTimestamp: 'now' } }),
    ),
  },
  { weight: 2, arbitrary: onSeat((room, seat) => isDeleting(seat) && room.seats.delete(nameOf(seat))) },
  { weight: 4, arbitrary: fc.constant<Step>((room) => room.roll()) },
  {
    weight: 1,
    arbitrary: fc.nat(12).map((ahead): Step => (room) => {
      room.ahead = ahead;
    }),
  },
);

const isFree = (seat: Seat): boolean => seat.spec.claim === undefined && !isDeleting(seat);

test('keeps `ahead` seats free up to the maximum, deletes none, and keeps the seat of each person', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const room = new SimulatedRoom();
      for (const one of steps) {
        const before = new Map([...room.seats].map(([seat, { spec }]) => [seat, spec.claim]));
        const promised = room.reserved;
        one(room);
        const needed = new Set(room.needed().map(nameOf));
        const standing = [...room.seats.values()].filter((seat) => !isDeleting(seat));
        expect(standing.filter((seat) => !needed.has(nameOf(seat)))).toEqual([]);
        const fresh = [...needed].filter((seat) => !room.seats.has(seat) && !room.reserved.has(seat));
        const free = standing.filter(isFree).length;
        const places = room.size - new Set([...room.seats.keys(), ...room.reserved.keys()]).size;
        expect(fresh).toHaveLength(Math.max(0, Math.min(room.ahead - free, places)));
        for (const [seat, claim] of promised)
          if (!before.has(seat)) expect(room.reserved.get(seat) ?? room.seats.get(seat)?.spec.claim).toEqual(claim);
      }
      room.roll();
      const names = [...room.needed()].map(nameOf);
      room.roll();
      expect(room.needed().map(nameOf)).toEqual(names);
    }),
    { numRuns: 200 },
  );
});
