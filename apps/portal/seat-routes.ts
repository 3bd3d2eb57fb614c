// The paths of the seats' guides: /s/<seat>/. Only the person of a seat gets to its guide.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PORTAL } from '../../lab/names.ts';
import { isClassPath, serveClass } from './class-routes.ts';
import { personIn, seatState } from './class-state.ts';
import { endSocket } from './end-socket.ts';
import type { Seat } from './kinds.ts';
import { isForeign, ownOrigin } from './origin.ts';
import { seatEnded, seatReset, secretChanged } from './pages/key.ts';
import { sendPage } from './pages/layout.ts';
import type { Page } from './pages/layout.ts';
import { apiSilent, badPath, failurePage, foreignRequest, notYourSeat, seatNeeded } from './pages/refusals.ts';
import { seatPage } from './pages/seat.ts';
import type { PortalParts } from './parts.ts';
import { hasBody, prefixOf } from './proxy.ts';
import type { ProxyTarget } from './proxy.ts';
import type { Session } from './sessions.ts';
import { keepStep } from './wanted-step.ts';

/** The name of a seat, and the path and query at its guide. The name is spelt in one way only, never encoded. */
const SEAT_PATH = /^\/s\/([a-z0-9][a-z0-9-]{0,62})(\/[^#]*|(?=\?|$))(\?[^#]*)?$/;

/** Returns the seat, and the path and query at its guide. The path is empty if the slash after the seat is missing. */
export function seatPathIn(
  url: string,
): { readonly seat: string; readonly path: string; readonly query: string } | undefined {
  const [, seat, path = '', query = ''] = SEAT_PATH.exec(url) ?? [];
  return seat === undefined ? undefined : { seat, path, query };
}

/** Whether a request is for a guide. */
export const isSeatPath = (url = ''): boolean => url.startsWith(PORTAL.seats);

/** Whether a request may become a WebSocket. All others are answered as if they had no header Upgrade. */
export const mayUpgrade = ({ method, url, headers }: IncomingMessage): boolean =>
  method === 'GET' && isSeatPath(url) && headers.upgrade?.toLowerCase() === 'websocket';

/** What becomes of a request: it goes to a guide, is about the class, or is answered with a page or a redirect. */
type Decision =
  | { readonly target: ProxyTarget; readonly seat: Seat }
  | { readonly classPath: string; readonly seat: Seat }
  | { readonly page: Page }
  | { readonly location: string };

/** Answers a request for a guide. */
export async function serveSeat(request: IncomingMessage, response: ServerResponse, parts: PortalParts): Promise<void> {
  const decision = await decide(request, parts);
  if ('page' in decision) return refuse(request, response, decision.page);
  if ('location' in decision) return redirect(response, decision);
  if ('classPath' in decision) return serveClass(response, decision.classPath, { request, seat: decision.seat, parts });
  const done = keepOpen(decision, parts, () => response.destroy());
  response.once('close', done);
  const failure = await parts.proxy.forward(request, response, decision.target);
  if (failure !== undefined && !response.destroyed) refuse(request, response, failurePage(failure));
}

/** Connects a WebSocket to a guide. */
export async function upgradeSeat(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  parts: PortalParts,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const decision = isFromOwnPage(request, parts) ? await decide(request, parts) : { page: foreignRequest() };
  if (!('target' in decision)) return endSocket(socket, 'page' in decision ? (decision.page.status ?? 403) : 403);
  socket.once(
    'close',
    keepOpen(decision, parts, () => socket.destroy()),
  );
  const failure = await parts.proxy.upgrade(request, socket, head, decision.target);
  if (failure !== undefined)
    endSocket(socket, typeof failure === 'number' ? failure : (failurePage(failure).status ?? 502));
}

/** A page of a learner's app has the origin `null`, and gets no WebSocket. A script outside a browser has no origin. */
const isFromOwnPage = ({ headers }: IncomingMessage, { url }: PortalParts): boolean =>
  headers.origin === undefined || (headers.origin !== 'null' && !isForeign(headers, url));

const keepOpen = ({ seat }: { seat: Seat }, { open }: PortalParts, end: () => void): (() => void) =>
  open.add(seat.metadata.name, seat.spec.claim?.id ?? '', end);

async function decide(request: IncomingMessage, parts: PortalParts): Promise<Decision> {
  const asked = seatPathIn(request.url ?? '');
  if (asked === undefined || request.method === 'TRACE') return { page: badPath() };
  if (isFromElsewhere(request, parts)) return { page: foreignRequest() };
  const { seat: name, path, query } = asked;
  const seat = ownSeat(await parts.sessions.of(request.headers.cookie), name);
  if (!('metadata' in seat)) return seat;
  return path === '' ? { location: `${prefixOf(name)}/${query}` } : toSeat(request, seat, path + query, parts);
}

/** Returns the seat of a session, if it is the one with this name. Otherwise, what to answer. */
function ownSeat(session: Session, name: string): Seat | Decision {
  if (session.state !== 'seated') return { page: pageWithoutSeat(session.state) };
  const own = session.seat.metadata.name;
  if (own === name) return session.seat;
  return session.cookieSeat === name ? { location: `${prefixOf(own)}/` } : { page: notYourSeat(own) };
}

/** Whether a page of another site asks for a change, or a browser for the script of a Service Worker. */
const isFromElsewhere = ({ method = '', headers }: IncomingMessage, { url }: PortalParts): boolean =>
  headers['service-worker'] !== undefined || (isUnsafe(method) && isForeign(headers, url));

/** Sends a browser to the seat's own host if it has one. Else the portal or the guide answers. */
function toSeat(request: IncomingMessage, seat: Seat, path: string, parts: PortalParts): Decision {
  if (!parts.hosts) return isClassPath(path) ? { classPath: path, seat } : toGuide(request, seat, path, parts);
  if (isUnsafe(request.method ?? '')) return { page: badPath() };
  return { location: parts.hosts.urlAt(seat.metadata.name, path) };
}

const isUnsafe = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);

const pageWithoutSeat = (state: Exclude<Session['state'], 'seated'>): Page =>
  ({ none: seatNeeded, invalid: secretChanged, reset: seatReset, ended: seatEnded, unsure: apiSilent })[state]();

function toGuide(request: IncomingMessage, seat: Seat, path: string, parts: PortalParts): Decision {
  const workshop = parts.classes.workshopOf(seat);
  const [name, state] = [personIn(seat, workshop), seatState(seat)];
  const { name: namespace, uid = '' } = seat.metadata;
  if (state === 'Ending' && parts.classes.isReserved(seat.spec.claim?.id ?? '')) return { page: seatReset() };
  if (state === 'Stopped' || state === 'Ending')
    return { page: { ...seatPage({ seat: namespace, name, state }), status: 503 } };
  const token = parts.tokens.for(seat, name, parts.secrets().signing);
  const origin = ownOrigin(request.headers, parts.url);
  const prefix = parts.isSeatHost ? '' : prefixOf(namespace);
  return { seat, target: { seat: namespace, uid, path, token, prefix, origin } };
}

function redirect(response: ServerResponse, { location }: { location: string }): void {
  response.writeHead(307, { location, 'cache-control': 'no-store' }).end();
}

/** Answers a browser with a page, and a script with JSON, as a guide does. */
function refuse({ headers, url }: IncomingMessage, response: ServerResponse, page: Page): void {
  const closing = hasBody(headers) ? { connection: 'close' } : {};
  if (headers.accept?.includes('text/html')) return sendPage(response, page, { ...closing, ...keepStep(url) });
  response.writeHead(page.status ?? 403, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(page.again !== undefined && { 'retry-after': String(page.again) }),
    ...closing,
  });
  response.end(JSON.stringify({ error: page.error ?? page.title }));
}
