// The board's own paths. Every change needs a request from the board's origin and the token of the session.
import { CLASS_LIMITS } from '../../../lab/class-limits.ts';
import type { Express, Request, RequestHandler, Response } from 'express';
import { actionIn, textIn } from './action-body.ts';
import { BadAction } from './bad-action.ts';
import { CSRF_HEADER } from './contract.ts';
import type { BoardState } from './contract.ts';
import { answersTable, csvOf, markdownOf, progressTable } from './exports.ts';
import { portalUrlFor } from './origin.ts';
import { boardPage } from './pages/board.ts';
import { classListPage } from './pages/class-list.ts';
import type { Who } from './pages/layout.ts';
import { loginPage } from './pages/login.ts';
import { privacyPage } from './pages/privacy.ts';
import { screenPage } from './pages/screen.ts';
import type { BoardParts } from './parts.ts';
import { redirect, sendDocument, sendFile, sendJson, sendMessage } from './responses.ts';
import { isEqual, newSession, setBoardCookie } from './session.ts';
import type { BoardSession } from './session.ts';
import { allPolls, boardState, overviewOf, screenState } from './state.ts';
import type { StateInput } from './state.ts';
import type { StreamKind, Streams } from './streams.ts';
import { ownOrigin } from '../origin.ts';

interface Routes {
  readonly parts: BoardParts;
  readonly streams: Streams;
}

/** Adds the routes. */
export function addBoardRoutes(app: Express, { parts, streams }: Routes): void {
  app.get('/', (_request, response) => redirect(response, '/board'));
  app.get('/login', ({ headers, query }, response) =>
    parts.sessionOf(headers.cookie)
      ? redirect(response, pageIn(query['to']))
      : sendDocument(response, loginPage({ to: pageIn(query['to']) })),
  );
  app.post('/login', (request, response) => logIn(request, response, parts));
  app.use(onlyInstructors(parts));
  app.post('/logout', (request, response) => logOut(request, response, parts));
  app.get('/board', (request, response) => showClasses(request, response, parts));
  app.get('/board/:workshop', (request, response) =>
    ofClass(request, response, parts, (input) => sendDocument(response, boardPage(boardState(input), whoIn(response)))),
  );
  app.get('/board/:workshop/screen', (request, response) =>
    ofClass(request, response, parts, (input) =>
      sendDocument(response, screenPage(input.workshop.metadata.name, screenState(input))),
    ),
  );
  app.get('/board/:workshop/privacy', (request, response) =>
    ofClass(request, response, parts, (input) =>
      sendDocument(response, privacyPage(overviewOf(input), whoIn(response))),
    ),
  );
  app.get('/board/:workshop/events', stream('board', parts, streams));
  app.get('/board/:workshop/screen/events', stream('screen', parts, streams));
  app.get('/board/:workshop/:file', (request, response, next) =>
    ofClass(request, response, parts, (input) => sendExport(request.params.file, input, response, parts) || next()),
  );
  app.post('/board/:workshop/actions', (request, response) => act(request, response, parts));
}

const cookieHeader = (headers: Request['headers'], value: string | undefined, { url }: BoardParts) => ({
  'set-cookie': setBoardCookie(value, ownOrigin(headers, url).proto === 'https'),
});

/** Compares the key, and starts a session. A right key counts also while there are many wrong ones. */
function logIn({ body, headers }: Request, response: Response, parts: BoardParts): void {
  const { key: typed = '', name = '', to } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const again = (problem: string, status: number): void =>
    sendDocument(
      response,
      loginPage({
        problem,
        name: typeof name === 'string' ? name.slice(0, 2 * CLASS_LIMITS.name) : '',
        to: pageIn(to),
      }),
      status,
    );
  if (!isEqual(String(typed).trim(), parts.key())) {
    const isLimited = !parts.wrongKeys.take();
    return isLimited
      ? again('The board gets many wrong keys now. Wait a few seconds before you try again.', 429)
      : again('This is not the instructor key. The notes of the chart say which command shows it.', 403);
  }
  try {
    const cookie = newSession(
      textIn({ name }, 'name', CLASS_LIMITS.name),
      { cookie: parts.secrets().cookie, key: parts.key() },
      Date.now(),
    );
    redirect(response, pageIn(to), cookieHeader(headers, cookie, parts));
  } catch (error) {
    if (!(error instanceof BadAction)) throw error;
    again(`We ${error.message}`, 400);
  }
}

/** Ends the session at all portals, so that a copy of the cookie is worth nothing. */
async function logOut({ headers }: Request, response: Response, parts: BoardParts): Promise<void> {
  try {
    await parts.ended.end(sessionIn(response), Date.now());
  } catch (error) {
    parts.log?.warn({ err: error }, 'The session of an instructor could not be ended');
    return sendMessage(response, STILL_LOGGED_IN);
  }
  redirect(response, '/login', cookieHeader(headers, undefined, parts));
}

const STILL_LOGGED_IN = {
  status: 503,
  title: 'You are still logged in',
  text: 'The cluster did not take the end of your session. Go back to the board, and log out again in a moment.',
  link: { href: '/board', text: 'Back to the board' },
};

