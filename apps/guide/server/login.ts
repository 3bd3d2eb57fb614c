// Lets only people with the lab's login token into the guide. A link with the token sets a cookie, and scripts send the
// token as `Authorization: Bearer`. A request from the pod itself needs no token: it comes from `kubectl port-forward`,
// which the API server has already authorized, or from the guide's own command line. A request from the class's portal
// needs none either: the portal has signed it.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Express, Request, RequestHandler, Response } from 'express';
import { LOGIN_PATH, PORTAL } from '../../../lab/names.ts';
import { loginPage } from './pages/login.ts';
import { sendPage } from './pages/send-page.ts';
import { portalOf } from './portal.ts';
import { rootOf } from './root-of.ts';

export interface LoginOptions {
  readonly release: string;
  readonly namespace: string;
  /** The token that lets people in. Without it, only requests from the pod itself get in. */
  readonly token: string | undefined;
  /** Whether the lab is a seat of a class, where the instructor hands out the key. */
  readonly isSeat: boolean;
  /** Whether a request from the pod itself comes from port-forward, and not from a sidecar in front of the guide. */
  readonly trustsLoopback: () => Promise<boolean>;
}

type Lab = Pick<LoginOptions, 'release' | 'namespace'>;

/**
 * Returns the name of the lab's cookie. Browsers send a cookie to every port of a host, so each lab needs a name of its
 * own.
 */
export const cookieName = ({ namespace, release }: Lab): string => `intro-otel-${namespace}-${release}`;

/** Adds the route that logs in, and refuses every other request that nobody has logged in for. */
export function addLogin(app: Express, options: LoginOptions): void {
  app.get(LOGIN_PATH, (request, response, next) =>
    isToken(request.query['key'], options) ? logIn(request, response, options) : next(),
  );
  app.use(loginRequired(options));
}

function loginRequired(options: LoginOptions): RequestHandler {
  return async (request, response, next) => {
    const isIn =
      portalOf(response) !== undefined || hasToken(request, options) || (await isPortForward(request, options));
    if (!isIn || request.path === LOGIN_PATH) return refuse(request, response, options);
    // What comes next may forward the request to an app that runs a learner's code.
    delete request.headers.cookie;
    delete request.headers.authorization;
    next();
  };
}

const isPortForward = async (request: Request, { trustsLoopback }: LoginOptions): Promise<boolean> =>
  isFromPod(request) && (await trustsLoopback());

function logIn(request: Request, response: Response, options: LoginOptions): void {
  // The portal's cookie lets its people in.
  if (!portalOf(response)) setCookie(request, response, options);
  const step = stepOf(request);
  const url = rootOf(request) + (step === undefined ? '' : `?step=${step}`);
  response.set({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(303, url);
}

/** Returns the step of the course that a URL names, such as `?step=06-manual`, if it may be the id of one. */
function stepOf({ query: { step } }: Request): string | undefined {
  return typeof step === 'string' && /^\d\d-[a-z\d-]{1,40}$/.test(step) ? step : undefined;
}

function setCookie(request: Request, response: Response, options: LoginOptions): void {
  response.cookie(cookieName(options), options.token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: request.get('x-forwarded-proto') === 'https',
  });
}

function hasToken({ headers }: Request, options: LoginOptions): boolean {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return [bearer, ...cookiesOf(headers.cookie, cookieName(options))].some((found) => isToken(found, options));
}

const cookiesOf = (header = '', name: string): string[] =>
  header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1));

/** Compares in constant time. The hashes have the same length, whatever was sent. */
function isToken(found: unknown, { token }: LoginOptions): boolean {
  return token !== undefined && typeof found === 'string' && timingSafeEqual(sha256(found), sha256(token));
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether the connection comes from the guide's own pod. No header can change this. */
const isFromPod = ({ socket }: Request): boolean => /^(::1$|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '');

function refuse(request: Request, response: Response, options: LoginOptions): void {
  const text = response.getHeader(PORTAL.header) === undefined ? helpFor(request, options) : REFUSED_PORTAL;
  // Nobody else may keep connections open for as long as a person who is in.
  response.status(401).set({ 'cache-control': 'no-store', connection: 'close' });
  response.set('www-authenticate', 'Bearer realm="intro-otel"');
  if (request.path.startsWith('/api/')) return void response.json({ error: text });
  if (request.accepts(['text', 'html']) === 'html')
    return sendPage(response, loginPage(text, rootOf(request), stepOf(request)));
  response.type('text').send(`${text}\n`);
}

const REFUSED_PORTAL =
  "expected a request that the class's portal has signed for this seat, found one with a signature that is not valid " +
  "here.\nIf the portal's key was changed just now, it takes up to two minutes to arrive: wait, and load the page " +
  'again.\nElse the clocks of the two machines differ by more than 30 seconds.';

function helpFor(request: Request, { release, token, isSeat }: LoginOptions): string {
  if (token === undefined)
    return (
      'expected a login token in the Secret of this guide, found none, so only kubectl port-forward gets in.\n' +
      `The log of the init container says why: kubectl -n NAMESPACE logs deploy/${release}-guide -c key`
    );
  const link = `http://${request.get('host') ?? 'HOST'}${LOGIN_PATH}?key=KEY`;
  const template = "go-template='{{.data.token | base64decode}}'";
  const command = `kubectl -n NAMESPACE get secret ${release}-guide-key -o ${template}`;
  return (
    `expected the key of this lab, found ${isAttempt(request) ? 'a wrong one' : 'none'}.\n` +
    (isSeat ? `Your instructor gives you a link such as ${link}\n` : `This command prints the key: ${command}\n`) +
    'A script sends the header Authorization: Bearer KEY. kubectl port-forward needs no key.'
  );
}

const isAttempt = ({ query, headers }: Request): boolean =>
  query['key'] !== undefined || headers.authorization !== undefined;
