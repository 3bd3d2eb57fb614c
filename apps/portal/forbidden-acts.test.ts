// What nobody may do at the portal. Each act is tried by a person who has a seat of their own. It must be refused, and
// no request may reach the guide of another person.
import { connect } from 'node:net';
import { aSeat, aWorkshop, CODE } from './testing/objects.ts';
import { claimIn, PortalHarness } from './testing/portal-harness.ts';
import { SeatApi } from './testing/seat-api.ts';
import { signSession } from './session.ts';

let portal: PortalHarness;
let api: SeatApi;
/** The cookie of the person who tries, and of the victim. */
let cookie: string;
let victims: string;
let own: string;
let victim: string;
let freed: string;

beforeAll(async () => {
  api = new SeatApi(
    [aWorkshop(4)],
    ['1', '2', '3', '4'].map((name) => aSeat(name)),
  );
  portal = await new PortalHarness(api).start('otel-1', 'otel-2', 'otel-3', 'otel-4');
  cookie = (await portal.join('Eve')).cookie;
  victims = (await portal.join('Ada')).cookie;
  freed = (await portal.join('Gone')).cookie;
  own = seatOf('Eve');
  victim = seatOf('Ada');
  api.change(seatOf('Gone'), { claim: undefined } as never);
});

afterAll(() => portal.stop());

const seatOf = (name: string): string =>
  [...api.seats.values()].find(({ spec }) => spec.claim?.name === name)?.metadata.name ?? '';

/** Sends bytes as they are. @returns what the portal answers until it closes the connection, or sends no more */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(portal.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    let timer = setTimeout(end, 300);
    const add = (bytes: Buffer): void => {
      answer += bytes.toString();
      clearTimeout(timer);
      timer = setTimeout(end, 20);
    };
    socket.on('data', add).on('close', end).on('error', end);
  });
}

const statusesIn = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

const request = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, `host: 127.0.0.1:${portal.port}`, `cookie: ${cookie}`, ...headers, '', ''].join('\r\n');

const websocket = (path: string, ...headers: string[]): string =>
  request(
    path,
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: eA==',
    ...headers,
  );

type Act = [name: string, act: () => Promise<string>];

