import fc from 'fast-check';
import type { Seat } from '../api/types.ts';
import { LAB_HASH, aSeat, aWorkshop } from './testing/fixtures.ts';
import { planRollout } from './rollout.ts';
import type { RolloutInput, RolloutPlan } from './rollout.ts';
import { hasFailed, isAsWanted, isDeleting, isInFlight, isSettled, nameOf, wantedSeats } from './seats.ts';

const namesOf = (seats: readonly Seat[]): string[] => seats.map(nameOf);
const NOTHING = { create: [], update: [], remove: [] };

/** The wanted Seats for each version of the lab. The index is the version. */
const wantedByVersion = Array.from({ length: 10 }, (_, version) =>
  wantedSeats(aWorkshop({ seats: 12, lab: { jaeger: { maxTraces: version } } }), LAB_HASH),
);

/**
 * A simulated class. The test changes it at random: seats become ready or fail, somebody edits or deletes a Seat, and
 * the instructor changes or pauses the Workshop.
 */
class SimulatedClass {
  readonly maxConcurrent: number;
  readonly maxFailures: number;
  version = 1;
  size: number;
  paused = false;
  room: number;
  known: ReadonlySet<string> = new Set();
  seats = new Map<string, Seat>();

  constructor({
    maxConcurrent,
    maxFailures,
    size,
    room,
  }: {
    maxConcurrent: number;
    maxFailures: number;
    size: number;
    room: number;
  }) {
    this.maxConcurrent = maxConcurrent;
    this.maxFailures = maxFailures;
    this.size = size;
    this.room = room;
  }

  get wanted(): Seat[] {
    return (wantedByVersion[this.version] ?? []).slice(0, this.size);
  }

  get input(): RolloutInput {
    const names = namesOf(this.wanted);
    this.known = new Set(names.filter((name) => this.known.has(name) || this.seats.has(name)));
    return {
      wanted: this.wanted,
      existing: [...this.seats.values()],
      known: this.known,
      fitting: new Set(names.slice(0, this.room)),
      maxConcurrent: this.maxConcurrent,
      maxFailures: this.maxFailures,
      mayStart: !this.paused,
      taken: new Set(),
    };
  }

  apply({ create, update, remove }: RolloutPlan): void {
    for (const seat of create) this.seats.set(seat.metadata.name, aSeat(seat));
    for (const { live, wanted: next } of update) {
      // Increases the generation only after a change of the spec, as the API server does.
      const generation =
        (live.metadata.generation ?? 0) + (JSON.stringify(live.spec) === JSON.stringify(next.spec) ? 0 : 1);
      const metadata = { ...live.metadata, ...next.metadata, generation };
      this.seats.set(live.metadata.name, { ...live, metadata, spec: next.spec });
    }
    for (const seat of remove) this.delete(seat);
  }

  delete(seat: Seat): void {
    this.seats.set(seat.metadata.name, {
      ...seat,
      metadata: { ...seat.metadata, deletionTimestamp: '2026-01-05T09:00:00Z' },
    });
  }

  /** Gives the Seat this phase, as the Seat reconciler would. Removes the Seat if it is being deleted. */
  settle(seat: Seat, phase: 'Ready' | 'Failed' | 'Provisioning'): void {
    if (isDeleting(seat)) this.seats.delete(seat.metadata.name);
    else
      this.seats.set(
        seat.metadata.name,
        aSeat(seat, { metadata: seat.metadata, phase, status: { observedGeneration: seat.metadata.generation ?? 0 } }),
      );
  }

  nth(index: number): Seat | undefined {
    return [...this.seats.values()][index % Math.max(1, this.seats.size)];
  }
}

type Step = (simulated: SimulatedClass) => void;

