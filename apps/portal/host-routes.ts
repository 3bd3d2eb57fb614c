// The paths of a seat's own host, and the hand-over that brings a browser there. A seat's host serves the guide at `/`.
// Below /.portal/ the portal itself answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express, Request, RequestHandler, Response } from 'express';
import { PORTAL } from '../../lab/names.ts';
import { seatState } from './class-state.ts';
import { originOf } from './origin.ts';
import type { PortalParts } from './parts.ts';
import { sendPage } from './pages/layout.ts';
import type { Page } from './pages/layout.ts';
import { foreignRequest, linkUsed, notFound, notYourSeat } from './pages/refusals.ts';
import { hostCookie } from './seat-hosts.ts';
import type { SeatHosts } from './seat-hosts.ts';
import { serveSeat, upgradeSeat } from './seat-routes.ts';
import type { Session } from './sessions.ts';

const [ENTER, LEAVE] = ['/.portal/enter', '/.portal/leave'];
/** The files of the portal's pages. The guide has no files of these names. */
const ASSETS: readonly string[] = ['/assets/portal.css', '/assets/portal.js'];
/** Seconds for which the browser keeps its nonce. */
const NONCE_FOR = 60;
const HASH = /^[\w-]{43}$/;
/** A path and query of the same host. A browser reads a second slash or a backslash as the start of a host. */
const PATH = /^\/(?![/\\])[\x21-\x7e]{0,2000}$/;

const pathIn = (text: unknown): string => (typeof text === 'string' && PATH.test(text) ? text : '/');

const urlOf = ({ url }: Pick<SeatHosts, 'url'>, path: string): string => `${url.proto}://${url.host}${path}`;

/** What a request to a seat's host needs. */
export interface HostExchange {
  readonly seat: string;
  readonly hosts: SeatHosts;
  readonly parts: PortalParts;
  /** Serves the files of the portal's pages. */
  readonly assets: RequestHandler | Express;
}

/** Whether a request to a seat's host may become a WebSocket. */
export const mayUpgradeHost = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';

/** Answers a request to a seat's host. */
export async function serveHost(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: HostExchange,
): Promise<void> {
  const { url = '' } = request;
  if (ASSETS.includes(url)) return void exchange.assets(request as Request, response as Response, () => undefined);
  const refused = refusalOf(request, exchange);
  if (refused) return sendPage(response, refused, { connection: 'close' });
  if (url.startsWith(`${ENTER}?`)) return enter(request, response, exchange);
  if (url.startsWith(`${LEAVE}?`)) return leave(request, response, exchange);
  await serveGuide(request, response, exchange);
}

async function serveGuide(request: IncomingMessage, response: ServerResponse, at: At): Promise<void> {
  const session = await sessionAt(request.headers.cookie, at);
  if (isNavigation(request) && !isServed(session)) return goToPortal(request, response, session, at);
  request.url = `${PORTAL.seats}${at.seat}${request.url}`;
  await serveSeat(request, response, partsAt(session, at));
}

/** Returns why a request to a host is refused, whoever sends it. */
function refusalOf(request: IncomingMessage, at: At): Page | undefined {
  const { url = '', method = '' } = request;
  if (at.seat === 'invalid' || !url.startsWith('/') || hasSeveralHosts(request)) return notFound();
  const isSafe = method === 'GET' || method === 'HEAD';
  return (isSafe || isFromHost(request, at)) && !isOfNeighbour(request) ? undefined : foreignRequest();
}

/**
 * Whether another host of the same site loads something of this one into its page. Such a browser sends the cookie. An
 * app's sandboxed page counts as another site, and a link is a navigation.
 * https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
const isOfNeighbour = ({ headers }: IncomingMessage): boolean =>
  headers['sec-fetch-site'] === 'same-site' && headers['sec-fetch-mode'] !== 'navigate';

/** Connects a WebSocket to the guide of a seat's host. */
export async function upgradeHost(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  exchange: Omit<HostExchange, 'assets'>,
): Promise<void> {
  if (refusalOf(request, exchange) || !isFromHost(request, exchange))
    return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  const session = await sessionAt(request.headers.cookie, exchange);
  request.url = `${PORTAL.seats}${exchange.seat}${request.url}`;
  await upgradeSeat(request, socket, head, partsAt(session, exchange));
}

/** A proxy in front of the portal may choose another of them than Node. */
const hasSeveralHosts = ({ headersDistinct }: IncomingMessage): boolean => headersDistinct['host']?.length !== 1;

type At = Pick<HostExchange, 'seat' | 'hosts' | 'parts'>;

/** Whether a change comes from a page of exactly this host and scheme, an app's sandboxed page, or from no page. */
function isFromHost({ headers: { origin } }: IncomingMessage, { seat, hosts }: At): boolean {
  if (origin === undefined || origin === 'null') return true;
  const [named, own] = [originOf(origin), hosts.originOf(seat)];
  return named?.proto === own.proto && named.host === own.host;
}

/** Returns the session of this host. The seat of another host counts as ended here. */
async function sessionAt(cookie: string | undefined, { seat, hosts, parts }: At): Promise<Session> {
  const claims = hosts.sessionIn(cookie, seat);
  if (!claims) return { state: 'none' };
  const session = await parts.sessions.find(claims);
  return session.state === 'seated' && session.seat.metadata.name !== seat ? { state: 'ended' } : session;
}

