// Tests the paths with which the page of a lab takes part in the class.
import type { ClassState } from '../guide/class-contract.ts';
import { ApiError } from '../../kubernetes/api.ts';
import { aSeat, aWorkshop } from './testing/objects.ts';
import { PortalHarness } from './testing/portal-harness.ts';
import { SeatApi } from './testing/seat-api.ts';

let portal: PortalHarness;
let cookie: string;
let seat: string;

beforeEach(async () => {
  const api = new SeatApi([aWorkshop(2)], [aSeat('1'), aSeat('2')]);
  portal = await new PortalHarness(api).start('otel-1', 'otel-2');
  cookie = (await portal.join('Ada')).cookie;
  seat = seatOf('Ada');
});

afterEach(() => portal.stop());

const seatOf = (name: string): string =>
  [...portal.api.seats.values()].find(({ spec }) => spec.claim?.name === name)?.metadata.name ?? '';

const specOf = (name: string) => portal.api.seats.get(name)?.spec;

/** An RFC 3339 time some milliseconds from now. */
const at = (ms = 0): string => `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
const LATER = 5_000;

interface Sent {
  readonly status: number;
  readonly error?: string;
}

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const answer = await portal.send(method, `/s/${seat}/class/${path}`, body, { cookie, ...headers });
  const text = await answer.text();
  return { status: answer.status, ...(text && (JSON.parse(text) as { error: string })) };
}

const getState = (): Promise<Response> => portal.get(`/s/${seat}/class/state`, { cookie });

const state = async (): Promise<ClassState> => (await (await getState()).json()) as ClassState;

const says = (status: number, found: string): Sent => ({ status, error: expect.stringContaining(found) as string });

test('tells a person of nothing in a class in which nothing happens, and asks no guide', async () => {
  expect(await state()).toEqual({ hints: [] });
  expect(portal.guide(seat).received).toEqual([]);
});

describe('a request for help', () => {
  test('keeps its place and its instructor when the person asks again with other words', async () => {
    expect(await send('POST', 'help', { text: '  Where?\r\nHere?\t ' })).toEqual({ status: 204 });
    const asked = (await state()).help;
    expect(asked).toEqual({ text: 'Where?\nHere?', at: expect.stringMatching(/Z$/) as string });
    portal.api.change(seat, { help: { ...specOf(seat)?.help, at: asked?.at ?? '', takenBy: 'Nina', takenAt: at() } });
    await send('POST', 'help', {});
    expect((await state()).help).toEqual({ at: asked?.at, takenBy: 'Nina' });
  });

  test('is withdrawn, also twice', async () => {
    await send('POST', 'help', { text: 'Where?' });
    expect([await send('DELETE', 'help'), await send('DELETE', 'help')]).toEqual([{ status: 204 }, { status: 204 }]);
    expect([await state(), specOf(seat)?.help]).toEqual([{ hints: [] }, undefined]);
  });

  test('is written though the operator changes the Seat at the same time', async () => {
    let others = 3;
    portal.api.onRequest = (method) => {
      if (method === 'patch' && others-- > 0) portal.api.setPhase(seat, 'Ready');
      return Promise.resolve();
    };
    expect(await send('POST', 'help', { text: 'Where?' })).toEqual({ status: 204 });
    expect(specOf(seat)?.help?.text).toBe('Where?');
  });

  test('never reaches the next person of a seat that is freed meanwhile', async () => {
    const claim = { id: 'f'.repeat(64), name: 'Bob', key: 'k', at: at() };
    let isFreed = false;
    portal.api.onRequest = (method) => {
      if (method === 'patch' && !isFreed) {
        isFreed = true;
        portal.api.change(seat, { claim });
      }
      return Promise.resolve();
    };
    expect(await send('POST', 'help', { text: 'Where?' })).toEqual(says(409, 'expected that this seat is still yours'));
    expect(specOf(seat)?.help).toBeUndefined();
  });

  test.each<[what: string, body: unknown, status: number, found: string]>([
    ['501 characters', { text: 'x'.repeat(501) }, 400, 'at most 500 characters, found 501'],
    ['a number', { text: 5 }, 400, 'Expected a text, found number'],
    ['a control character', { text: 'a\u001b[31m' }, 400, 'characters that can’t be shown'],
    ['text that turns around', { text: 'a\u202eb' }, 400, 'characters that can’t be shown'],
    ['half a character', '{"text":"\\ud800"}', 400, 'characters that can’t be shown'],
    ['a list', [], 400, 'expected an object as JSON'],
    ['no JSON', '{', 400, 'expected an object as JSON'],
    ['9 kB', { text: 'x'.repeat(9_000) }, 413, 'at most 8192 bytes'],
  ])('is refused with %s', async (_, body, status, found) => {
    expect(await send('POST', 'help', body)).toEqual(says(status, found));
    expect(specOf(seat)?.help).toBeUndefined();
  });

  test('may have 500 characters, with emoji and HTML', async () => {
    const text = `<b>Ada</b> 👩🏽‍🔬 ${'日'.repeat(484)}`;
    expect([[...text].length, await send('POST', 'help', { text })]).toEqual([500, { status: 204 }]);
    expect((await state()).help?.text).toBe(text);
  });

  test('says that the cluster does not answer, and is there when it is sent again', async () => {
    portal.api.onRequest = () => Promise.reject(new Error('no answer'));
    expect(await send('POST', 'help', {})).toEqual(says(503, 'expected the cluster to answer'));
    portal.api.onRequest = () => Promise.resolve();
    expect(await send('POST', 'help', {})).toEqual({ status: 204 });
  });
});

test('shows the newest hint to the person and to all, but none from before the person came', async () => {
  portal.api.change(seat, { hint: { text: 'For the person before.', by: 'Nina', at: '2020-01-01T00:00:00Z' } });
  expect((await state()).hints).toEqual([]);
  portal.api.change(seat, { hint: { text: 'Line 4.', by: 'Nina', at: at(LATER) } });
  portal.api.changeClass('otel', { announcement: { text: 'Break at ten.', by: 'Tom', at: at(2 * LATER) } });
  expect((await state()).hints).toEqual([
    { text: 'Break at ten.', by: 'Tom', at: expect.any(String) as string, toAll: true },
    { text: 'Line 4.', by: 'Nina', at: expect.any(String) as string, toAll: false },
  ]);
});

describe('a visit', () => {
  const visit = (takeover?: 'asked' | 'granted', ms = 0) =>
    portal.api.change(seat, { visit: { by: 'Nina', at: at(ms), ...(takeover && { takeover }) } });
  const answer = (granted: unknown) => send('POST', 'takeover', { granted });
  const takeover = async () => (await state()).visit?.takeover;

  test('is shown for 90 seconds after its time', async () => {
    visit(undefined, 0);
    expect((await state()).visit).toMatchObject({ by: 'Nina' });
    portal.api.change(seat, { claim: { ...specOf(seat)?.claim, at: at(-200_000) } as never });
    visit(undefined, -91_000);
    expect((await state()).visit).toBeUndefined();
  });

  test('becomes a take-over only if the instructor asks and the person agrees, who may end it', async () => {
    visit();
    expect(await answer(true)).toEqual(says(409, 'expected an instructor who asks'));
    visit('asked');
    expect([await takeover(), await answer(true), await takeover()]).toEqual(['asked', { status: 204 }, 'granted']);
    expect([await answer(false), await takeover()]).toEqual([{ status: 204 }, undefined]);
    expect(await answer(true)).toEqual(says(409, 'found none'));
  });

  test('goes on read-only if the person declines', async () => {
    visit('asked');
    expect([await answer(false), await state()]).toEqual([
      { status: 204 },
      { hints: [], visit: { by: 'Nina', at: expect.any(String) as string } },
    ]);
  });

  test('that has ended can no longer be granted, and something else than true or false is refused', async () => {
    portal.api.change(seat, { claim: { ...specOf(seat)?.claim, at: at(-200_000) } as never });
    visit('asked', -91_000);
    expect(await answer(true)).toEqual(says(409, 'found none'));
    expect(await answer('yes')).toEqual(says(400, 'expected true or false'));
    expect(specOf(seat)?.visit?.takeover).toBe('asked');
  });
});

describe('a poll', () => {
  const poll = { id: 'til', question: 'TIL ___', at: '2026-11-29T09:00:00Z' };
  const workshop = () => portal.api.workshops[0] as NonNullable<(typeof portal.api.workshops)[0]>;
  const open = (more: object = {}) => portal.api.changeClass('otel', { poll: { ...poll, ...more } });
  const answer = (body: object) => send('POST', 'answer', { poll: 'til', named: false, ...body });

  test('stores an answer without a name, and replaces it by another one with the name', async () => {
    open();
    expect((await state()).poll).toEqual({ id: 'til', question: 'TIL ___' });
    expect(await answer({ text: 'spans\nend' })).toEqual({ status: 204 });
    expect(JSON.stringify([...portal.api.configMaps.values()])).not.toMatch(/Ada|otel-\d|[0-9a-f]{33}/);
    expect(portal.polls.results(workshop(), 'til')).toEqual([{ text: 'spans end' }]);
    await answer({ text: 'baggage', named: true });
    expect(portal.polls.results(workshop(), 'til')).toEqual([{ text: 'baggage', name: 'Ada' }]);
    expect((await state()).poll?.answer).toEqual({ text: 'baggage', named: true });
  });

  test('keeps the answers of two people and of two polls apart', async () => {
    open();
    const bob = (await portal.join('Bob')).cookie;
    await answer({ text: 'one' });
    await portal.send('POST', `/s/${seatOf('Bob')}/class/answer`, { poll: 'til', text: 'two' }, { cookie: bob });
    expect(
      portal.polls
        .results(workshop(), 'til')
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['one', 'two']);
    open({ id: 'next' });
    expect([(await state()).poll?.answer, portal.polls.results(workshop(), 'next')]).toEqual([undefined, []]);
    const [first = '', second = ''] = Object.keys(portal.api.configMaps.get('room-poll-otel.til')?.data ?? {});
    expect([first, second]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.not.stringMatching(first)]);
  });

  test('keeps its question with the answers for the export, also when it is closed', async () => {
    open({ id: 'tool', question: 'Tool?', options: ['top', 'none'], at: '2026-11-29T10:00:00Z' });
    await send('POST', 'answer', { poll: 'tool', text: 'top', named: true });
    open();
    await answer({ text: 'spans' });
    portal.api.changeClass('otel', { poll: undefined } as never);
    const [til, tool] = portal.polls.all(workshop());
    expect(til).toEqual({ id: 'til', question: poll.question, at: poll.at, answers: [{ text: 'spans' }] });
    expect(tool).toMatchObject({ id: 'tool', options: ['top', 'none'], answers: [{ text: 'top', name: 'Ada' }] });
    expect(portal.polls.all({ ...workshop(), metadata: { name: 'otel', uid: 'another' } })).toEqual([]);
  });

  test('takes only one of its options', async () => {
    open({ options: ['never', 'love it'] });
    expect(await answer({ text: 'Never' })).toEqual(says(400, 'expected one of the options'));
    expect(await answer({ text: 'love it' })).toEqual({ status: 204 });
    expect((await state()).poll).toEqual({
      id: 'til',
      question: 'TIL ___',
      options: ['never', 'love it'],
      answer: { text: 'love it', named: false },
    });
  });

  test.each<[what: string, body: object, status: number, found: string]>([
    ['another poll', { poll: 'old', text: 'a' }, 409, 'expected the poll that is open'],
    ['no words', { text: ' \n ' }, 400, 'expected an answer, found none'],
    ['201 characters', { text: 'x'.repeat(201) }, 400, 'at most 200 characters, found 201'],
    ['a name to show that is no answer', { text: 'a', named: 'Eve' }, 400, 'expected true or false for named'],
  ])('refuses an answer with %s', async (_, body, status, found) => {
    open();
    expect(await answer(body)).toEqual(says(status, found));
    expect(portal.api.configMaps.size).toBe(0);
  });

  test('refuses an answer once it is closed', async () => {
    open();
    portal.api.changeClass('otel', { poll: undefined } as never);
    expect(await answer({ text: 'a' })).toEqual(says(409, 'expected the poll that is open'));
  });

  test('says so when its ConfigMap is full', async () => {
    open();
    portal.api.onRequest = () => Promise.reject(new ApiError('PATCH', 422, { reason: 'Invalid' }));
    expect(await answer({ text: 'a' })).toEqual(says(409, 'expected room for another answer'));
  });

  test('takes no answers from a ConfigMap of a deleted class of the same name', async () => {
    open();
    await answer({ text: 'a' });
    const next = { ...workshop(), metadata: { ...workshop().metadata, uid: 'uid-of-the-next' } };
    expect(portal.polls.results(next, 'til')).toEqual([]);
  });
});

describe('the paths of the class', () => {
  test.each<[what: string, request: [method: string, path: string], headers: Record<string, string>, status: number]>([
    ['another path', ['GET', 'nothing'], {}, 404],
    ['a path of every object', ['GET', 'constructor'], {}, 404],
    ['another method', ['PUT', 'help'], {}, 405],
    ['a form', ['POST', 'help'], { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a text', ['POST', 'help'], { 'content-type': 'text/plain' }, 415],
    ['another site', ['POST', 'help'], { origin: 'https://evil.example' }, 403],
    ["an app's page", ['POST', 'help'], { origin: 'null' }, 403],
    ['no origin', ['DELETE', 'help'], { origin: '' }, 403],
    ['a site that the browser calls another', ['POST', 'help'], { 'sec-fetch-site': 'same-site' }, 403],
    ['nobody', ['POST', 'help'], { cookie: '' }, 401],
  ])('refuse %s as JSON, and pass nothing on to the guide', async (_, [method, path], headers, status) => {
    const body = method === 'POST' || method === 'PUT' ? {} : undefined;
    expect(await send(method, path, body, headers)).toEqual({ status, error: expect.any(String) as string });
    expect([portal.guide(seat).received, specOf(seat)?.help]).toEqual([[], undefined]);
  });

  test("refuse a person who writes to another's seat", async () => {
    const own = seat;
    await portal.join('Bob');
    seat = seatOf('Bob');
    expect(await send('POST', 'help', {})).toEqual(says(403, 'another person'));
    expect([own === seat, specOf(seat)?.help]).toEqual([false, undefined]);
  });

  test('limit how often one person changes something, but not another one', async () => {
    const codes = [];
    for (let count = 0; count < 11; count++) codes.push((await send('POST', 'help', {})).status);
    expect(codes).toEqual([...Array<number>(10).fill(204), 429]);
    const bob = (await portal.join('Bob')).cookie;
    const answer = await portal.send('POST', `/s/${seatOf('Bob')}/class/help`, {}, { cookie: bob });
    expect(answer.status).toBe(204);
  });

  test('limit how often the pages of one person ask for the state', async () => {
    const codes = await Promise.all(Array.from({ length: 60 }, async () => (await getState()).status));
    expect(codes.filter((code) => code === 429).length).toBeGreaterThan(10);
    expect(codes.filter((code) => code === 200).length).toBeGreaterThanOrEqual(40);
  });
});
