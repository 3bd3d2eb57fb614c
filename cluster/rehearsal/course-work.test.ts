// Lets a synthetic attendee join at a real portal, and do a course that a small guide answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { aSeat, aWorkshop, CODE } from '../../apps/portal/testing/objects.ts';
import { PortalHarness } from '../../apps/portal/testing/portal-harness.ts';
import { SeatApi } from '../../apps/portal/testing/seat-api.ts';
import { Attendee } from './attendee.ts';
import { doCourse, readTrace } from './course-work.ts';

let portal: PortalHarness;
beforeEach(async () => {
  portal = await new PortalHarness(new SeatApi([aWorkshop()], [aSeat('a')])).start('otel-a');
});
afterEach(() => portal.stop());

const joined = async (): Promise<Attendee> => {
  const attendee = new Attendee(portal.url);
  await attendee.join(CODE, 'Synthetic 1', 1_000);
  await attendee.open(1_000);
  return attendee;
};

const STEPS = ['01-set-up', '02-read-a-trace', '10-troubleshooting', '11-next-steps'];
const spans = { spanId: 'a', duration: 9, children: [{ spanId: 'b', duration: 1, children: [] }] };

/** Refuses what a guide refuses, and otherwise answers as `answerOf` does. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request;
  if (method === 'POST' && headers['content-type'] !== 'application/json') return void response.writeHead(403).end();
  void answerOf(request, response);
}

/** Answers as a guide whose first step passes, and whose second step wants the ids of a trace. */
async function answerOf(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const body = await text(request);
  const { answers = {} } = JSON.parse(body || '{}') as { answers?: object };
  const questions = url.includes('02') ? ['root', 'slowest', 'parent', 'child'].map((name) => ({ name })) : [];
  const passes = { passed: !url.includes('02') || JSON.stringify(answers).includes('"root":"a"') };
  const routes: Readonly<Record<string, unknown>> = {
    'GET /api/course': { steps: STEPS.map((id) => ({ id })) },
    'POST /api/rounds': {},
    'GET /api/traces/t': { roots: [spans] },
  };
  const known = routes[`${method} ${url}`];
  if (known) return void response.end(JSON.stringify(known));
  if (url.endsWith('/start')) return void response.end(JSON.stringify({ files: [], questions, traceId: 't' }));
  response.end(JSON.stringify(url.endsWith('/check') ? passes : 'the page'));
}

test('joins with the class code, and does the steps that need no person', async () => {
  portal.guide('otel-a').answer = answer;
  const { steps, rounds } = await doCourse(await joined());
  expect(steps).toEqual([
    { step: '01-set-up', checks: [expect.any(Number)] },
    { step: '02-read-a-trace', checks: [expect.any(Number)] },
  ]);
  expect(rounds).toHaveLength(10);
});

test('says which page an attendee has found in place of a seat', async () => {
  await joined();
  const late = new Attendee(portal.url);
  await expect(late.join(CODE, 'Synthetic 2', 0)).rejects.toThrow(
    'expected a seat within 0 s, found the page “One moment',
  );
});

test('says what the guide has answered in place of a success', async () => {
  const attendee = await joined();
  portal.guide('otel-a').answer = (_request, response) => void response.writeHead(500).end('no disk');
  await expect(attendee.api('course')).rejects.toThrow('expected an answer to GET api/course, found 500: no disk');
});

test('names no span of a trace without spans', () => {
  expect(readTrace({ traceId: 't', services: [], start: 0, duration: 0, roots: [] })).toEqual({
    root: '',
    slowest: '',
    parent: '',
    child: '',
  });
});

test('counts a round that fails, and goes on', async () => {
  const attendee = await joined();
  portal.guide('otel-a').answer = (request, response) =>
    request.url === '/api/rounds' ? void response.writeHead(504).end('too slow') : answer(request, response);
  const { failedRounds, rounds, steps } = await doCourse(attendee, 1);
  expect([failedRounds, rounds.length, steps.length]).toEqual([5, 5, 1]);
});