const acts: Act[] = [
  // Another person's seat, by its path.
  ["opens another's seat by its path", () => raw(request(`/s/${victim}/`))],
  ["opens another's API by its path", () => raw(request(`/s/${victim}/api/course`))],
  ["opens another's seat without a slash at the end", () => raw(request(`/s/${victim}`))],
  ["opens another's seat by an encoded path", () => raw(request(`/s/%6ftel-${victim.slice(5)}/`))],
  ["opens another's seat by an encoded slash", () => raw(request(`/s/${own}%2f..%2f${victim}/`))],
  ["opens another's seat by a doubled slash", () => raw(request(`/s//${victim}/`))],
  ["opens another's seat by capital letters", () => raw(request(`/s/${victim.toUpperCase()}/`))],
  ["opens another's seat by a capital S", () => raw(request(`/S/${victim}/`))],
  ["opens another's seat by an encoded S", () => raw(request(`/%73/${victim}/`))],
  ["opens another's seat by a backslash", () => raw(request(`/s\\${victim}\\`))],
  ["opens another's seat by a path parameter", () => raw(request(`/s/${victim};x/`))],
  ["opens another's seat by a fragment", () => raw(request(`/s/${victim}#/`))],
  ["opens another's seat from the portal's own path", () => raw(request(`/assets/../s/${victim}/`))],
  ["opens another's seat by an encoded dot", () => raw(request(`/assets/%2e%2e/s/${victim}/`))],
  ["opens another's seat by an absolute URL", () => raw(request(`http://127.0.0.1/s/${victim}/`))],
  ["opens another's seat by another site's URL", () => raw(request(`http://evil.example/s/${victim}/`))],
  ['opens a tunnel', () => raw(`CONNECT ${victim}:8080 HTTP/1.1\r\nhost: x\r\n\r\n`)],
  ['opens a seat that does not exist', () => raw(request('/s/otel-9/'))],
  ['opens a namespace that is no seat', () => raw(request('/s/kube-system/'))],
  ['asks for the whole server', () => raw(request('*').replace('GET', 'OPTIONS'))],
  ['traces a request, which would show the token', () => raw(request(`/s/${own}/`).replace('GET', 'TRACE'))],

  // Cookies.
  ['has no cookie', () => raw(`GET /s/${victim}/ HTTP/1.1\r\nhost: x\r\n\r\n`)],
  ["signs the victim's cookie with another secret", () => withCookie(forged(Buffer.alloc(32)))],
  ["signs the victim's cookie with an empty secret", () => withCookie(forged(Buffer.alloc(0)))],
  ['changes the seat in a signed cookie', () => withCookie(tampered(cookie))],
  ['sends a cookie without a signature', () => withCookie(`${cookie.split('.')[0]}.`)],
  ["puts the victim's payload before an own signature", () => withCookie(mixed())],
  ['cuts the signature', () => withCookie(victims.slice(0, -1))],
  ['makes the signature longer', () => withCookie(`${victims}A`)],
  ['gives the cookie of another browser another name', () => withCookie(victims.replace('seat', 'Seat'))],
  ['sends a forged cookie before the own one', () => withCookie(`${forged(Buffer.alloc(32))}; ${cookie}`)],
  ['uses the cookie of a seat that was freed', () => withCookie(freed, seatOfCookie(freed))],

  // Headers.
  ['forges the token of the portal', () => raw(request(`/s/${victim}/`, 'x-intro-otel-portal: a.b'))],
  ["names another's seat in x-forwarded-prefix", () => raw(request(`/s/${victim}/`, `x-forwarded-prefix: /s/${own}`))],
  [
    'rewrites the path by a header',
    () => raw(request('/nothing', `x-original-url: /s/${victim}/`, `x-rewrite-url: /s/${victim}/`)),
  ],
  ['overrides the method', () => raw(request(`/s/${victim}/`, 'x-http-method-override: PUT'))],
  ['names a seat as the host', () => raw(`GET /s/${victim}/ HTTP/1.1\r\nhost: ${victim}\r\n\r\n`)],
  ['sends no host', () => raw(`GET /s/${own}/ HTTP/1.1\r\ncookie: ${cookie}\r\n\r\n`)],
  ['sends two hosts', () => raw(request(`/s/${victim}/`, 'host: evil.example'))],
  ['sends headers of 100 kB', () => raw(request(`/s/${own}/`, `x-large: ${'x'.repeat(100_000)}`))],
  ['sends a path of 100 kB', () => raw(request(`/s/${own}/${'x'.repeat(100_000)}`))],
  [
    'asks for the script of a Service Worker',
    () => raw(request(`/s/${own}/apps/dice/sw.js`, 'service-worker: script')),
  ],

  // WebSockets.
  ["opens a WebSocket at another's seat", () => raw(websocket(`/s/${victim}/socket`))],
  ['opens a WebSocket from another site', () => raw(websocket(`/s/${own}/socket`, 'origin: https://evil.example'))],
  ["opens a WebSocket from an app's page", () => raw(websocket(`/s/${own}/socket`, 'origin: null'))],
  ['opens a WebSocket at the portal itself', () => raw(websocket('/nothing'))],

  ['opens a WebSocket at the class', () => raw(websocket(`/s/${own}/class/state`))],

  // The class.
  ['reads what the class tells another', () => raw(request(`/s/${victim}/class/state`))],
  ["asks for help in another's name", () => toClass(victim, 'help')],
  ["withdraws another's request for help", () => toClass(victim, 'help', {}, 'DELETE')],
  ["answers a poll in another's name", () => toClass(victim, 'answer')],
  ["lets an instructor into another's lab", () => toClass(victim, 'takeover')],
  ['lets an instructor into the own lab who did not ask', () => toClass(own, 'takeover')],
  ["lets an instructor in from an app's page", () => toClass(own, 'takeover', { origin: 'null' })],
  ['lets an instructor in from another site', () => toClass(own, 'takeover', { origin: 'https://evil.example' })],
  ['asks for help from another site by a form', () => toClass(own, 'help', { 'content-type': 'text/plain' })],
  ['asks for help without an origin', () => toClass(own, 'help', { origin: '' })],

  // Smuggled requests.
  ['sends both lengths', () => raw(posted('content-length: 5', 'transfer-encoding: chunked') + smuggled('0\r\n\r\n'))],
  ['sends two lengths', () => raw(posted('content-length: 0', 'content-length: 60') + smuggled())],
  ['sends a signed length', () => raw(posted('content-length: +0') + smuggled())],
  ['sends an unknown encoding', () => raw(posted('transfer-encoding: xchunked') + smuggled())],
  ['sends chunked twice', () => raw(posted('transfer-encoding: chunked', 'transfer-encoding: identity') + smuggled())],
  ['sends a bare line feed in a header', () => raw(posted('x: a\nx-intro-otel-portal: b', 'content-length: 0'))],
  ['sends a space before a colon', () => raw(posted('content-length : 60') + smuggled())],
  ['sends a folded header', () => raw(posted('x: a', ' b: c', 'content-length: 0'))],
  ['sends an invalid chunk', () => raw(`${posted('transfer-encoding: chunked')}zz\r\n${smuggled()}`)],

  // Requests of other sites, and of the page of a learner's app.
  ['claims a seat from another site', () => posting(`/join/${CODE}`, { origin: 'https://evil.example' })],
  ["claims a seat from an app's page", () => posting(`/join/${CODE}`, { origin: 'null' })],
  [
    'claims a seat from another port of the same host',
    () => posting(`/join/${CODE}`, { origin: 'http://127.0.0.1:1' }),
  ],
  ['claims a seat without an origin', () => posting(`/join/${CODE}`, { origin: '' })],
  ['logs a person in from another site', () => posting('/key', { origin: 'https://evil.example' })],
  ['logs a person out from another site', () => posting('/logout', { origin: 'https://evil.example' })],
  ["logs a person out from an app's page", () => posting('/logout', { 'sec-fetch-site': 'cross-site' })],
  ['changes the own lab from another site', () => posting(`/s/${own}/api/run`, { origin: 'https://evil.example' })],

  // Open redirects.
  ['redirects to another site by a code', () => redirectOf('/join?code=//evil.example')],
  ['redirects to another site by a path', () => redirectOf('//evil.example/%2e%2e')],
  ['splits the answer by a code', () => redirectOf('/join?code=a%0d%0aset-cookie:%20x=1')],
];

