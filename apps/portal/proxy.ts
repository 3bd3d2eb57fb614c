// Passes requests on to a seat's guide and its answers back, as streams in both directions.
import { Agent, request as ask } from 'node:http';
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { PORTAL } from '../../lab/names.ts';
import type { GuideAddresses } from './guide-addresses.ts';
import type { Guide } from './guide-finder.ts';
import { answerHeaders, locationBelow, requestHeaders } from './headers.ts';
import type { Origin } from './origin.ts';

/** What a request is for: a path of one seat's guide. */
export interface ProxyTarget {
  /** Name of the Seat. */
  readonly seat: string;
  readonly uid: string;
  /** Path and query at the guide, with a slash at the start. */
  readonly path: string;
  /** The portal's signed token for the guide. */
  readonly token: string;
  /** The path at which the browser sees the guide, without a slash at the end. */
  readonly prefix: string;
  /** The portal's origin, as the browser sees it. */
  readonly origin: Origin;
  /** Replaces the headers of the guide's answer, for an origin that trusts the guide less. */
  readonly guard?: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders;
}

/**
 * Why a guide's answer could not be passed on. `starting`: no guide is ready. `unreachable`: it takes no connection, or
 * breaks it. `refused`: it doesn't accept the portal's signature, because a new key of the portal takes up to two
 * minutes to reach the guide's volume. `slow`: it doesn't begin to answer. `invalid`: the answer can't be passed on.
 * `unknown`: the API server doesn't say where it is.
 */
export type ProxyFailure = 'starting' | 'unreachable' | 'refused' | 'slow' | 'invalid' | 'unknown';

/** Milliseconds until a connection must be there, and until an answer must begin. A check may take a minute. */
const TIMEOUTS = { connect: 5_000, answer: 120_000 };

/** Milliseconds after which a connection to a guide is closed that waits for a next request. */
const IDLE_MS = 30_000;

/** The path of a seat at the portal, without a slash at the end. */
export const prefixOf = (seat: string): string => `${PORTAL.seats}${seat}`;

export class GuideProxy {
  readonly #addresses: GuideAddresses;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  constructor(addresses: GuideAddresses) {
    this.#addresses = addresses;
  }

  /**
   * Passes a request on. Resolves when the answer has been sent or has broken off. @returns why nothing was sent, so
   * that the caller can answer; undefined if something was
   */
  async forward(
    request: IncomingMessage,
    response: ServerResponse,
    target: ProxyTarget,
  ): Promise<ProxyFailure | undefined> {
    const failure = await this.#attempt(request, response, target);
    if (failure !== 'unreachable' || response.destroyed) return failure;
    this.#addresses.lost(target.seat);
    return hasBody(request.headers) || !isSafe(request) ? failure : this.#attempt(request, response, target);
  }

  /** Connects a WebSocket. @returns why it is not connected, as `forward` does; a number is the guide's own status */
  async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    target: ProxyTarget,
  ): Promise<ProxyFailure | number | undefined> {
    const guide = await this.#guideOf(target);
    if (typeof guide === 'string') return guide;
    const failure = await connectWebSocket(askGuide(guide, request, target, websocketOptions), socket, head);
    if (failure === 'unreachable') this.#addresses.lost(target.seat);
    return failure;
  }

  /** Closes the connections that wait for a next request. */
  close(): void {
    this.#agent.destroy();
  }

  async #attempt(
    request: IncomingMessage,
    response: ServerResponse,
    target: ProxyTarget,
  ): Promise<ProxyFailure | undefined> {
    const guide = await this.#guideOf(target);
    if (typeof guide === 'string') return guide;
    if (response.destroyed) return undefined;
    return exchange(askGuide(guide, request, target, { agent: this.#agent }), request, response, target);
  }

  async #guideOf({ seat, uid }: ProxyTarget): Promise<Guide | ProxyFailure> {
    try {
      return (await this.#addresses.of(seat, uid)) ?? 'starting';
    } catch {
      return 'unknown';
    }
  }
}

/** Whether a guide answers that it does not accept the portal's signature. That is no answer for the person. */
const isRefusal = ({ statusCode, headers }: IncomingMessage): boolean =>
  statusCode === 401 && headers[PORTAL.header] === PORTAL.refused;

const isSafe = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** Whether a request has a body. A request without both headers has none. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

interface AskOptions {
  readonly agent: Agent | false;
  readonly headers?: OutgoingHttpHeaders;
}

const websocketOptions: AskOptions = { agent: false, headers: { connection: 'Upgrade', upgrade: 'websocket' } };

function askGuide(guide: Guide, request: IncomingMessage, target: ProxyTarget, options: AskOptions): ClientRequest {
  const { method = 'GET', headers } = request;
  const { host, proto } = target.origin;
  const passed = Object.assign(requestHeaders(headers), options.headers);
  // The body keeps its framing. Without this, Node would send a body of DELETE without any.
  if (headers['transfer-encoding'] !== undefined) passed['transfer-encoding'] = 'chunked';
  passed[PORTAL.header] = target.token;
  if (target.prefix !== '') passed[PORTAL.forwarded.prefix] = target.prefix;
  passed[PORTAL.forwarded.host] = host;
  passed[PORTAL.forwarded.proto] = proto;
  const asked = ask({ ...guide, agent: options.agent, method, path: target.path, headers: passed });
  asked.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), TIMEOUTS.connect);
    socket.setNoDelay(true).once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
  return asked;
}

