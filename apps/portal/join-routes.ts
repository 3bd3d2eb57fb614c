// The routes with which people get a seat: join a class, see the seat, come back by three words, leave.
import { randomBytes } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import { PORTAL } from '../../lab/names.ts';
import { classState, hasNames, personIn, reasonOf, rosterOf, seatState } from './class-state.ts';
import type { Person } from './claims.ts';
import type { Seat, Workshop } from './kinds.ts';
import { leaveUrl } from './host-routes.ts';
import { closedPage } from './pages/class.ts';
import { codePage, namePage, repeatPage, rosterPage, wrongCodePage } from './pages/join.ts';
import { keptPage } from './pages/kept.ts';
import { keyPage, secretChanged, seatEnded, seatReset, tooManyKeys, wrongKey } from './pages/key.ts';
import { sendPage } from './pages/layout.ts';
import { apiSilent } from './pages/refusals.ts';
import { hasSeatPage, leavingPage, seatPage } from './pages/seat.ts';
import { personName } from './person-name.ts';
import { cookieName } from './parts.ts';
import type { PortalParts } from './parts.ts';
import { ownOrigin } from './origin.ts';
import { setCookie } from './session.ts';
import { keyOf, parseWords, wordsOf } from './three-words.ts';
import { keptStep } from './wanted-step.ts';

/** Adds the routes. They answer every request with a page. */
export function addJoinRoutes(app: Express, parts: PortalParts): void {
  app.get('/', async (request, response) =>
    sendPage(response, codePage((await parts.sessions.of(request.headers.cookie)).state === 'seated')),
  );
  app.get('/join', (request, response) => toCode(request, response));
  app.get(`${PORTAL.join}:code`, (request, response) => showClass(request, response, parts));
  app.post(`${PORTAL.join}:code`, (request, response) => takeSeat(request, response, parts));
  app.get('/kept', (_request, response) => sendPage(response, keptPage()));
  app.get('/seat', (request, response) => showSeat(request, response, parts));
  app.get(PORTAL.key, (_request, response) => sendPage(response, keyPage()));
  app.post(PORTAL.key, (request, response) => comeBack(request, response, parts));
  app.post('/logout', (request, response) => logOut(request, response, parts));
}

async function logOut(request: Request, response: Response, parts: PortalParts): Promise<void> {
  const gone = cookieHeader(request, undefined, parts);
  const { hosts, sessions } = parts;
  const leaveAt = hosts && leaveUrl(await sessions.of(request.headers.cookie), hosts);
  // The page's policy allows no form to end at another host, so that the page goes there.
  if (leaveAt) return sendPage(response, leavingPage(leaveAt), { ...gone, 'referrer-policy': 'no-referrer' });
  redirect(response, '/', gone);
}

function toCode(request: Request, response: Response): void {
  const { code } = request.query;
  const text = typeof code === 'string' ? code.trim() : '';
  redirect(response, text === '' ? '/' : `${PORTAL.join}${encodeURIComponent(text.slice(0, 40).toLowerCase())}`);
}

/** Leads a browser to another page of the portal. */
export function redirect(response: Response, path: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(303, { location: path, 'cache-control': 'no-store', ...headers }).end();
}

/** Returns the header that sets the portal's cookie, or removes it without a value. */
export const cookieHeader = ({ headers }: Request, value: string | undefined, { url, hosts }: PortalParts) => ({
  'set-cookie': setCookie(value, (hosts?.url ?? ownOrigin(headers, url)).proto === 'https', cookieName(hosts)),
});

async function showClass(request: Request<{ code: string }>, response: Response, parts: PortalParts): Promise<void> {
  const workshop = classOf(request.params.code, response, parts);
  if (!workshop) return;
  if (await hasSeatIn(workshop, request, parts)) return sendPage(response, hasSeatPage());
  offerSeats(workshop, response, parts);
}

/** Whether the browser has a seat in the class, or gets one again after a reset. Nobody gets two. */
async function hasSeatIn(workshop: Workshop, { headers }: Pick<Request, 'headers'>, { sessions }: PortalParts) {
  const session = await sessions.of(headers.cookie);
  return session.state === 'reset' || session.seat?.spec.workshop === workshop.metadata.name;
}

/** Returns the class with a code. If there is none, it sends a page that says so, and counts the wrong code. */
function classOf(code: string, response: Response, { classes, wrongCodes }: PortalParts): Workshop | undefined {
  const workshop = classes.byCode(code);
  if (!workshop) sendPage(response, wrongCodePage(code, !wrongCodes.take()));
  return workshop;
}

interface Sent {
  /** The claim id of the form. A new one if there is none. */
  readonly claimId?: string;
  readonly name?: string;
  readonly problem?: string;
}

/** Sends the form of a class, or the page that says why it seats nobody now. */
function offerSeats(workshop: Workshop, response: Response, { classes }: PortalParts, sent: Sent = {}): void {
  const seats = classes.seatsOf(workshop);
  const state = classState(workshop, seats, Date.now());
  if (state !== 'Open') return sendPage(response, closedPage(state, workshop));
  const form = { code: workshop.status?.code ?? '', claimId: sent.claimId ?? randomBytes(18).toString('base64url') };
  if (hasNames(workshop)) return sendPage(response, rosterPage(form, rosterOf(workshop, seats), sent.problem));
  sendPage(response, namePage(form, sent));
}

/**
 * Lets somebody choose who came too late for a name, also while the class is full. A page that goes on by itself would
 * send the form again, and take the seat as soon as its person is freed.
 */