const isServed = (session: Session): boolean =>
  session.state === 'seated' && !['Stopped', 'Ending'].includes(seatState(session.seat));

/** Whether a browser loads a page, so that it follows redirects to another host. */
const isNavigation = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers.accept?.includes('text/html') === true &&
  ['document', undefined].includes(headers['sec-fetch-dest']?.toString());

/** The parts with which a guide is served at its own host: as at the portal's, but with this host's session. */
const partsAt = (session: Session, { seat, hosts, parts }: At): PortalParts => ({
  ...parts,
  hosts: undefined,
  isSeatHost: true,
  url: hosts.originOf(seat),
  sessions: {
    of: () => Promise.resolve(session),
    find: (claims) => parts.sessions.find(claims),
    cookieFor: (own) => parts.sessions.cookieFor(own),
  },
});

function redirect(response: ServerResponse, location: string, cookies: readonly string[] = []): void {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  response.writeHead(303, { ...headers, ...(cookies.length > 0 && { 'set-cookie': [...cookies] }) }).end();
}

/**
 * Sends a browser to the portal: for a token, or to the page that says that the seat doesn't run. A session of this
 * host may be from before the seat was freed, so the portal's own session decides who gets a token.
 */
function goToPortal({ url }: IncomingMessage, response: ServerResponse, session: Session, at: At): void {
  const { hosts, seat } = at;
  if (session.state === 'seated') return redirect(response, urlOf(hosts, '/seat'));
  const { nonce, hash } = hosts.newNonce();
  const query = new URLSearchParams({ nonce: hash, to: pathIn(url) });
  const cookie = hostCookie(hosts.nonceCookie(hash), nonce, hosts.isSecure, NONCE_FOR);
  redirect(response, urlOf(hosts, `/enter/${seat}?${query.toString()}`), [cookie]);
}

/** Gives the browser a session at this host, for a token. */
async function enter(request: IncomingMessage, response: ServerResponse, at: At): Promise<void> {
  const { seat, hosts, parts } = at;
  const [token, to] = queryOf(request);
  const claims = hosts.redeem(token, 'enter', seat, request.headers.cookie);
  // Somebody may go back, or load the address again. Then the session is there.
  if (!claims && isServed(await sessionAt(request.headers.cookie, at))) return redirect(response, to);
  if (!claims) return sendPage(response, linkUsed(urlOf(hosts, '/seat')), { 'referrer-policy': 'no-referrer' });
  const session = await parts.sessions.find(claims);
  if (session.state !== 'seated' || session.seat.metadata.name !== seat)
    return redirect(response, urlOf(hosts, '/seat'));
  redirect(response, to, [
    hostCookie(hosts.cookie, hosts.sessionFor({ seat, claim: claims.claim }), hosts.isSecure),
    hostCookie(hosts.nonceCookie(claims.nonce), '', hosts.isSecure, 0),
  ]);
}

function leave(request: IncomingMessage, response: ServerResponse, { seat, hosts }: At): void {
  const [token] = queryOf(request);
  const isValid = hosts.redeem(token, 'leave', seat, request.headers.cookie) !== undefined;
  const gone = hostCookie(hosts.cookie, '', hosts.isSecure, 0);
  redirect(response, urlOf(hosts, '/'), isValid ? [gone] : []);
}

function queryOf({ url = '' }: IncomingMessage): [token: string, to: string] {
  const query = new URLSearchParams(url.slice(url.indexOf('?')));
  return [query.get('token') ?? '', pathIn(query.get('to'))];
}

/** Adds the portal's own part of the hand-over: who has the seat gets a token for its host. */
export function addHandOver(app: Express, parts: PortalParts, hosts: SeatHosts): void {
  app.get('/enter/:seat', async (request, response) => {
    const { nonce, to } = request.query;
    if (typeof nonce !== 'string' || !HASH.test(nonce)) return sendPage(response, notFound());
    const session = await parts.sessions.of(request.headers.cookie);
    if (session.state !== 'seated') return redirect(response, '/seat');
    const { name } = session.seat.metadata;
    const { seat } = request.params;
    // An instructor may have moved the person.
    if (name !== seat)
      return session.cookieSeat === seat ? redirect(response, '/seat') : sendPage(response, notYourSeat(name));
    const claims = { seat: name, claim: session.seat.spec.claim?.id ?? '' };
    const query = new URLSearchParams({ token: hosts.token('enter', claims, nonce), to: pathIn(to) });
    redirect(response, hosts.urlAt(name, `${ENTER}?${query.toString()}`));
  });
}

/** Returns the URL at which a seat's host forgets its session. Undefined if there is no session. */
export function leaveUrl(session: Session, hosts: SeatHosts): string | undefined {
  if (session.state !== 'seated') return undefined;
  const { metadata, spec } = session.seat;
  const token = hosts.token('leave', { seat: metadata.name, claim: spec.claim?.id ?? '' });
  return hosts.urlAt(metadata.name, `${LEAVE}?${new URLSearchParams({ token }).toString()}`);
}
