// With portal.subdomains, each seat has a host of its own. These tests speak to the portal as browsers do.
import { Browser, hostOf, PORTAL_HOST, send, startHostClass } from './testing/host-class.ts';
import { PortalHarness } from './testing/portal-harness.ts';
import type { SeatApi } from './testing/seat-api.ts';

let api: SeatApi;
let portal: PortalHarness;
let ada: Browser;
let own: string;
let victim: string;

beforeEach(async () => ({ api, portal, ada, own, victim } = await startHostClass()));
afterEach(() => portal.stop());

describe('a person', () => {
  test('comes from the path of the seat to its own host, and sees the guide at /', async () => {
    const answer = await ada.open(`https://${PORTAL_HOST}/s/${victim}/lab?x=1`);
    expect([answer.status, answer.text]).toEqual([200, 'the guide']);
    expect(new URL(ada.visited.at(-1) ?? '').href).toBe(`https://${hostOf(victim)}/lab?x=1`);
    const received = portal.guide(victim).received.at(-1);
    expect(received?.url).toBe('/lab?x=1');
    expect(received?.headers).toMatchObject({ 'x-forwarded-host': hostOf(victim), 'x-forwarded-proto': 'https' });
    expect(received?.headers).not.toHaveProperty('x-forwarded-prefix');
    expect(received?.headers).not.toHaveProperty('cookie');
  });

  test('has one cookie at each host, which no other host gets or sets', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    expect([...ada.jar.keys()]).toEqual([PORTAL_HOST, hostOf(victim)]);
    for (const cookies of ada.jar.values())
      expect([...cookies.keys()]).toEqual([expect.stringMatching(/^__Host-/) as string]);
  });

  test('stays there without another redirect', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    expect((await ada.step(`https://${hostOf(victim)}/api/course`)).text).toBe('the guide');
  });

  test('opens eight tabs at once', async () => {
    const openTab = async (): Promise<string> => (await ada.open(`https://${hostOf(victim)}/tab`)).text;
    expect(await Promise.all(Array.from({ length: 8 }, openTab))).toEqual(Array(8).fill('the guide'));
  });

  test('changes the own lab, and gets a redirect of the guide that stays at the host', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    const headers = { origin: `https://${hostOf(victim)}` };
    expect((await ada.step(`https://${hostOf(victim)}/api/run`, { method: 'POST', headers })).text).toBe('the guide');
    portal.guide(victim).answer = (_request, response) => void response.writeHead(302, { location: 'up' }).end();
    expect((await ada.step(`https://${hostOf(victim)}/a/b`)).headers.location).toBe('/a/up');
  });

  test('without a seat comes to the page that asks for the code', async () => {
    const answer = await new Browser(portal.port).open(`https://${hostOf(victim)}/`);
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Class code')]);
  });

  test('whose seat is stopped comes to the page that says so', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    api.setPhase(victim, 'Stopped');
    expect((await ada.open(`https://${hostOf(victim)}/`)).text).toContain('Your seat is stopped');
  });

  test('who was moved comes to the host of the new seat', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    const { claim } = api.seats.get(victim)?.spec ?? {};
    const free = [...api.seats.keys()].find((seat) => ![victim, own].includes(seat)) ?? '';
    api.change(victim, { claim: undefined } as never);
    api.change(free, { claim } as never);
    const answer = await ada.open(`https://${hostOf(victim)}/`);
    expect(answer.text).toContain('Open your lab');
    expect((await ada.open(`https://${PORTAL_HOST}/s/${victim}/`)).text).toBe('the guide');
    expect(ada.visited.at(-1)).toBe(`https://${hostOf(free)}/`);
  });

  test('leaves the seat at both hosts', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    const headers = { origin: `https://${PORTAL_HOST}` };
    const page = await ada.step(`https://${PORTAL_HOST}/logout`, { method: 'POST', headers });
    const next = /content="0; url=([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await ada.open(next)).text).toContain('Class code');
    expect([ada.cookies(PORTAL_HOST), ada.cookies(hostOf(victim))]).toEqual(['', '']);
  });

  test('gets the style of the failure pages at the own host', async () => {
    await ada.open(`https://${hostOf(victim)}/`);
    portal.guides.get(victim)?.close();
    portal.guides.delete(victim);
    api.change(victim, {});
    const page = await ada.step(`https://${hostOf(victim)}/`);
    expect([page.status, page.text]).toEqual([expect.any(Number), expect.stringContaining('/assets/portal.css')]);
    await ada.step(`https://${hostOf(victim)}/assets/portal.css`);
    expect(portal.guide(own).received).toEqual([]);
  });
});
test('works without TLS for a rehearsal, with cookies that no script can read', async () => {
  await portal.stop();
  const options = { url: { proto: 'http', host: 'localhost:8080' }, subdomains: true } as const;
  portal = await new PortalHarness(api, options).start('otel-1', 'otel-2', 'otel-3');
  const answer = await send(portal.port, 'otel-1.localhost:8080', '/');
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^intro-otel-seat-nonce-[\w-]{8}=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=60$/),
  ]);
  expect(answer.headers.location).toMatch(/^http:\/\/localhost:8080\/enter\/otel-1\?/);
});
test('puts no lasting secret in a URL', async () => {
  await ada.open(`https://${PORTAL_HOST}/s/${victim}/`);
  const secrets = [...ada.jar.values()].flatMap((cookies) => [...cookies.values()]);
  expect(secrets).toHaveLength(2);
  for (const secret of secrets) for (const address of ada.visited) expect(address).not.toContain(secret);
});

test('tells a browser to keep the address with a token to itself', async () => {
  const answer = await ada.step(await ada.tokenUrl(victim));
  expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
});
