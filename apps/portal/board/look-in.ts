// The paths of the seats' guides at the board's port: an instructor looks into a lab, or works in it if its learner has
// agreed. What a guide answers is not trusted here, because this origin also has the board. So no script of a guide
// runs: the board answers the guide's scripts from its own image, and its policy allows no others.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { LIFETIME, signPortalToken } from '../../../lab/portal-token.ts';
import type { PortalRole } from '../../../lab/portal-token.ts';
import { seatState } from '../class-state.ts';
import { endSocket } from '../end-socket.ts';
import type { Seat } from '../kinds.ts';
import { ownOrigin } from '../origin.ts';
import { hasBody, prefixOf } from '../proxy.ts';
import type { ProxyFailure, ProxyTarget } from '../proxy.ts';
import { seatPathIn } from '../seat-routes.ts';
import { BadAction } from './bad-action.ts';
import { isEmbeddedElsewhere, isFromBoard, originText } from './origin.ts';
import type { Message } from './pages/message.ts';
import type { BoardParts } from './parts.ts';
import { sendMessage } from './responses.ts';
import type { BoardSession } from './session.ts';
import { roleIn } from './visits.ts';

type Decision =
  | { readonly message: Message }
  | { readonly location: string }
  | { readonly asset: string }
  | { readonly target: ProxyTarget; readonly role: PortalRole; readonly session: BoardSession };

const refused = (status: number, title: string, text: string, more: Partial<Message> = {}): { message: Message } => ({
  message: { status, title, text, ...more },
});

/** Answers a request for a guide. */
export async function serveLookIn(
  request: IncomingMessage,
  response: ServerResponse,
  parts: BoardParts,
  assets: RequestHandler,
): Promise<void> {
  const decision = await decide(request, parts);
  if ('message' in decision) return refuse(request, response, decision.message);
  if ('location' in decision)
    return void response.writeHead(307, { location: decision.location, 'cache-control': 'no-store' }).end();
  if ('asset' in decision) return sendAsset(decision.asset, request, response, assets);
  response.once(
    'close',
    keepOpen(decision, parts, () => response.destroy()),
  );
  const failure = await parts.proxy.forward(request, response, decision.target);
  if (failure !== undefined && !response.destroyed) refuse(request, response, messageOf(failure));
}

/** Connects a WebSocket to a guide. */
export async function upgradeLookIn(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  parts: BoardParts,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const decision = isFromBoard(request.headers, parts.url) ? await decide(request, parts) : elsewhere();
  if (!('target' in decision)) return endSocket(socket, 'message' in decision ? decision.message.status : 403);
  socket.once(
    'close',
    keepOpen(decision, parts, () => socket.destroy()),
  );
  const failure = await parts.proxy.upgrade(request, socket, head, decision.target);
  if (failure !== undefined) endSocket(socket, typeof failure === 'number' ? failure : messageOf(failure).status);
}

/** Keeps the visit while an exchange runs, and ends the exchange when it may no longer go on. */
function keepOpen(
  { target, role, session }: Extract<Decision, { target: ProxyTarget }>,
  { visits, isValid }: BoardParts,
  end: () => void,
): () => void {
  return visits.keep({ seat: target.seat, by: session.name, role, isValid: () => isValid(session), end });
}

const elsewhere = () =>
  refused(403, 'This request comes from another site', 'The board answers only its own pages. Open it by its address.');

async function decide(request: IncomingMessage, parts: BoardParts): Promise<Decision> {
  const found = seatPathIn(request.url ?? '');
  if (!found || request.method === 'TRACE')
    return refused(400, 'This address is not valid', 'Expected a path such as /s/SEAT/. Go back to the board.');
  if (!isFromOwnPage(request, parts)) return elsewhere();
  const session = parts.sessionOf(request.headers.cookie);
  if (!session) return refused(401, 'Who are you?', 'Log in with the instructor key first.', { link: LOG_IN });
  const seat = parts.classes.seats.get(found.seat);
  if (!seat) return refused(404, 'No such seat', `There is no seat ${found.seat}. It may have been removed.`);
  if (found.path === '') return { location: `${prefixOf(found.seat)}/${found.query}` };
  if (isReading(request) && found.path.startsWith('/assets/')) return { asset: found.path.slice('/assets'.length) };
  return toGuide(request, seat, { session, path: found.path + found.query }, parts);
}

const isReading = ({ method = '' }: IncomingMessage): boolean => ['GET', 'HEAD'].includes(method);

/** Whether no other origin asks, and no browser asks for the script of a Service Worker. */
function isFromOwnPage(request: IncomingMessage, { url }: BoardParts): boolean {
  const { headers } = request;
  if (headers['service-worker'] !== undefined) return false;
  return isReading(request) ? !isEmbeddedElsewhere(headers, url) : isFromBoard(headers, url);
}