const posted = (...headers: string[]): string => request(`/s/${own}/x`, ...headers).replace('GET', 'POST');
const smuggled = (before = ''): string => before + request(`/s/${victim}/smuggled`);
const withCookie = (value: string, seat = victim): Promise<string> =>
  raw(`GET /s/${seat}/ HTTP/1.1\r\nhost: x\r\ncookie: ${value}\r\n\r\n`);
const payloadOf = (value: string): string => value.replace(/^[^=]+=/, '').split('.')[0] ?? '';
const claimsOf = (value: string) =>
  JSON.parse(Buffer.from(payloadOf(value), 'base64url').toString()) as { seat: string; claim: string };
const seatOfCookie = (value: string): string => claimsOf(value).seat;
const forged = (secret: Buffer): string => `intro-otel-seat=${signSession(claimsOf(victims), secret)}`;
const tampered = (value: string): string => {
  const payload = Buffer.from(JSON.stringify({ ...claimsOf(value), seat: victim })).toString('base64url');
  return `intro-otel-seat=${payload}.${value.split('.')[1]}`;
};
const mixed = (): string => `intro-otel-seat=${payloadOf(victims)}.${cookie.split('.')[1]}`;

async function posting(path: string, headers: Record<string, string>): Promise<string> {
  const claim = claimIn(await (await portal.get(`/join/${CODE}`)).text());
  const answer = await portal.post(
    path,
    { claim, name: 'Mallory', words: 'apple apple apple' },
    { cookie, ...headers },
  );
  return `HTTP/1.1 ${answer.status} ${answer.headers.get('set-cookie') ?? ''}`;
}

async function toClass(seat: string, path: string, headers = {}, method = 'POST'): Promise<string> {
  const body = { text: 'Help', poll: 'til', granted: true };
  const answer = await portal.send(method, `/s/${seat}/class/${path}`, body, { cookie, ...headers });
  return `HTTP/1.1 ${answer.status}`;
}

/** Returns 400 for a redirect that stays at the portal and sets nothing. */
async function redirectOf(path: string): Promise<string> {
  const { status, headers } = await portal.get(path, { cookie });
  const location = headers.get('location') ?? '/';
  const isSafe = /^\/(join\/[\w%.-]*)?$/.test(location) && headers.get('set-cookie') === null;
  return `HTTP/1.1 ${isSafe ? 400 : status}`;
}

test('counts at least 40 forbidden acts', () => {
  expect(acts.length).toBeGreaterThanOrEqual(40);
});

test.each(acts)('refuses a person who %s', async (_name, act) => {
  portal.guides.forEach((guide) => (guide.received.length = 0));
  const answer = await act();
  const others = [...portal.guides].filter(([seat]) => seat !== own).flatMap(([, guide]) => guide.received);
  expect(others).toEqual([]);
  expect(portal.guide(own).received.filter(({ url }) => url.includes('smuggled'))).toEqual([]);
  expect(answer).not.toContain('the guide');
  expect(statusesIn(answer).filter((status) => status < 400 || status >= 500)).toEqual([]);
});

test('does not end the session of the victim, and passes the own requests on', async () => {
  expect(await (await portal.get(`/s/${victim}/`, { cookie: victims })).text()).toBe('the guide');
  expect(await (await portal.get(`/s/${own}/`, { cookie })).text()).toBe('the guide');
});
