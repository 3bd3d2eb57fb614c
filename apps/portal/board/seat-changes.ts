// What each action writes into a Seat.
import { rfc3339 } from '../../../kubernetes/conditions.ts';
import type { Seat } from '../kinds.ts';
import type { Asked, SeatAction, SeatActionName } from './asked.ts';
import { notNow } from './bad-action.ts';
import type { ActionOf } from './contract.ts';
import type { Deed } from './events.ts';
import { visitOf } from '../class-fields.ts';
import type { Change, Decide } from './writer.ts';

export interface Planned<T> {
  readonly decide: Decide<T>;
  readonly deed: Deed;
}

/** What a seat says of the person in it, which the next person must not see. */
const EMPTY = { claim: null, help: null, hint: null, visit: null };

type Plan<K extends SeatActionName> = (
  action: ActionOf<K>,
  asked: Asked,
) => { readonly change: (seat: Seat) => Change['spec']; readonly deed: Deed };

const deed = (reason: string, what: string): Deed => ({ reason, what });

const plans: { readonly [K in SeatActionName]: Plan<K> } = {
  take: ({ from }, { by, now }) => ({
    change: ({ spec: { help } }) => takeHelp(help, { by, now, from }),
    deed: deed('HelpTaken', 'is coming to help'),
  }),
  resolve: () => ({
    change: ({ spec: { help } }) => (help ? { help: null } : undefined),
    deed: deed('HelpResolved', 'resolved the request for help'),
  }),
  stop: () => ({ change: () => ({ replicas: 0 }), deed: deed('SeatStopped', 'stopped the seat') }),
  start: () => ({
    change: ({ spec }) => {
      if (spec.stopped) throw notNow('expected a class that is not over, found that it has ended. Extend it first.');
      return { replicas: 1 };
    },
    deed: deed('SeatStarted', 'started the seat'),
  }),
  free: () => ({
    change: ({ spec, metadata }) => {
      if (!spec.claim) throw notNow(`expected a person in ${metadata.name}, found none. Look at the board again.`);
      return EMPTY;
    },
    deed: deed('SeatFreed', 'freed the seat'),
  }),
  hint: ({ text }, { by, now }) => ({
    change: () => ({ hint: { text, by, at: rfc3339(now) } }),
    deed: deed('HintSent', 'sent a hint to the seat'),
  }),
  lookIn: (_action, asked) => ({
    change: (seat) => ({ visit: visitBy(seat, asked) }),
    deed: deed('VisitBegan', 'looks into the seat'),
  }),
  askTakeover: (_action, asked) => ({
    change: (seat) => askTakeover(seat, asked),
    deed: deed('TakeoverAsked', 'asked the person of the seat to let them work in it'),
  }),
  endVisit: (_action, { by, now }) => ({
    change: (seat) => {
      const visit = visitOf(seat, now);
      if (visit && visit.by !== by) throw notNow(`expected your own visit, found that ${visit.by} looks in now.`);
      return seat.spec.visit && { visit: null };
    },
    deed: deed('VisitEnded', 'no longer looks into the seat'),
  }),
};

/** Returns what an action writes, and what its Event says. */
export function seatChanges(action: SeatAction, asked: Asked): Planned<Seat> {
  const plan = plans[action.action] as Plan<SeatActionName>;
  const { change, deed } = plan(action, asked);
  const decide = (seat: Seat): Change | undefined => {
    const spec = change(seat);
    return spec && { spec };
  };
  return { decide, deed };
}

/** @param from the instructor from whom `by` takes the request */
function takeHelp(
  help: Seat['spec']['help'],
  { by, now, from }: { by: string; now: number; from: string | undefined },
): Change['spec'] {
  if (!help) throw notNow('expected a request for help, found none: it was resolved or withdrawn.');
  if (help.takenBy === by) return undefined;
  if (help.takenBy !== undefined && help.takenBy !== from)
    throw notNow(`expected a request that nobody has taken, found that ${help.takenBy} has.`);
  return { help: { takenBy: by, takenAt: rfc3339(now) } };
}

/**
 * Returns the visit that an instructor begins or renews. Only one looks in at a time, because the learner is told who.
 * A renewal keeps what the learner has agreed to, and a new visit begins without it.
 */
export function visitBy(seat: Seat, { by, now }: Pick<Asked, 'by' | 'now'>): NonNullable<Change['spec']> {
  const visit = visitOf(seat, now);
  if (visit && visit.by !== by)
    throw notNow(`expected nobody else to look into this seat, found ${visit.by}. Wait until they have left.`);
  return { by, at: rfc3339(now), takeover: visit?.takeover ?? null };
}

function askTakeover(seat: Seat, { by, now }: Asked): Change['spec'] {
  const visit = visitOf(seat, now);
  if (visit?.by !== by) throw notNow('expected you to look into this seat, found that you don’t. Look in first.');
  if (!seat.spec.claim) throw notNow('expected a person who can agree, found nobody in this seat.');
  return visit.takeover === undefined ? { visit: { takeover: 'asked' } } : undefined;
}
