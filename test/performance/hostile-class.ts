// Measures how one hostile attendee slows the seats of the others on a real node. The same class of five is created and
// changed twice: first in peace, and then while one attendee does all they can, from the moment they have access.
import { LABELS, RELEASE } from '../../operator/api/types.ts';
import type { Seat } from '../../operator/api/types.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import { hasFailed, isSettled } from '../../operator/workshop/seats.ts';
import { eventually } from '../../support/waiting.ts';
import { HostileAttendee } from '../support/cluster/hostile-attendee.ts';
import { Lab } from '../support/cluster/lab.ts';
import { Mark, Watches } from '../support/cluster/watch.ts';
import { patchWorkshop } from '../support/cluster/workshop.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { withOperator } from './class.ts';
import { createWorkshop, deleteWorkshop } from './operator.ts';

const HOSTILE = 'ada';
const OTHERS = ['barbara', 'edsger', 'grace', 'leslie'];
const PATIENCE = 300_000;
const ROUND_WITHIN = 20_000;
/** A value of the lab that the rollout changes. Each value makes every seat replace the pod of arcade. */
const BUDGETS = { created: 8_000, changed: 9_000 } as const;

export const hostileClass: Benchmark = {
  name: 'hostile-class',
  about: 'a class of five in peace, and the same class with one hostile attendee',
  cluster: 'lab',
  run: measureHostileClass,
};

interface Figures {
  /** Seconds from the Workshop's creation until the other four seats are Ready. */
  readonly created: number;
  /** Seconds from the change of the lab until the other four seats are Ready with it. */
  readonly changed: number;
  /** Names of other seats that were in the phase Failed at any time. */
  readonly failed: readonly string[];
  readonly acts: HostileAttendee | undefined;
}

async function measureHostileClass(detail: (text: string) => void): Promise<Row[]> {
  return withOperator('hostile-class', async () => {
    detail('in peace');
    const quiet = await measure('quiet');
    detail('with a hostile attendee');
    const hostile = await measure('hostile', new HostileAttendee(`hostile-${HOSTILE}`));
    return rows(quiet, hostile);
  });
}

/** Creates and changes a class, and removes it. The attendee acts from the creation until the change is complete. */
async function measure(workshop: string, attendee?: HostileAttendee): Promise<Figures> {
  const others = new OtherSeats(workshop);
  await others.watch();
  const work = timesOf(workshop, others).finally(() => attendee?.stop());
  const [times] = await Promise.all([work, attendee?.act()]);
  others.stop();
  await deleteWorkshop(workshop);
  return { ...times, failed: [...others.failed], acts: attendee };
}

async function timesOf(workshop: string, others: OtherSeats): Promise<Pick<Figures, 'created' | 'changed'>> {
  const attendees = [HOSTILE, ...OTHERS].map((name) => ({ name }));
  const began = await createWorkshop(workshop, { attendees, lab: { arcade: { budgetMs: BUDGETS.created } } });
  const created = ((await others.ready(BUDGETS.created)) - began) / 1000;
  const changing = performance.now();
  await patchWorkshop(workshop, { lab: { arcade: { budgetMs: BUDGETS.changed } } });
  const changed = ((await others.ready(BUDGETS.changed)) - changing) / 1000;
  await Promise.all(OTHERS.map((name) => playedIn(`${workshop}-${name}`)));
  return { created, changed };
}

/** Plays a round in a seat. Right after a change, a request may still reach a pod that ends. */
const playedIn = (seat: string): Promise<unknown> =>
  eventually(() => new Lab(seat, RELEASE).play(), { within: ROUND_WITHIN });

/** The seats of a class except the hostile attendee's. */
class OtherSeats {
  /** Names of the seats that were in the phase Failed at any time. */
  readonly failed = new Set<string>();
  readonly #workshop: string;
  readonly #watches = new Watches();
  readonly #seats = new Map<string, Seat>();
  #mark = new Mark(OTHERS.length);
  #budget = 0;

  constructor(workshop: string) {
    this.#workshop = workshop;
  }

  async watch(): Promise<void> {
    const selector = `${LABELS.workshop}=${this.#workshop},${LABELS.attendee}!=${HOSTILE}`;
    await this.#watches.add([KINDS.Seat], selector, 'whole', (line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: Seat };
      if (type === 'ADDED' || type === 'MODIFIED') this.#see(object);
    });
  }

  #see(seat: Seat): void {
    this.#seats.set(seat.metadata.name, seat);
    if (hasFailed(seat)) this.failed.add(seat.metadata.name);
    this.#mark.set(this.#ready().length);
  }

  #ready(): Seat[] {
    return [...this.#seats.values()].filter(
      (seat) => seat.spec.lab?.arcade?.budgetMs === this.#budget && isSettled(seat),
    );
  }

  /** Waits until all seats are Ready with this value of the lab. @returns the time (performance.now) */
  ready(budget: number): Promise<number> {
    this.#budget = budget;
    this.#mark = new Mark(OTHERS.length);
    this.#mark.set(this.#ready().length);
    const seen = (): string => `${this.#ready().length} of ${OTHERS.length} seats are ready`;
    return this.#watches.during(this.#mark.reached, PATIENCE, seen);
  }

  stop(): void {
    this.#watches.stop();
  }
}

function rows(quiet: Figures, hostile: Figures): Row[] {
  const ratio = (what: string, field: 'created' | 'changed', bound?: Row['bound']): Row[] => [
    { what: `${what}, in peace`, unit: 's', value: quiet[field] },
    { what: '  the same with a hostile attendee', unit: 's', value: hostile[field] },
    { what: '  relative to peace', unit: '×', value: hostile[field] / quiet[field], ...(bound && { bound }) },
  ];
  const { accepted = 0, refused = 0 } = hostile.acts ?? {};
  return [
    ...ratio(`a class of five until ${OTHERS.length} seats are Ready`, 'created', { atMost: 2 }),
    // This figure has no bound, because restarts and change share the node's cores: see docs/benchmarks.md.
    ...ratio('a change of every lab until they are Ready again', 'changed'),
    { what: 'seats of others that failed at any time', unit: '', value: hostile.failed.length, bound: { atMost: 0 } },
    { what: 'requests of the hostile attendee that were accepted', unit: '', value: accepted },
    { what: '  and refused', unit: '', value: refused },
  ];
}
