// What the board's routes work with.
import type { HttpApi } from '../../../kubernetes/client.ts';
import { Actions } from './actions.ts';
import { COURSE_STEPS } from '../../../lab/course-steps.ts';
import { textOf } from './findings.ts';
import type { EndedSessions } from './ended-sessions.ts';
import type { Classes } from '../classes.ts';
import { GuideAddresses } from '../guide-addresses.ts';
import type { FindGuide } from '../guide-finder.ts';
import type { Workshop } from '../kinds.ts';
import type { Origin } from '../origin.ts';
import type { PortalLog } from '../parts.ts';
import type { AnsweredPoll } from '../polls.ts';
import { GuideProxy } from '../proxy.ts';
import type { Secrets } from '../secret-files.ts';
import { TokenBucket } from '../token-bucket.ts';
import { sessionIn, sessionOf } from './session.ts';
import type { BoardSession } from './session.ts';
import type { PollAnswer, StateInput } from './state.ts';
import type { StreamsOptions } from './streams.ts';
import { Visits } from './visits.ts';
import { Writer } from './writer.ts';

/** The answers to polls. */
export interface PollSource {
  /** Returns the answers to a poll of a class. */
  results(workshop: Workshop, pollId: string): readonly PollAnswer[];
  /** Returns all polls of a class that somebody has answered. */
  all(workshop: Workshop): readonly AnsweredPoll[];
  /** Calls the listener after each new answer. */
  onChange(listener: () => void): unknown;
}

export interface BoardOptions {
  readonly api: Pick<HttpApi, 'get' | 'mergePatch' | 'delete' | 'create'>;
  readonly classes: Classes;
  readonly secrets: () => Secrets;
  /** Returns the instructor key. */
  readonly key: () => string;
  readonly ended: EndedSessions;
  readonly polls: PollSource;
  readonly findGuide: FindGuide;
  /** Where browsers reach the board, from the chart's value portal.boardUrl. */
  readonly url?: Origin | undefined;
  /** Where people reach the portal, from portal.url, and the port of its Service. */
  readonly portal: { readonly url?: Origin | undefined; readonly port: number };
  /** Folder with the files under /assets, and folder with the guide's own. */
  readonly assets: { readonly board: string; readonly guide: string };
  /** Name of this pod. */
  readonly instance: string;
  readonly log?: PortalLog;
  /** How many streams there may be, and the milliseconds between events, and between heartbeats. */
  readonly streams?: Pick<StreamsOptions, 'most' | 'pace' | 'heartbeat'>;
}

/** What the routes need. */
export interface BoardParts extends Pick<
  BoardOptions,
  'classes' | 'secrets' | 'key' | 'ended' | 'polls' | 'url' | 'portal' | 'log'
> {
  readonly actions: Actions;
  readonly visits: Visits;
  readonly proxy: GuideProxy;
  /** Limits what the board says to wrong keys. A right key is never refused, so nobody can lock the instructor out. */
  readonly wrongKeys: TokenBucket;
  /** Returns the session in a Cookie header. */
  readonly sessionOf: (cookie: string | undefined) => BoardSession | undefined;
  readonly isValid: (session: BoardSession) => boolean;
  /** Returns what the board shows of a class. Undefined if there is no such class. */
  readonly inputOf: (workshop: string, portalUrl: string) => StateInput | undefined;
}

export function boardParts(options: BoardOptions): BoardParts {
  const { api, classes, secrets, key, ended, polls, findGuide, url, portal, instance, log } = options;
  const writer = new Writer({ api, classes });
  const events = { api, instance, log };
  const addresses = new GuideAddresses(findGuide);
  classes.seats.onChange((before, after) => void (after ?? addresses.lost(before?.metadata.name ?? '')));
  const current = () => ({ cookie: secrets().cookie, key: key() });
  const unlessEnded = (session: BoardSession | undefined) => (session && !ended.has(session) ? session : undefined);
  return {
    classes,
    secrets,
    key,
    ended,
    polls,
    url,
    portal,
    ...(log && { log }),
    actions: new Actions({ classes, writer, secret: () => secrets().cookie, ...events }),
    visits: new Visits({ classes, writer, ...events }),
    proxy: new GuideProxy(addresses),
    wrongKeys: new TokenBucket({ size: 20, perSecond: 1 }),
    sessionOf: (cookie) => unlessEnded(sessionOf(cookie, current(), Date.now())),
    isValid: ({ cookie }) => unlessEnded(sessionIn(cookie, current(), Date.now())) !== undefined,
    inputOf: (name, portalUrl) => {
      const workshop = classes.workshops.get(name);
      return workshop && { ...inputFor(workshop, classes, polls), portalUrl, isGuess: !portal.url, now: Date.now() };
    },
  };
}

function inputFor(
  workshop: Workshop,
  classes: Classes,
  polls: PollSource,
): Omit<StateInput, 'portalUrl' | 'isGuess' | 'now'> {
  const { poll } = workshop.spec;
  return {
    workshop,
    seats: classes.seatsOf(workshop),
    answers: poll ? polls.results(workshop, poll.id) : [],
    steps: COURSE_STEPS,
    textOf,
  };
}