/** Sends the request's body to the guide, and the guide's answer to the client. */
function exchange(
  asked: ClientRequest,
  request: IncomingMessage,
  response: ServerResponse,
  target: ProxyTarget,
): Promise<ProxyFailure | undefined> {
  return new Promise((resolve) => {
    let isSettled = false;
    const fail = (failure: ProxyFailure): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      asked.destroy();
      resolve(failure);
    };
    const timer = setTimeout(fail, TIMEOUTS.answer, 'slow');
    asked.once('response', (answer) => {
      clearTimeout(timer);
      if (isRefusal(answer)) fail('refused');
      else if (sendAnswer(answer, response, target)) isSettled = true;
      else fail('invalid');
    });
    // A guide can't switch to another protocol unless the browser asked for it.
    asked.once('upgrade', (_answer, socket: Duplex) => {
      socket.destroy();
      fail('invalid');
    });
    asked.on('error', () => {
      fail('unreachable');
      // A guide may answer and want no more of the body. The browser reads the answer when it has sent all.
      request.unpipe(asked).resume();
    });
    response.once('close', () => {
      clearTimeout(timer);
      if (!response.writableFinished) asked.destroy();
      resolve(undefined);
    });
    if (hasBody(request.headers)) request.pipe(asked);
    else asked.end();
  });
}

/** @returns whether the answer could be passed on */
function sendAnswer(answer: IncomingMessage, response: ServerResponse, target: ProxyTarget): boolean {
  const { statusCode: status = 0 } = answer;
  const { guard = (all: OutgoingHttpHeaders) => all } = target;
  const headers = guard(answerHeaders(answer.headers));
  const { location } = answer.headers;
  const below = location === undefined ? '' : locationBelow(target.prefix, target.path, location);
  if (status < 200 || status > 599 || below === undefined) return false;
  try {
    if (below !== '') headers.location = below;
    response.writeHead(status, headers);
  } catch {
    return false;
  }
  if (headers['content-length'] === undefined) response.flushHeaders();
  answer.once('close', () => answer.complete || response.destroy());
  answer.pipe(response);
  return true;
}

function connectWebSocket(
  asked: ClientRequest,
  socket: Duplex,
  head: Buffer,
): Promise<ProxyFailure | number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => asked.destroy(), TIMEOUTS.answer);
    const end = (result: ProxyFailure | number | undefined): void => {
      clearTimeout(timer);
      resolve(result);
    };
    asked.once('upgrade', (answer, guide: Duplex, first: Buffer) => {
      socket.write(switching(answer));
      socket.write(first);
      guide.write(head);
      join(socket, guide);
      end(undefined);
    });
    asked.once('response', (answer) => {
      asked.destroy();
      end(isRefusal(answer) ? 'refused' : (answer.statusCode ?? 502));
    });
    asked.on('error', () => end('unreachable'));
    socket.once('close', () => asked.destroy());
    asked.end();
  });
}

/** Returns the head of the answer that switches to WebSocket. Node has checked each header. */
function switching(answer: IncomingMessage): string {
  const headers = { ...answerHeaders(answer.headers), connection: 'Upgrade', upgrade: 'websocket' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return ['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n');
}

/** Passes bytes between two sockets. When one of them ends or fails, the other one does, too. */
function join(one: Duplex, other: Duplex): void {
  passOn(one, other);
  passOn(other, one);
}

function passOn(from: Duplex, to: Duplex): void {
  from.on('error', () => to.destroy());
  from.once('close', () => to.destroy());
  from.once('end', () => to.end(() => to.destroy()));
  from.pipe(to, { end: false });
}
