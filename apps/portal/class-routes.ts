// The paths of a seat that the portal itself answers, for the person of the seat: what the class tells this person, and
// requests for help, answers to polls and to instructors. The seat's guide never sees these requests.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CLASS_LIMITS } from '../../lab/class-limits.ts';
import { isInvalid } from '../../kubernetes/api.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { ClassState, PollAnswer } from '../guide/class-contract.ts';
import { helpOf, hintsOf, visitOf } from './class-fields.ts';
import { isForgotten } from './class-state.ts';
import { bodyOf, refusal, sendAnswer } from './json-answers.ts';
import type { Answer, Fields } from './json-answers.ts';
import type { Seat, Workshop } from './kinds.ts';
import { isSameOrigin } from './origin.ts';
import { ownWords } from './own-words.ts';
import type { PortalParts } from './parts.ts';
import { changeSeat } from './seat-changes.ts';

/** Whether the path of a seat is one that the portal itself answers. It is the path after `/s/<seat>`. */
export const isClassPath = (path: string): boolean => path === '/class' || path.startsWith('/class/');

interface Exchange {
  readonly request: IncomingMessage;
  readonly seat: Seat;
  readonly parts: PortalParts;
}

type Handler = (exchange: Exchange) => Answer | Promise<Answer>;

const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/class/state': { GET: sendState },
  '/class/help': { POST: changing(unlessOver(askForHelp)), DELETE: changing(withdraw) },
  '/class/answer': { POST: changing(unlessOver(answerPoll)) },
  '/class/takeover': { POST: changing(answerTakeover) },
};

const DONE: Answer = { status: 204 };

/** Answers a request of the person of a seat. @param path the path after `/s/<seat>` */
export async function serveClass(response: ServerResponse, path: string, exchange: Exchange): Promise<void> {
  const { request, parts } = exchange;
  const answer = await answerOf(path, exchange).catch((error: unknown) => {
    parts.log?.warn({ err: error }, 'A request of a person in a class failed');
    return refusal(503, 'expected the cluster to answer, found that it does not. Try again in a moment.');
  });
  if (!response.destroyed) sendAnswer(response, answer, request.complete);
}

async function answerOf(path: string, exchange: Exchange): Promise<Answer> {
  const handlers = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!handlers) return refusal(404, `expected one of ${Object.keys(routes).join(', ')}, found another path.`);
  const { method = '' } = exchange.request;
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  const allow = Object.keys(handlers).join(', ');
  return handler ? handler(exchange) : refusal(405, `expected ${allow}, found another method.`, { allow });
}

/** Sends the whole state, which is small. Browsers report an answer 304 to a script as a failed request. */
function sendState({ seat, parts }: Exchange): Answer {
  if (!parts.classReads.take(seat.metadata.name)) return tooOften;
  return { status: 200, body: stateOf(seat, parts, Date.now()) };
}

const tooOften = refusal(429, 'expected fewer requests, found too many. Wait some seconds.', { 'retry-after': '5' });

/** Returns what the class tells the person in a seat. @param now in milliseconds since 1970 */
export function stateOf(seat: Seat, { classes, polls }: PortalParts, now: number): ClassState {
  const workshop = classes.workshopOf(seat);
  const { text, at = '', takenBy } = helpOf(seat) ?? {};
  const visit = visitOf(seat, now);
  return {
    ...(at && { help: { ...(text && { text }), at, ...(takenBy && { takenBy }) } }),
    hints: hintsOf(seat, workshop),
    ...(visit && { visit }),
    ...(workshop?.spec.poll && { poll: pollOf(seat, workshop, workshop.spec.poll, polls) }),
  };
}

function pollOf(
  seat: Seat,
  workshop: Workshop,
  { id, question, options }: NonNullable<Workshop['spec']['poll']>,
  polls: PortalParts['polls'],
): NonNullable<ClassState['poll']> {
  const answer = polls.answerOf(seat, workshop);
  return { id, question, ...(options?.length && { options }), ...(answer && { answer }) };
}

type Change = (body: Fields, exchange: Exchange) => Promise<Answer>;

