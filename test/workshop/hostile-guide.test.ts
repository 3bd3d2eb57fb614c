// Tests who gets into a seat's guide, and whether forged or copied progress counts, on the real node. The API server's
// proxy is a client on the network: its connection reaches the guide at the pod's address.
import { cookieName } from '../../apps/guide/server/login.ts';
import { NAMES, RELEASE } from '../../operator/api/types.ts';
import { eventually } from '../../support/waiting.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { apiGet } from '../support/cluster/cluster.ts';
import { Forward } from '../support/cluster/forward.ts';
import { OWN_HEADERS } from '../support/cluster/guide.ts';
import type { Account } from '../support/cluster/account.ts';
import { accountOf, conditionText, labOf, seatBecomes, seatNow, useWorkshop } from '../support/cluster/workshop.ts';

const {
  seats: [own, other],
} = useWorkshop();
const attendee = useAttendee(own);

type Data = Readonly<Record<string, string>>;

const dataOf = async (seat: string, name: string): Promise<Data> =>
  (await apiGet<{ data?: Data }>(`/api/v1/namespaces/${seat}/configmaps/${name}`)).data ?? {};

/** Sends a request to the guide of another seat, without any login but what `init` has. */
const intrude = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(labOf(other).url('guide') + path, { ...init, redirect: 'manual' });

const TAKEOVER = JSON.stringify({ version: '', files: { 'app.ts': "console.log('taken over')" } });
const asCookie = async (name: string): Promise<string> => `${name}=${await labOf(own).token()}`;

describe("the guide of another seat, reached over the network without that seat's key", () => {
  test.each([
    ['reads the front page', '/', {}],
    ['reads the files', '/api/files', {}],
    ['replaces the code of dice', '/api/files', { method: 'PUT', headers: OWN_HEADERS, body: TAKEOVER }],
    ['resets the course', '/api/course/reset', { method: 'POST', headers: OWN_HEADERS, body: '{}' }],
    ['plays a round', '/api/rounds', { method: 'POST' }],
    ['switches faults', '/api/faults', { method: 'PUT', headers: OWN_HEADERS, body: '{"name":"spike","on":true}' }],
    ['asks dice for a roll', '/apps/dice/rolldice', {}],
    ['reads traces in Jaeger', '/jaeger/api/services', {}],
    ['escapes from the public folder', '/assets/..%2fapi/files', {}],
    ['writes the path in capitals', '/API/files', {}],
    ['logs in with no key', '/login', {}],
    ['logs in with an empty key', '/login?key=', {}],
    ['logs in with two keys', '/login?key=a&key=b', {}],
    ['logs in with a long key', `/login?key=${'a'.repeat(4000)}`, {}],
  ])('a stranger who %s gets an error, and nothing changes', async (_what, path, init) => {
    const before = await dataOf(other, NAMES.dice);
    const response = await intrude(path, init);
    expect([401, 404]).toContain(response.status);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await dataOf(other, NAMES.dice)).toEqual(before);
  });

  test.each([
    'x-forwarded-for: 127.0.0.1',
    'x-real-ip: ::1',
    'forwarded: for=127.0.0.1',
    'x-forwarded-host: localhost',
    'x-envoy-internal: true',
  ])('the header "%s" makes no stranger local', async (line) => {
    const [name = '', value = ''] = line.split(': ');
    expect((await intrude('/api/files', { headers: { [name]: value } })).status).toBe(401);
  });

  test("the key of one's own seat opens no other seat", async () => {
    const [first, second] = [cookieName(labOf(own)), cookieName(labOf(other))];
    const cookie = `${await asCookie(first)}; ${await asCookie(second)}`;
    const found = await Promise.all([
      intrude('/api/files', { headers: { cookie } }),
      intrude(`/login?key=${await labOf(own).token()}`),
      labOf(own).fetch('guide', '/api/files'),
      labOf(other).fetch('guide', '/api/files'),
    ]);
    expect(found.map(({ status }) => status)).toEqual([401, 401, 200, 200]);
  });
});

test("an attendee's own port-forward leads into the guide without a key", async () => {
  const forward = new Forward(labOf(own), { kubeconfig: attendee.kubeconfig });
  try {
    await forward.open();
    const response = await fetch(`${forward.origin}/api/files`);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"app.ts"')]);
  } finally {
    forward.close();
  }
});

describe('the progress of a seat', () => {
  let guide: Account;
  const path = `/api/v1/namespaces/${own}/configmaps/${NAMES.progress}`;
  const write = async (data: object): Promise<number> =>
    (await guide.try({ method: 'PATCH', path, body: { data } })).code;
  const passStepOf = async (seat: string): Promise<void> => {
    const init = { method: 'POST', headers: OWN_HEADERS, body: '{}' };
    await labOf(seat).text('guide', '/api/course/01-set-up/start', init);
    expect(JSON.parse(await labOf(seat).text('guide', '/api/course/01-set-up/check', init))).toMatchObject({
      passed: true,
    });
  };
  let genuine: Data = {};
  beforeAll(async () => {
    guide = await accountOf(own, `${RELEASE}-guide`);
    genuine = await dataOf(own, NAMES.progress);
  });
  afterAll(() => guide.close());

  test('shows a step that the guide has seen pass', async () => {
    await passStepOf(other);
    await eventually(async () => expect((await seatNow(other)).status?.progress).toBe('1/11'));
  });

  const at = { startedAt: '2026-11-01T09:00:00Z', passedAt: '2026-11-01T09:05:00Z', traceId: 'a'.repeat(32) };
  test.each([
    ['numbers without a step', () => ({ passed: '999', total: '999' })],
    [
      'a step that somebody signed with another key',
      () => ({ steps: JSON.stringify({ '01-set-up': { ...at, proof: 'f'.repeat(64) } }) }),
    ],
    ['the steps of another seat', async () => ({ steps: (await dataOf(other, NAMES.progress))['steps'] ?? '' })],
  ])("does not count %s, written by the guide's own account, and says so", async (_what, forged) => {
    expect(await write({ ...genuine, ...(await forged()) })).toBe(200);
    const seat = await seatBecomes(own, 'ProgressVerified', /^False SignatureMissing/, 15_000);
    expect(seat.status?.progress).toBe('0/11');
    expect(await write({ passed: null, total: null, steps: null, ...genuine })).toBe(200);
    const isUndone = async (): Promise<void> =>
      expect(conditionText(await seatNow(own), 'ProgressVerified')).toBe('no condition ProgressVerified');
    await eventually(isUndone, { within: 15_000 });
  });
});
