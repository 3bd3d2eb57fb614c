// What nobody may do at a portal whose seats have hosts of their own. Eve tries each act. It must be refused, and no
// request may reach the guide of the victim.
import { hostOf, PORTAL_HOST, send, sendLines, startHostClass, url } from './testing/host-class.ts';
import type { Answer, Ask, Browser } from './testing/host-class.ts';
import { CODE } from './testing/objects.ts';
import type { PortalHarness } from './testing/portal-harness.ts';
import type { SeatApi } from './testing/seat-api.ts';
import { SeatHosts } from './seat-hosts.ts';
import { signSession } from './session.ts';

let api: SeatApi;
let portal: PortalHarness;
let ada: Browser;
let eve: Browser;
let own: string;
let victim: string;

beforeEach(async () => ({ api, portal, ada, eve, own, victim } = await startHostClass()));
afterEach(() => portal.stop());

const raw = (...lines: readonly string[]): Promise<string> => sendLines(portal.port, lines);

const websocket = ['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: eA=='];

/** The cookie of Eve's seat host, under the victim's host and name. */
async function ownHostCookie(): Promise<string> {
  await eve.open(`https://${hostOf(own)}/`);
  return eve.cookies(hostOf(own));
}

const asText = ({ status, headers, text }: Answer): string => `HTTP/1.1 ${status} ${JSON.stringify(headers)} ${text}`;

async function toVictim(cookie: string, more: Ask = {}): Promise<string> {
  return asText(
    await send(portal.port, hostOf(victim), '/api/course', {
      ...more,
      headers: { cookie, accept: '*/*', ...more.headers },
    }),
  );
}

const hosts = (secret = portal.secrets.cookie): SeatHosts => new SeatHosts({ url, secret: () => secret });
const claimsOf = (seat: string) => ({ seat, claim: api.seats.get(seat)?.spec.claim?.id ?? '' });
const victimClaim = () => claimsOf(victim);
const nonceCookie = (nonce: string, hash = ''): string => `__Host-intro-otel-seat-nonce-${hash.slice(0, 8)}=${nonce}`;

/** Enters the victim's host with a token and a nonce. */
const enterWith = async (token: string, cookie: string, seat = victim): Promise<string> =>
  asText(
    await send(portal.port, hostOf(seat), `/.portal/enter?${new URLSearchParams({ token, to: '/' }).toString()}`, {
      headers: { cookie },
    }),
  );

