// Tests claims on a real API server. People join through two portals, and one of them is killed while they do. Nobody
// needs a node for that: Seats are plain objects here.
import { setTimeout as delay } from 'node:timers/promises';
import { WORKSHOP, SEAT } from '../../apps/portal/kinds.ts';
import type { Seat } from '../../apps/portal/kinds.ts';
import { claimIn, cookieIn } from '../../apps/portal/testing/portal-harness.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { API_VERSION, BOARD } from '../../lab/names.ts';
import { eventually } from '../../support/waiting.ts';
import { bringDefinitions } from '../support/cluster/definitions.ts';
import { testApi } from '../support/cluster/engine.ts';
import { INSTRUCTOR_KEY, LocalPortal, removeSecrets, writeSecrets } from '../support/cluster/portal.ts';

const CLASS = 'portal-claims';
const CODE = 'zzz999';
/** The ConfigMap that the chart makes, with the default name of the portal. */
const SESSIONS = { name: `intro-otel-${BOARD.sessions}`, namespace: 'default' };
const PEOPLE = 200;
/** Milliseconds from the first claim to the last. */
const DURATION = 8_000;

const people = Array.from({ length: PEOPLE }, (_, index) => `person ${index}`);
const seats = people.map((_, index) => `seat-${String(index + 1).padStart(2, '0')}`);

let api: HttpApi;
let secrets: string;
let portals: LocalPortal[];

beforeAll(async () => {
  api = await testApi();
  await bringDefinitions();
  await makeClass();
  await api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: SESSIONS });
  secrets = writeSecrets();
  portals = await Promise.all([LocalPortal.start(secrets, 18_300), LocalPortal.start(secrets, 18_400)]);
}, 120_000);

afterAll(async () => {
  portals?.forEach((portal) => portal.kill());
  removeSecrets(secrets);
  await Promise.all(seats.map((name) => api.delete(SEAT, { name: `${CLASS}-${name}` })));
  await api.delete(WORKSHOP, { name: CLASS });
  await api.delete(KINDS.ConfigMap, SESSIONS);
  await api.close();
}, 120_000);

async function makeClass(): Promise<void> {
  const workshop = { apiVersion: API_VERSION, kind: 'Workshop', metadata: { name: CLASS } };
  await api.apply({ ...workshop, spec: { seats: PEOPLE } } as never);
  await api.apply({ ...workshop, status: { code: CODE } } as never, 'status');
  await Promise.all(seats.map(makeSeat));
}

async function makeSeat(attendee: string): Promise<void> {
  const seat = { apiVersion: API_VERSION, kind: 'Seat', metadata: { name: `${CLASS}-${attendee}` } };
  await api.apply({ ...seat, spec: { workshop: CLASS, attendee, revision: 'r' } } as never);
  await api.apply({ ...seat, status: { phase: 'Ready', revision: 'r' } } as never, 'status');
}

/** Calls `ask` with one portal after another until one answers, as a Service and a patient person do. */
async function persistently<T>(first: number, ask: (url: string) => Promise<T | undefined>): Promise<T> {
  for (let attempt = first; attempt < first + 40; attempt++) {
    const answer = await ask(portals[attempt % portals.length]?.url ?? '').catch(() => undefined);
    if (answer !== undefined) return answer;
    await delay(200);
  }
  throw new Error('expected one of two portals to answer within 40 attempts, found none');
}

/** Sends the form of the class to a portal. @returns the person's seat, or undefined if the portal gave none yet */
async function send(url: string, claim: string, name: string): Promise<string | undefined> {
  const body = new URLSearchParams({ claim, name });
  const form = { method: 'POST', headers: { origin: url }, body, redirect: 'manual' } as const;
  const answer = await fetch(`${url}/join/${CODE}`, form);
  return answer.status === 303 ? seatIn(cookieIn(answer)) : undefined;
}

function seatIn(cookie: string): string {
  const payload = cookie.slice(cookie.indexOf('=') + 1).split('.', 1)[0] ?? '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { seat: string }).seat;
}

/**
 * Joins the class as a browser does. The form keeps its claim id when it is sent again. Every tenth person sends it to
 * both portals at once. @returns the person's seat
 */
async function join(name: string, index: number): Promise<string> {
  await delay((index * DURATION) / PEOPLE);
  const claim = await persistently(index, async (url) => claimIn(await (await fetch(`${url}/join/${CODE}`)).text()));
  const other = portals[(index + 1) % portals.length]?.url ?? '';
  if (index % 10 === 5) void send(other, claim, name).catch(() => undefined);
  return persistently(index, (url) => send(url, claim, name));
}

const claimed = async (): Promise<[string, string][]> =>
  (await api.list<Seat>(SEAT))
    .filter(({ spec }) => spec.workshop === CLASS && spec.claim)
    .map(({ metadata, spec }) => [spec.claim?.name ?? '', metadata.name]);

test('ends a session of an instructor at both portals, also for a copied cookie', async () => {
  const [one, other] = portals.map(({ board }) => board) as [string, string];
  const post = (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(`${one}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: one, cookie },
      body: new URLSearchParams(fields),
    });
  const cookie = cookieIn(await post('/login', { key: INSTRUCTOR_KEY, name: 'Grace' }));
  const page = (board: string) =>
    fetch(`${board}/board/${CLASS}`, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
  const pages = await Promise.all([page(one), page(other)]);
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  const csrf = /name="csrf" (?:content|value)="([^"]+)"/.exec((await pages[0]?.text()) ?? '')?.[1] ?? '';
  expect((await post('/logout', { csrf }, cookie)).status).toBe(303);
  expect((await page(one)).status).toBe(303);
  await eventually(async () => expect((await page(other)).status).toBe(303), { within: 5_000, every: 50 });
});

test('gives each of 200 people one seat, and no seat to two, though one of two portals is killed', async () => {
  const killed = delay(DURATION / 2).then(() => portals[0]?.kill());
  const given = await Promise.all(people.map(async (name, index) => [name, await join(name, index)] as const));
  await killed;
  expect(new Set(given.map(([, seat]) => seat)).size).toBe(PEOPLE);
  // A person whose claim reached both portals has a second seat for some seconds.
  await eventually(async () => expect(new Set(await claimed())).toEqual(new Set(given)), {
    within: 10_000,
    every: 500,
  });
}, 60_000);