/** Returns a handler of a change: only pages of the portal's own origin ask for it, and not too often. */
function changing(change: Change): Handler {
  return async (exchange) => {
    const { request, seat, parts } = exchange;
    if (!isSameOrigin(request.headers, parts.url))
      return refusal(403, 'expected a page of the portal, found a request from elsewhere.');
    if (!parts.classWrites.take(seat.metadata.name)) return tooOften;
    const body = request.method === 'DELETE' ? { fields: {} } : await bodyOf(request);
    return 'status' in body ? body : change(body.fields, exchange);
  };
}

/** Returns a change that a class refuses once the portal keeps nothing of it. */
function unlessOver(change: Change): Change {
  return async (body, exchange) => {
    const workshop = exchange.parts.classes.workshopOf(exchange.seat);
    return workshop && isForgotten(workshop, Date.now())
      ? refusal(409, 'expected a class that goes on, found one that has ended. Nobody would read it any more.')
      : change(body, exchange);
  };
}

const change = async ({ seat, parts }: Exchange, specOf: (seat: Seat) => object | undefined): Promise<Answer> =>
  (await changeSeat(parts, seat, specOf))
    ? DONE
    : refusal(409, 'expected that this seat is still yours, found that it is not. Load the page again.');

/** A person who asks again keeps the place in the queue, and the instructor who is coming. */
async function askForHelp({ text: given = '' }: Fields, exchange: Exchange): Promise<Answer> {
  const words = ownWords(given, CLASS_LIMITS.words, { lines: true });
  if ('problem' in words) return refusal(400, words.problem);
  const text = words.text === '' ? null : words.text;
  const fresh = (): object => ({ text, at: rfc3339(Date.now()), takenBy: null, takenAt: null });
  return change(exchange, (seat) => ({ help: helpOf(seat) ? { text } : fresh() }));
}

function withdraw(_body: Fields, exchange: Exchange): Promise<Answer> {
  return change(exchange, ({ spec }) => spec.help && { help: null });
}

async function answerPoll(body: Fields, exchange: Exchange): Promise<Answer> {
  const { seat, parts } = exchange;
  const workshop = parts.classes.workshopOf(seat);
  const poll = workshop?.spec.poll;
  if (!poll || poll.id !== body['poll'])
    return refusal(409, 'expected the poll that is open, found another one. Load the page again.');
  const answer = pollAnswer(body, poll.options);
  if ('status' in answer) return answer;
  try {
    await parts.polls.answer(seat, workshop, answer);
  } catch (error) {
    if (!isInvalid(error)) throw error;
    return refusal(409, 'expected room for another answer, found none. Tell your instructor.');
  }
  return DONE;
}

/** Checks an answer. With options, it must be one of them. */
function pollAnswer({ text: given, named = false }: Fields, options: readonly string[] = []): PollAnswer | Answer {
  if (typeof named !== 'boolean') return refusal(400, 'expected true or false for named, found something else.');
  if (options.length > 0)
    return options.some((option) => option === given)
      ? { text: String(given), named }
      : refusal(400, 'expected one of the options, found another answer.');
  const words = ownWords(given, CLASS_LIMITS.answer);
  if ('problem' in words) return refusal(400, words.problem);
  return words.text === '' ? refusal(400, 'expected an answer, found none.') : { text: words.text, named };
}

/** Only an instructor asks. A person who agreed may end it at any time. */
async function answerTakeover({ granted }: Fields, exchange: Exchange): Promise<Answer> {
  if (typeof granted !== 'boolean') return refusal(400, 'expected true or false for granted, found something else.');
  const { takeover } = visitOf(exchange.seat, Date.now()) ?? {};
  if (granted && takeover === undefined)
    return refusal(409, 'expected an instructor who asks to work in this lab, found none.');
  return change(exchange, (seat) => takeoverPatch(seat, granted));
}

/** An instructor may have left in the meantime, and then nothing changes. */
function takeoverPatch(seat: Seat, granted: boolean): object | undefined {
  const { takeover } = visitOf(seat, Date.now()) ?? {};
  if (granted) return takeover === 'asked' ? { visit: { takeover: 'granted' } } : undefined;
  return seat.spec.visit?.takeover ? { visit: { takeover: null } } : undefined;
}