const acts: [name: string, act: () => Promise<string>][] = [
  // Another's seat by its host.
  ["opens another's host with the own portal cookie", () => toVictim(eve.cookies(PORTAL_HOST))],
  ["opens another's host with the cookie of the own host", async () => toVictim(await ownHostCookie())],
  [
    "opens another's host in capital letters",
    async () =>
      asText(
        await send(portal.port, hostOf(victim).toUpperCase(), '/x', {
          headers: { cookie: await ownHostCookie(), accept: '*/*' },
        }),
      ),
  ],
  [
    "opens another's host with a port",
    async () =>
      asText(
        await send(portal.port, `${hostOf(victim)}:443`, '/x', {
          headers: { cookie: await ownHostCookie(), accept: '*/*' },
        }),
      ),
  ],
  [
    'names two seats in the host',
    async () =>
      asText(await send(portal.port, `${victim}.${hostOf(own)}`, '/', { headers: { cookie: await ownHostCookie() } })),
  ],
  [
    'names no seat in the host',
    async () => asText(await send(portal.port, `.${PORTAL_HOST}`, '/s/x/', { headers: { accept: '*/*' } })),
  ],
  [
    "names another's seat in the path of the own host",
    async () => {
      portal.guide(own).answer = (_request, response) => void response.writeHead(404).end();
      return asText(
        await send(portal.port, hostOf(own), `/../s/${victim}/`, {
          headers: { cookie: await ownHostCookie(), accept: '*/*' },
        }),
      );
    },
  ],
  [
    'sends an absolute URL of another host',
    async () =>
      raw(`GET https://${hostOf(victim)}/ HTTP/1.1`, `host: ${hostOf(own)}`, `cookie: ${await ownHostCookie()}`),
  ],
  [
    'sends two hosts',
    async () =>
      raw('GET /x HTTP/1.1', `host: ${hostOf(own)}`, `host: ${hostOf(victim)}`, `cookie: ${await ownHostCookie()}`),
  ],
  [
    'names the host in X-Forwarded-Host',
    async () => toVictim(await ownHostCookie(), { headers: { 'x-forwarded-host': hostOf(own) } }),
  ],
  [
    "opens a WebSocket at another's host",
    async () => raw('GET /x HTTP/1.1', `host: ${hostOf(victim)}`, `cookie: ${await ownHostCookie()}`, ...websocket),
  ],
  [
    'opens a WebSocket at the own host from the page of another seat',
    async () =>
      raw(
        'GET /x HTTP/1.1',
        `host: ${hostOf(own)}`,
        `origin: https://${hostOf(victim)}`,
        `cookie: ${await ownHostCookie()}`,
        ...websocket,
      ),
  ],

  [
    "shows the portal's cookie to a seat's host under its name",
    () => toVictim(ada.cookies(PORTAL_HOST).replace('seat=', 'seat-host=')),
  ],
  [
    "shows the cookie of a seat's host to the portal",
    async () =>
      asText(
        await send(portal.port, PORTAL_HOST, '/s/x/', {
          headers: { cookie: (await ownHostCookie()).replace('-host=', '='), accept: '*/*' },
        }),
      ),
  ],
  [
    "signs the victim's cookie with the key of the own host",
    async () => toVictim(`__Host-intro-otel-seat-host=${hosts().sessionFor({ ...victimClaim(), seat: own })}`),
  ],
  [
    "puts the victim's claim under the own host's name",
    async () => toVictim(`__Host-intro-otel-seat-host=${signSession(victimClaim(), portal.secrets.cookie)}`),
  ],
  [
    "signs the victim's cookie with another secret",
    () => toVictim(`__Host-intro-otel-seat-host=${hosts(Buffer.alloc(32)).sessionFor(victimClaim())}`),
  ],
  [
    'leaves the prefix of the cookie out',
    async () => toVictim(`intro-otel-seat-host=${hosts().sessionFor(victimClaim())}`),
  ],
  [
    "plants a cookie for all hosts, which the portal's own does not match",
    async () =>
      asText(
        await send(portal.port, PORTAL_HOST, '/s/x/', {
          headers: { cookie: ada.cookies(PORTAL_HOST).replace('__Host-', ''), accept: '*/*' },
        }),
      ),
  ],
  [
    'uses the cookie of a host after the seat was freed',
    async () => {
      await ada.open(`https://${hostOf(victim)}/`);
      api.change(victim, { claim: undefined } as never);
      return toVictim(ada.cookies(hostOf(victim)));
    },
  ],

  [
    "asks the portal for a token of another's seat",
    async () => asText(await eve.step(`https://${PORTAL_HOST}/enter/${victim}?nonce=${'a'.repeat(43)}`)),
  ],
  [
    "opens the victim's URL with the token in another browser",
    async () => asText(await eve.step(await ada.tokenUrl(victim))),
  ],
  [
    "opens the victim's URL with a nonce of the own browser",
    async () => {
      await eve.step(`https://${hostOf(victim)}/`);
      return asText(await eve.step(await ada.tokenUrl(victim)));
    },
  ],
  [
    'opens a URL with a token again',
    async () => {
      const address = await ada.tokenUrl(victim);
      const cookie = ada.cookies(hostOf(victim));
      await ada.step(address);
      const { pathname, search } = new URL(address);
      return asText(await send(portal.port, hostOf(victim), pathname + search, { headers: { cookie } }));
    },
  ],
  [
    'opens a URL with a token after a minute',
    async () => {
      const late = new SeatHosts({ url, secret: () => portal.secrets.cookie, now: () => Date.now() - 61_000 });
      const { nonce, hash } = late.newNonce();
      return enterWith(late.token('enter', victimClaim(), hash), nonceCookie(nonce, hash));
    },
  ],
  ['enters without a nonce', () => enterWith(hosts().token('enter', victimClaim()), '')],
  ['enters with an empty nonce', () => enterWith(hosts().token('enter', victimClaim()), nonceCookie(''))],
  [
    'enters with a token of the own seat',
    async () => {
      const { nonce, hash } = hosts().newNonce();
      return enterWith(hosts().token('enter', claimsOf(own), hash), nonceCookie(nonce, hash));
    },
  ],
  [
    'enters with a token that is for leaving',
    async () => enterWith(hosts().token('leave', victimClaim()), nonceCookie('a'.repeat(32))),
  ],
  [
    'enters with a token of another secret',
    async () => {
      const { nonce, hash } = hosts().newNonce();
      return enterWith(hosts(Buffer.alloc(32)).token('enter', victimClaim(), hash), nonceCookie(nonce, hash));
    },
  ],
  [
    'enters with the session as the token',
    async () => enterWith(hosts().sessionFor(victimClaim()), nonceCookie('a'.repeat(32))),
  ],
  ['enters with a token of 10 kB', () => enterWith(`${'a'.repeat(10_000)}.b`, nonceCookie('a'.repeat(32)))],
  ['enters with a token of three parts', () => enterWith(`${hosts().token('enter', victimClaim())}.x`, '')],

  [
    "changes a lab from the portal's own page",
    async () => {
      await ada.open(`https://${hostOf(victim)}/`);
      return asText(
        await ada.step(`https://${hostOf(victim)}/api/run`, {
          method: 'POST',
          headers: { origin: `https://${PORTAL_HOST}` },
        }),
      );
    },
  ],
  [
    "changes a lab from another seat's page",
    async () => {
      await ada.open(`https://${hostOf(victim)}/`);
      return asText(
        await ada.step(`https://${hostOf(victim)}/api/run`, {
          method: 'POST',
          headers: { origin: `https://${hostOf(own)}` },
        }),
      );
    },
  ],
  [
    'changes a lab from the same host without TLS',
    async () => {
      await ada.open(`https://${hostOf(victim)}/`);
      return asText(
        await ada.step(`https://${hostOf(victim)}/api/run`, {
          method: 'POST',
          headers: { origin: `http://${hostOf(victim)}` },
        }),
      );
    },
  ],
  [
    "logs a person out from a seat's page",
    async () =>
      asText(
        await ada.step(`https://${PORTAL_HOST}/logout`, {
          method: 'POST',
          headers: { origin: `https://${hostOf(own)}` },
        }),
      ),
  ],
  [
    "joins a class from a seat's page, as the browser says",
    async () =>
      asText(
        await ada.step(`https://${PORTAL_HOST}/join/${CODE}`, {
          method: 'POST',
          headers: { origin: `https://${hostOf(own)}`, 'sec-fetch-site': 'same-site' },
        }),
      ),
  ],
  [
    "loads a script of a lab into another seat's page",
    async () => {
      await ada.open(`https://${hostOf(victim)}/`);
      const headers = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
      return asText(await ada.step(`https://${hostOf(victim)}/api/course`, { headers }));
    },
  ],
  [
    'asks for the script of a Service Worker',
    async () => toVictim(await ownHostCookie(), { headers: { 'service-worker': 'script' } }),
  ],
];