function chooseAgain(
  workshop: Workshop,
  { name, claimId }: Person,
  response: Response,
  { classes }: PortalParts,
): void {
  const roster = rosterOf(workshop, classes.seatsOf(workshop));
  const form = { code: workshop.status?.code ?? '', claimId };
  sendPage(response, rosterPage(form, roster, `Somebody has taken the seat of ${name}.`));
}

const CLAIM_ID = /^[A-Za-z0-9_-]{24}$/;

const fieldsOf = ({ body }: Request): Readonly<Record<string, string>> => {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
};

async function takeSeat(request: Request, response: Response, parts: PortalParts): Promise<void> {
  const workshop = classOf(String(request.params['code']), response, parts);
  if (!workshop) return;
  if (await hasSeatIn(workshop, request, parts)) return redirect(response, '/seat');
  const fields = fieldsOf(request);
  const person = personOf(workshop, fields);
  if ('problem' in person) return offerSeats(workshop, response, parts, { ...fieldsToKeep(fields), ...person });
  await giveSeat(workshop, person, { request, response, parts });
}

const fieldsToKeep = ({ claim = '', name = '' }: Readonly<Record<string, string>>): Sent => ({
  ...(CLAIM_ID.test(claim) && { claimId: claim }),
  name,
});

function personOf(workshop: Workshop, fields: Readonly<Record<string, string>>): Person | { problem: string } {
  const { claim: claimId = '', name = '', attendee = '' } = fields;
  if (!CLAIM_ID.test(claimId)) return { problem: 'Expected a form of this page, found another one. Send this one.' };
  if (!hasNames(workshop)) {
    const checked = personName(name);
    return 'problem' in checked ? checked : { claimId, name: checked.name };
  }
  const listed = rosterOf(workshop, []).find((one) => one.attendee === attendee);
  return listed ? { claimId, name: listed.name, attendee } : { problem: 'Choose one of the names.' };
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly parts: PortalParts;
}

async function giveSeat(workshop: Workshop, person: Person, { request, response, parts }: Exchange): Promise<void> {
  const repeat = (text: string): void => {
    const fields = { claim: person.claimId, name: person.name, attendee: person.attendee ?? '' };
    sendPage(response, repeatPage(workshop.status?.code ?? '', fields, text));
  };
  const state = classState(workshop, parts.classes.seatsOf(workshop), Date.now());
  if (state === 'NotStarted' || state === 'Over') return sendPage(response, closedPage(state, workshop));
  try {
    const result = await parts.claims.claim(workshop, person);
    if (result.outcome === 'seated')
      return redirect(response, '/seat', cookieHeader(request, parts.sessions.cookieFor(result.seat), parts));
    if (result.outcome === 'taken') return chooseAgain(workshop, person, response, parts);
    if (state === 'Full') return sendPage(response, closedPage(state, workshop));
    repeat(state === 'Paused' ? 'No seat is free, and the class is paused.' : 'No seat is free yet.');
  } catch (error) {
    parts.log?.warn({ err: error }, 'A claim could not be written');
    repeat('The cluster does not answer now.');
  }
}

async function showSeat(request: Request, response: Response, parts: PortalParts): Promise<void> {
  const session = await parts.sessions.of(request.headers.cookie);
  if (session.state === 'seated') return sendPage(response, ownSeatPage(session.seat, request, parts));
  if (session.state === 'invalid') return sendPage(response, secretChanged());
  if (session.state === 'reset') return sendPage(response, seatReset());
  if (session.state === 'ended') return sendPage(response, seatEnded());
  if (session.state === 'unsure') return sendPage(response, apiSilent());
  redirect(response, '/');
}

function ownSeatPage(seat: Seat, { headers }: Request, { classes, secrets }: PortalParts) {
  if (seatState(seat) === 'Ending' && classes.isReserved(seat.spec.claim?.id ?? '')) return seatReset();
  const workshop = classes.workshopOf(seat);
  return seatPage({
    seat: seat.metadata.name,
    name: personIn(seat, workshop),
    state: seatState(seat),
    reason: whyOf(seat),
    words: workshop && shownWords(seat, workshop, secrets().people),
    query: keptStep(headers.cookie),
  });
}

/** What a seat waits for, if its person can make something of it. What stops or ends it says so to instructors. */
const whyOf = (seat: Seat): string | undefined =>
  ['Starting', 'Waiting', 'Failed'].includes(seatState(seat)) ? reasonOf(seat) : undefined;

/** Returns the words of a person, if they are those whose hash the Seat has. */
function shownWords({ spec }: Seat, { metadata: { uid = '' } }: Workshop, people: Buffer): string | undefined {
  const words = wordsOf(people, uid, spec.claim?.id ?? '');
  return keyOf(people, uid, words) === spec.claim?.key ? words : undefined;
}

function comeBack(request: Request, response: Response, parts: PortalParts): void {
  const typed = parseWords(fieldsOf(request)['words'] ?? '');
  if ('problem' in typed) return sendPage(response, wrongKey(typed.problem));
  if (parts.wrongKeys.isEmpty) return sendPage(response, tooManyKeys());
  const seats = seatsWith(typed.words, parts);
  const [seat] = seats;
  if (seat && seats.length === 1)
    return redirect(response, '/seat', cookieHeader(request, parts.sessions.cookieFor(seat), parts));
  parts.wrongKeys.take();
  sendPage(response, wrongKey('Nobody in a class has these three words. Compare them with what you wrote down.'));
}

/** Returns the seats of all classes whose person has these words. */
function seatsWith(words: string, { classes, secrets }: PortalParts): Seat[] {
  const keys = new Map(
    classes.workshops
      .list()
      .map(({ metadata: { name, uid = '' } }) => [name, keyOf(secrets().people, uid, words)] as const),
  );
  return classes.seats.list().filter(({ spec }) => spec.claim && spec.claim.key === keys.get(spec.workshop));
}