const LOG_IN = { href: '/login', text: 'Log in' };

async function toGuide(
  request: IncomingMessage,
  seat: Seat,
  { session, path }: { session: BoardSession; path: string },
  parts: BoardParts,
): Promise<Decision> {
  const { name, uid = '' } = seat.metadata;
  if (['Stopped', 'Ending'].includes(seatState(seat)))
    return refused(503, 'This seat does not run', 'Start it on the board, or wait until it is back.', { again: 3 });
  const problem = await enter(seat, session, parts);
  if (problem) return { message: problem };
  const role = roleIn(parts.classes.seats.get(name), session.name) ?? 'instructor';
  if (role !== 'takeover' && !isReading(request))
    return refused(403, 'You may only look', 'Ask the learner on the board to let you work here.');
  const exp = Math.floor(Date.now() / 1000) + LIFETIME;
  const token = signPortalToken({ seat: name, uid, role, name: session.name, exp }, parts.secrets().signing);
  const origin = ownOrigin(request.headers, parts.url);
  const guard = guardFor(name, originText(request.headers, parts.url));
  return { role, session, target: { seat: name, uid, path, token, prefix: prefixOf(name), origin, guard } };
}

/** Begins or renews the visit, of which the learner's page tells. @returns why the instructor can't look in */
async function enter(seat: Seat, { name }: BoardSession, { visits }: BoardParts): Promise<Message | undefined> {
  try {
    await visits.enter(seat, name);
    return undefined;
  } catch (error) {
    if (error instanceof BadAction)
      return refused(error.status, 'You can’t look in now', `This is because we ${error.message}`).message;
    return refused(503, 'The cluster does not answer', 'Nobody looks in before the learner can be told. Try again.', {
      again: 3,
    }).message;
  }
}

/** Headers of a guide's answer that could load something, lead away, or let other origins read it. */
const DROPPED = /^(access-control-.*|content-security-policy.*|cross-origin-.*|link|refresh|sourcemap|x-sourcemap)$/;

const SCRIPT = /java|ecma|jscript|livescript/i;

/**
 * Returns what the board makes of the headers of a guide's answer. Scripts may come only from /s/SEAT/assets/, which
 * the board answers itself, and may talk only to this seat. Forms are not sent. With `nosniff`, no other type is a
 * script for a browser.
 * https://www.w3.org/TR/CSP3/#match-url-to-source-expression
 */
export function guardFor(seat: string, origin: string): (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders {
  const own = `${origin}${prefixOf(seat)}/`;
  // A policy can't name an IPv6 address, and then the types alone keep scripts out.
  const scripts = origin.includes('[') ? "'self'" : `${own}assets/`;
  const policy = [
    "default-src 'none'",
    `script-src ${scripts}`,
    `worker-src ${scripts}`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${origin.includes('[') ? "'self'" : `${own} ${own.replace(/^http/, 'ws')}`}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return (headers) => {
    const kept = Object.entries(headers).filter(([name]) => !DROPPED.test(name));
    const type = String(headers['content-type'] ?? 'text/plain');
    return {
      ...Object.fromEntries(kept),
      'content-type': SCRIPT.test(type) ? 'text/plain; charset=utf-8' : type,
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    };
  };
}

function sendAsset(path: string, request: IncomingMessage, response: ServerResponse, assets: RequestHandler): void {
  request.url = path;
  assets(request as never, response as never, () =>
    refuse(request, response, refused(404, 'No such file', 'This release has no such file.').message),
  );
}

const failures: Readonly<Record<ProxyFailure, Message>> = {
  starting: refused(503, 'The lab is starting', 'Its page is not ready yet.', { again: 2 }).message,
  refused: refused(503, 'The lab is starting', 'It does not know the key of the portal yet.', { again: 3 }).message,
  unreachable: refused(502, 'The lab does not answer', 'It may be restarting.', { again: 2 }).message,
  slow: refused(504, 'The lab is slow', 'It did not begin to answer within two minutes.').message,
  invalid: refused(502, 'The lab’s answer can’t be shown', 'It is not valid HTTP, or leads to another site.').message,
  unknown: refused(503, 'The cluster does not answer', 'It does not say where the lab is.', { again: 3 }).message,
};

const messageOf = (failure: ProxyFailure): Message => failures[failure];

/** Answers a browser with a page, and a script with a text. */
function refuse({ headers }: IncomingMessage, response: ServerResponse, message: Message): void {
  const closing = hasBody(headers) ? { connection: 'close' } : {};
  if (headers.accept?.includes('text/html')) return sendMessage(response, message, closing);
  response.writeHead(message.status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...closing,
  });
  response.end(`${message.title}\n`);
}
