import { handOutToken, HAND_OUT } from './board/hand-out.ts';
import { aClaim, aSeat, aWorkshop } from './testing/objects.ts';
import { cookieIn, PortalHarness } from './testing/portal-harness.ts';
import { SeatApi } from './testing/seat-api.ts';

const claim = aClaim('a'.repeat(64), '<b>Ada');

let portal: PortalHarness;
beforeEach(async () => {
  portal = await new PortalHarness(new SeatApi([aWorkshop(2)], [aSeat('1', { claim })])).start('otel-1');
});
afterEach(() => portal.stop());

const pathNow = (): string => HAND_OUT + handOutToken(claim, portal.secrets.cookie, Date.now()).token;

test('gives a browser the seat once, and nothing to a program that only opens the link', async () => {
  const path = pathNow();
  for (const page of [await portal.get(path), await portal.get(path)]) {
    expect([page.status, cookieIn(page)]).toEqual([200, '']);
    expect(await page.text()).toContain('I am &lt;b&gt;Ada');
  }
  const used = await portal.post(path, {});
  expect([used.status, used.headers.get('location')]).toEqual([303, '/seat']);
  expect((await portal.get('/s/otel-1/', { cookie: cookieIn(used) })).status).toBe(200);
  for (const again of [await portal.get(path), await portal.post(path, {})])
    expect([again.status, cookieIn(again)]).toEqual([410, '']);
});

test('refuses a link from another site, a forged one, and one of a seat that was freed', async () => {
  const path = pathNow();
  expect((await portal.post(path, {}, { origin: 'http://evil.example' })).status).toBe(403);
  expect((await portal.post(`${HAND_OUT}${'a'.repeat(64)}.9999999999.${'A'.repeat(43)}`, {})).status).toBe(410);
  portal.api.change('otel-1', { claim: undefined } as never);
  expect((await portal.post(path, {})).status).toBe(410);
});

test('is still good after the API server was silent', async () => {
  const path = pathNow();
  portal.api.onRequest = () => Promise.reject(new Error('silent'));
  expect((await portal.post(path, {})).status).toBe(503);
  portal.api.onRequest = () => Promise.resolve();
  expect((await portal.post(path, {})).status).toBe(303);
});