const index = fc.nat(20);
const onSeat =
  (what: (simulated: SimulatedClass, seat: Seat) => void) =>
  (at: number): Step =>
  (simulated) => {
    const seat = simulated.nth(at);
    if (seat) what(simulated, seat);
  };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: index.map(onSeat((simulated, seat) => simulated.settle(seat, 'Ready'))) },
  { weight: 2, arbitrary: index.map(onSeat((simulated, seat) => simulated.settle(seat, 'Failed'))) },
  { weight: 1, arbitrary: index.map(onSeat((simulated, seat) => simulated.settle(seat, 'Provisioning'))) },
  { weight: 1, arbitrary: index.map(onSeat((simulated, seat) => simulated.delete(seat))) },
  {
    weight: 1,
    arbitrary: index.map(
      onSeat((simulated, seat) =>
        simulated.seats.set(seat.metadata.name, { ...seat, metadata: { ...seat.metadata, labels: {} } }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(12).map((size): Step => (simulated) => {
      simulated.size = size;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(12).map((room): Step => (simulated) => {
      simulated.room = room;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(3).map((version): Step => (simulated) => {
      simulated.version = version;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((paused): Step => (simulated) => {
      simulated.paused = paused;
    }),
  },
);

const settings = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxFailures: fc.integer({ min: 1, max: 3 }),
  size: fc.nat(12),
  room: fc.nat(12),
});

const inFlight = (simulated: SimulatedClass): number => {
  const names = new Set(namesOf(simulated.wanted));
  return [...simulated.seats.values()].filter((seat) => names.has(seat.metadata.name) && isInFlight(seat)).length;
};

/** Asserts the rules that every rollout plan must follow. */
function check(simulated: SimulatedClass, { create, update, remove }: RolloutPlan): void {
  const { wanted: all, existing, fitting, known } = simulated.input;
  const names = new Set(namesOf(all));
  const failed = existing.filter(
    (seat) => hasFailed(seat) && names.has(seat.metadata.name) && seat.spec.revision === all[0]?.spec.revision,
  );
  const held = simulated.paused || failed.length >= simulated.maxFailures;

  expect(create.filter(({ metadata: { name } }) => simulated.seats.has(name) || !fitting.has(name))).toEqual([]);
  expect(remove.filter((seat) => names.has(seat.metadata.name))).toEqual([]);
  expect(namesOf(remove)).toEqual(
    namesOf(existing.filter((seat) => !names.has(seat.metadata.name) && !isDeleting(seat))),
  );
  expect(update.filter(({ live, wanted: next }) => isDeleting(live) || isAsWanted(live, next))).toEqual([]);
  expect(new Set(update.map(({ live }) => live.metadata.name)).size).toBe(update.length);
  expect(held ? create.filter(({ metadata: { name } }) => !known.has(name)) : []).toEqual([]);
  expect(held ? update.filter(({ live, wanted: next }) => live.spec.revision !== next.spec.revision) : []).toEqual([]);
}

test('keeps at most maxConcurrent seats in flight, and changes no seat without need', () => {
  fc.assert(
    fc.property(settings, fc.array(step, { maxLength: 60 }), (limits, steps) => {
      const simulated = new SimulatedClass(limits);
      for (const one of steps) {
        one(simulated);
        const [plan1, before] = [planRollout(simulated.input), inFlight(simulated)];
        check(simulated, plan1);
        simulated.apply(plan1);
        expect(inFlight(simulated)).toBeLessThanOrEqual(Math.max(simulated.maxConcurrent, before));
        expect(planRollout(simulated.input)).toMatchObject(NOTHING);
      }
    }),
    { numRuns: 150 },
  );
}, 30_000);

test('brings every seat to its wanted state once nothing holds back the rollout', () => {
  fc.assert(
    fc.property(settings, fc.array(step, { maxLength: 40 }), (limits, steps) => {
      const simulated = new SimulatedClass(limits);
      for (const one of steps) {
        one(simulated);
        simulated.apply(planRollout(simulated.input));
      }
      simulated.paused = false;
      simulated.room = simulated.size;
      simulated.version = 9; // a change that lets failed seats recover
      for (let round = 0; round <= 2 * simulated.size + 2; round++) {
        simulated.apply(planRollout(simulated.input));
        for (const seat of simulated.seats.values()) simulated.settle(seat, 'Ready');
      }
      expect(namesOf([...simulated.seats.values()]).sort()).toEqual(namesOf(simulated.wanted).sort());
      expect(simulated.wanted.every((seat) => isAsWanted(simulated.seats.get(seat.metadata.name) as Seat, seat))).toBe(
        true,
      );
      expect([...simulated.seats.values()].every(isSettled)).toBe(true);
      expect(planRollout(simulated.input)).toMatchObject({ ...NOTHING, waiting: [] });
    }),
    { numRuns: 100 },
  );
}, 30_000);
