// What is there of a class at a seat's own host: its paths of the class, links that instructors hand out, and a person
// who joins again.
import type { ClassState } from '../guide/class-contract.ts';
import { HAND_OUT, handOutToken } from './board/hand-out.ts';
import { Browser, hostOf, PORTAL_HOST, startHostClass } from './testing/host-class.ts';
import type { Answer } from './testing/host-class.ts';
import type { PortalHarness } from './testing/portal-harness.ts';
import type { SeatApi } from './testing/seat-api.ts';

let api: SeatApi;
let portal: PortalHarness;
let ada: Browser;
let eve: Browser;
let adas: string;
let eves: string;

beforeEach(async () => {
  ({ api, portal, ada, eve, victim: adas, own: eves } = await startHostClass());
  await ada.open(`https://${hostOf(adas)}/`);
});
afterEach(() => portal.stop());

const HELP = JSON.stringify({ text: 'Where is my span?' });

const askForHelp = (headers: Record<string, string>, host = hostOf(adas)): Promise<Answer> =>
  ada.step(`https://${host}/class/help`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: HELP,
  });

const helpOfAda = () => api.seats.get(adas)?.spec.help;

test('answers the paths of the class at the host of the seat, without the guide', async () => {
  const before = portal.guide(adas).received.length;
  expect((await askForHelp({ origin: `https://${hostOf(adas)}` })).status).toBe(204);
  expect(helpOfAda()?.text).toBe('Where is my span?');
  const answer = await ada.step(`https://${hostOf(adas)}/class/state`, { headers: { accept: 'application/json' } });
  expect((JSON.parse(answer.text) as ClassState).help?.text).toBe('Where is my span?');
  expect(portal.guide(adas).received).toHaveLength(before);
});

test.each([
  ['the portal', () => ({ origin: `https://${PORTAL_HOST}` })],
  ['another seat', () => ({ origin: `https://${hostOf(eves)}` })],
  ['the same host without TLS', () => ({ origin: `http://${hostOf(adas)}` })],
  ['an app of the learner', () => ({ origin: 'null' })],
  ['nowhere', () => ({})],
])('refuses a call for help from a page of %s', async (_name, headers) => {
  expect((await askForHelp(headers())).status).toBe(403);
  expect(helpOfAda()).toBeUndefined();
});

test("lets no page of another seat read the class, and no person another's", async () => {
  const neighbour = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', accept: 'application/json' };
  expect((await ada.step(`https://${hostOf(adas)}/class/state`, { headers: neighbour })).status).toBe(403);
  const own = { accept: 'application/json', cookie: eve.cookies(PORTAL_HOST) };
  expect((await eve.step(`https://${hostOf(adas)}/class/state`, { headers: own })).status).toBe(401);
});

test("changes nothing of the class at the portal's host, and leads from there to the host of the seat", async () => {
  const path = `https://${PORTAL_HOST}/s/${adas}/class`;
  const headers = { origin: `https://${PORTAL_HOST}`, 'content-type': 'application/json' };
  expect((await ada.step(`${path}/help`, { method: 'POST', headers, body: HELP })).status).toBe(400);
  expect(helpOfAda()).toBeUndefined();
  expect((await ada.step(`${path}/state`)).headers.location).toBe(`https://${hostOf(adas)}/class/state`);
});

test('brings another browser to the host of the seat by a link that an instructor hands out', async () => {
  const { claim } = api.seats.get(adas)?.spec ?? {};
  const { token } = handOutToken(claim as never, portal.secrets.cookie, Date.now());
  const other = new Browser(portal.port);
  const headers = { origin: `https://${PORTAL_HOST}` };
  const used = await other.step(`https://${PORTAL_HOST}${HAND_OUT}${token}`, { method: 'POST', headers });
  expect([used.status, used.headers.location]).toEqual([303, '/seat']);
  expect([...(other.jar.get(PORTAL_HOST)?.keys() ?? [])]).toEqual(['__Host-intro-otel-seat']);
  expect((await other.open(`https://${PORTAL_HOST}/s/${adas}/`)).text).toBe('the guide');
  expect((await ada.open(`https://${hostOf(adas)}/`)).text).toBe('the guide');
});

test('lets a person in who was freed, and joins again in the same browser', async () => {
  for (const seat of ['otel-1', 'otel-2', 'otel-3'].filter((name) => name !== adas)) api.setPhase(seat, 'Stopped');
  api.change(adas, { claim: undefined } as never);
  await ada.join('Ada again');
  expect(api.seats.get(adas)?.spec.claim?.name).toBe('Ada again');
  expect((await ada.open(`https://${PORTAL_HOST}/s/${adas}/`)).text).toBe('the guide');
});