/** Lets only requests with a session through, and changes only with the session's token. */
const onlyInstructors =
  ({ sessionOf }: BoardParts): RequestHandler =>
  (request, response, next) => {
    const session = sessionOf(request.headers.cookie);
    if (!session) return askForKey(request, response);
    response.locals['session'] = session;
    if (['GET', 'HEAD'].includes(request.method) || hasToken(request, session)) return next();
    sendJson(response, { error: 'expected the token of this page, found another one. Reload the page.' }, 403);
  };

function hasToken({ body, headers }: Request, { csrf }: BoardSession): boolean {
  const { csrf: field } = (body ?? {}) as { readonly csrf?: unknown };
  const token = headers[CSRF_HEADER] ?? field;
  return typeof token === 'string' && isEqual(token, csrf);
}

/** Returns a path if it is that of a page of the board, and otherwise that of the list of classes. */
const pageIn = (path: unknown): string =>
  typeof path === 'string' && /^\/board\/[a-z0-9-]{1,63}(\/(screen|privacy))?$/.test(path) ? path : '/board';

function askForKey({ method, headers, path }: Request, response: Response): void {
  if (method === 'GET' && headers.accept?.includes('text/html')) {
    const to = pageIn(path);
    return redirect(response, to === '/board' ? '/login' : `/login?to=${encodeURIComponent(to)}`);
  }
  sendJson(response, { error: 'expected a session of an instructor, found none. Log in at /login.' }, 401);
}

const sessionIn = (response: Response): BoardSession => response.locals['session'] as BoardSession;

const whoIn = (response: Response): Who => {
  const { name, csrf } = sessionIn(response);
  return { name, csrf };
};

/** Calls `send` with what the board knows of a class, or says that there is no such class. */
function ofClass(
  { params, headers }: Request,
  response: Response,
  parts: BoardParts,
  send: (input: StateInput) => void,
): void {
  const { portal } = parts;
  const input = parts.inputOf(String(params['workshop']), portalUrlFor(headers, portal.url, portal.port));
  if (input) return send(input);
  const link = { href: '/board', text: 'All classes' };
  sendMessage(response, { status: 404, title: 'No such class', text: 'It may have been deleted.', link });
}

function showClasses({ headers }: Request, response: Response, { classes, portal }: BoardParts): void {
  const workshops = classes.workshops.list();
  const [only] = workshops;
  if (only && workshops.length === 1) return redirect(response, `/board/${only.metadata.name}`);
  const portalUrl = portalUrlFor(headers, portal.url, portal.port);
  const overviews: BoardState['workshop'][] = workshops.map((workshop) =>
    overviewOf({ workshop, seats: classes.seatsOf(workshop), portalUrl, isGuess: !portal.url, now: Date.now() }),
  );
  overviews.sort((one, other) => (one.name < other.name ? -1 : 1));
  sendDocument(response, classListPage(overviews, whoIn(response)));
}

const stream =
  (kind: StreamKind, parts: BoardParts, streams: Streams): RequestHandler =>
  (request, response) =>
    ofClass(request, response, parts, ({ workshop, portalUrl }) => {
      const session = sessionIn(response);
      const viewer = { response, isValid: () => parts.isValid(session) };
      if (!streams.add({ kind, workshop: workshop.metadata.name, portalUrl }, viewer))
        sendJson(response, { error: 'expected fewer open boards, found too many. Close some of them.' }, 503);
    });

/** @returns whether there is such a file */
function sendExport(file: string, input: StateInput, response: Response, { polls }: BoardParts): boolean {
  const [, what, extension] = /^(progress|answers)\.(csv|md)$/.exec(file) ?? [];
  if (what === undefined) return false;
  const { workshop } = input;
  const { name } = workshop.metadata;
  const isProgress = what === 'progress';
  const table = isProgress ? progressTable(boardState(input)) : answersTable(allPolls(workshop, polls.all(workshop)));
  const title = isProgress ? `Progress of ${name}` : `Answers of ${name}`;
  const text = extension === 'csv' ? csvOf(table) : markdownOf(title, table);
  const type = extension === 'csv' ? 'text/csv' : 'text/markdown';
  sendFile(response, { name: `${name}-${file}`, type, text });
  return true;
}

async function act({ params, body, headers }: Request, response: Response, parts: BoardParts): Promise<void> {
  const { portal, log } = parts;
  try {
    const workshop = String(params['workshop']);
    const portalUrl = portalUrlFor(headers, portal.url, portal.port);
    const asked = { workshop, by: sessionIn(response).name, portalUrl, now: Date.now() };
    const answer = await parts.actions.run(actionIn(body), asked);
    if (answer) sendJson(response, answer);
    else response.writeHead(204, { 'cache-control': 'no-store' }).end();
  } catch (error) {
    if (error instanceof BadAction) return sendJson(response, { error: error.message }, error.status);
    log?.warn({ err: error }, 'An action of the board could not be written');
    const text =
      'expected the cluster to take the change, found that it does not answer. Look at the board, and try again.';
    sendJson(response, { error: text }, 503);
  }
}