test.each(acts)('refuses a person who %s', async (_name, act) => {
  const before = portal.guide(victim).received.length;
  const answer = await act();
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
  expect(Number(status)).toBeGreaterThanOrEqual(400);
  expect(Number(status)).toBeLessThan(500);
  expect(answer).not.toContain('the guide');
  expect(answer).not.toMatch(/set-cookie":\["[^"]*=[^;"]/);
  expect(
    portal
      .guide(victim)
      .received.slice(before)
      .filter(({ url: path }) => path !== '/'),
  ).toEqual([]);
});

test.each([
  '//evil.example/',
  '/\\evil.example/',
  'https://evil.example/',
  'javascript:alert(1)',
  '/a\r\nset-cookie: x=1',
  'evil.example',
  '',
])('leads nobody to %j by the hand-over', async (to) => {
  const query = new URLSearchParams({ nonce: 'a'.repeat(43), to }).toString();
  const answer = await eve.step(`https://${PORTAL_HOST}/enter/${own}?${query}`);
  expect(new URL(answer.headers.location ?? '').searchParams.get('to')).toBe('/');
  const { nonce, hash } = hosts().newNonce();
  const token = hosts().token('enter', claimsOf(own), hash);
  const path = `/.portal/enter?${new URLSearchParams({ token, to }).toString()}`;
  const entered = await send(portal.port, hostOf(own), path, { headers: { cookie: nonceCookie(nonce, hash) } });
  expect([entered.status, entered.headers.location]).toEqual([303, '/']);
});

test.each([
  '//evil.example/',
  'https://evil.example/',
  '/..//evil.example/',
  `https://${PORTAL_HOST}//evil.example/`,
  'http://guide//evil.example',
])('passes on no redirect of a guide to %s', async (location) => {
  const cookie = await ownHostCookie();
  portal.guide(own).answer = (_request, response) => void response.writeHead(302, { location }).end();
  const answer = await send(portal.port, hostOf(own), '/', { headers: { cookie } });
  expect([answer.status, answer.headers.location]).toEqual([502, undefined]);
});
