// What the board's server tells its pages, and which actions the pages ask for. The pages import only types from here.
import type { ClassState, SeatState } from '../class-state.ts';

/** How many seats a class has: at most, made so far, ready, and with a person. */
export interface SeatCounts {
  readonly most: number;
  readonly made: number;
  readonly ready: number;
  readonly claimed: number;
}

/** The data of the event `state` at /board/WORKSHOP/events. All times are in RFC 3339. */
export interface BoardState {
  /** The server's time. A page computes ages from it, because the browser's clock may be wrong. */
  readonly at: string;
  readonly workshop: {
    readonly name: string;
    readonly title?: string;
    readonly code?: string;
    /** Where people join, with the code if there is one. */
    readonly joinUrl: string;
    /** Whether the host of joinUrl is a guess from the board's own address, because portal.url is not set. */
    readonly isGuess: boolean;
    readonly state: ClassState;
    readonly startsAt?: string;
    readonly expiresAt?: string;
    /** What happens to the seats when the class ends. */
    readonly afterExpiry: 'Delete' | 'Stop' | 'Keep';
    readonly paused: boolean;
    /** Names of the faults that are active in every lab. */
    readonly faults: readonly string[];
    /** Words of the Workshop's faults label that name no fault, so that they have no effect. */
    readonly unknownFaults: readonly string[];
    /** Whether the class has a list of names. Otherwise, it has a number of seats. */
    readonly hasNames: boolean;
    readonly announcement?: { readonly text: string; readonly by: string; readonly at: string };
    readonly seats: SeatCounts;
  };
  /** The course's steps in order, from number 1. */
  readonly steps: readonly { readonly id: string; readonly number: number }[];
  /** Who needs help comes first. */
  readonly people: readonly Person[];
  /** Why people are stuck: the last failed check of each, grouped. The largest group comes first. */
  readonly why: readonly {
    readonly finding: string;
    readonly text: string;
    readonly step: string;
    readonly seats: readonly string[];
  }[];
  readonly poll?: PollResults;
}

export interface PollResults {
  readonly id: string;
  readonly question: string;
  readonly options?: readonly string[];
  /** Equal answers together, the most frequent first. `names` has only the people who chose to give theirs. */
  readonly answers: readonly { readonly text: string; readonly count: number; readonly names: readonly string[] }[];
}

/** Why somebody needs help: asked for it, failed the same check several times, or has been silent for long. */
export type Need = 'help' | 'stuck' | 'silent' | 'nothing';

export interface Person {
  /** Name of the Seat. */
  readonly seat: string;
  /** What the pages call the person. It comes from the person, so pages escape it. */
  readonly name: string;
  readonly isClaimed: boolean;
  readonly state: SeatState;
  /** What the seat waits for, in the operator's words. */
  readonly reason?: string;
  /** Ids of the verified steps. */
  readonly passed: readonly string[];
  readonly step?: string;
  readonly since?: string;
  readonly lastActivity?: string;
  readonly check?: {
    readonly step: string;
    readonly finding: string;
    readonly text: string;
    readonly hop: string;
    /** How often the check has failed in a row. */
    readonly times: number;
    readonly at: string;
  };
  readonly help?: { readonly text?: string; readonly at: string; readonly takenBy?: string };
  readonly visit?: { readonly by: string; readonly takeover?: 'asked' | 'granted' };
  readonly needs: Need;
}

/** The data of the event `state` at /board/WORKSHOP/screen/events. It has no person's name. */
export interface ScreenState {
  readonly at: string;
  readonly title: string;
  readonly code?: string;
  readonly joinUrl: string;
  /** Whether the host of joinUrl is a guess from the board's own address, because portal.url is not set. */
  readonly isGuess: boolean;
  readonly seats: SeatCounts;
  readonly steps: readonly {
    readonly id: string;
    readonly number: number;
    /** How many people have passed the step, and how many work on it. */
    readonly passed: number;
    readonly here: number;
  }[];
  readonly poll?: PollResults;
}

/** The data of the event `end`, after which the server closes the stream. A page opens no new one. */
export interface StreamEnd {
  readonly reason: 'class' | 'session';
}

interface OfSeat {
  readonly seat: string;
}

/** What each action needs. */
export interface ActionFields {
  /** A request that somebody has taken needs `from`, their name, so that two who press at once don't both get it. */
  readonly take: OfSeat & { readonly from?: string };
  readonly resolve: OfSeat;
  readonly reset: OfSeat;
  readonly stop: OfSeat;
  readonly start: OfSeat;
  readonly free: OfSeat;
  /** Gives the person of a seat another, free seat. */
  readonly move: OfSeat & { readonly to: string };
  readonly link: OfSeat;
  readonly lookIn: OfSeat;
  readonly askTakeover: OfSeat;
  readonly endVisit: OfSeat;
  /** Without `seat`, the hint is for all. */
  readonly hint: { readonly seat?: string; readonly text: string };
  readonly faults: { readonly names: readonly string[] };
  readonly pause: { readonly paused: boolean };
  readonly extend: { readonly minutes: number };
  readonly end: object;
  /** A class with a list of names needs the name of the new attendee. */
  readonly addSeat: { readonly name?: string };
  readonly poll: { readonly id: string; readonly question: string; readonly options?: readonly string[] };
  readonly closePoll: object;
}

export type ActionName = keyof ActionFields;

export type ActionOf<K extends ActionName> = { readonly action: K } & ActionFields[K];

/** The body of POST /board/WORKSHOP/actions. */
export type Action = { [K in ActionName]: ActionOf<K> }[ActionName];

/** The answer to the action `link`. A refused action answers `ActionError`, and actions without an answer 204. */
export interface LinkAnswer {
  /** A link for the person of the seat. It works once, for some minutes. */
  readonly url: string;
  readonly expiresAt: string;
}

/** The answer to the action `addSeat` in a class with a list of names. */
export interface AddedAnswer {
  /** The attendee's id, which is made of the name: lower-case letters, digits and hyphens. */
  readonly attendee: string;
}

export interface ActionError {
  /** What was expected, what was found, and what to do. */
  readonly error: string;
}

/** Header of an action with the token in the page's `<meta name="csrf">`. */
export const CSRF_HEADER = 'x-intro-otel-csrf';
