import { connect } from 'node:net';
import { aClaim, aSeat, aWorkshop, CODE } from './testing/objects.ts';
import { claimIn, cookieIn, newSecrets, PortalHarness } from './testing/portal-harness.ts';
import { SeatApi } from './testing/seat-api.ts';

let portal: PortalHarness;

async function start(api: SeatApi, ...seats: string[]): Promise<void> {
  portal = await new PortalHarness(api).start(...seats);
}

const threeSeats = (): SeatApi =>
  new SeatApi(
    [aWorkshop(3)],
    ['1', '2', '3'].map((name) => aSeat(name)),
  );
const titleOf = async (answer: Response): Promise<string> => /<h1>([^<]*)</.exec(await answer.text())?.[1] ?? '';
const unescaped = (text: string): string => text.replaceAll('&#39;', "'").replaceAll('&quot;', '"');

afterEach(() => portal.stop());

describe('joining a class', () => {
  test('leads from the code to a seat, with a cookie that scripts cannot read', async () => {
    await start(threeSeats());
    const code = await portal.get(`/join?code=%20${CODE.toUpperCase()}%20`);
    expect([code.status, code.headers.get('location')]).toEqual([303, `/join/${CODE}`]);
    const form = await (await portal.get(`/join/${CODE}`)).text();
    const answer = await portal.post(`/join/${CODE}`, { claim: claimIn(form), name: 'Ada' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/seat']);
    expect(answer.headers.get('set-cookie')).toMatch(/^intro-otel-seat=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    const seat = await (await portal.get('/seat', { cookie: cookieIn(answer) })).text();
    expect(seat).toContain('Hello, Ada.');
    expect(seat).toMatch(/href="\/s\/otel-[123]\/">Open your lab/);
  });

  test('gives a browser no second seat in the class, and leads it to the one that it has', async () => {
    const api = threeSeats();
    await start(api);
    const { cookie } = await portal.join('Ada');
    const again = await (await portal.get(`/join/${CODE}`, { cookie })).text();
    expect(again).toContain('You have a seat in this class');
    const claim = claimIn(await (await portal.get(`/join/${CODE}`)).text());
    const answer = await portal.post(`/join/${CODE}`, { claim, name: 'Ada again' }, { cookie });
    expect([answer.status, answer.headers.get('location'), cookieIn(answer)]).toEqual([303, '/seat', '']);
    expect([...api.seats.values()].filter(({ spec }) => spec.claim)).toHaveLength(1);
  });

  test('opens the lab at the step of the link with which somebody came, and at no other text', async () => {
    await start(threeSeats());
    const accept = 'text/html';
    const kept = cookieIn(await portal.get('/s/otel-1/?step=06-manual', { accept }));
    const { cookie } = await portal.join('Ada');
    const seat = await (await portal.get('/seat', { cookie: `${cookie}; ${kept}` })).text();
    expect(seat).toMatch(/href="\/s\/otel-[123]\/\?step=06-manual">Open your lab/);
    expect(cookieIn(await portal.get('/s/otel-1/?step=%22%3E%3Cb', { accept }))).toBe('');
    const forged = await (await portal.get('/seat', { cookie: `${cookie}; intro-otel-step="><b>` })).text();
    expect(forged).toMatch(/href="\/s\/otel-[123]\/">Open your lab/);
  });

  test('marks the cookie as Secure under https', async () => {
    const api = threeSeats();
    portal = await new PortalHarness(api, { url: { proto: 'https', host: 'class.example.com' } }).start();
    const claim = claimIn(await (await portal.get(`/join/${CODE}`)).text());
    const answer = await portal.post(`/join/${CODE}`, { claim, name: 'A' }, { origin: 'https://class.example.com' });
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  test('gives the same seat when the form is sent again', async () => {
    const api = threeSeats();
    await start(api);
    const claim = claimIn(await (await portal.get(`/join/${CODE}`)).text());
    const answers = [];
    for (let time = 0; time < 3; time++) answers.push(await portal.post(`/join/${CODE}`, { claim, name: 'Ada' }));
    expect(new Set(answers.map(cookieIn)).size).toBe(1);
    expect([...api.seats.values()].filter(({ spec }) => spec.claim)).toHaveLength(1);
  });

  test.each([
    ['', 'found none'],
    ['x'.repeat(101), 'found 101'],
    ['a\u0000b', 'of one line'],
    ['a\u202eb', 'of one line'],
    ['\u200b\u200b', 'found none'],
  ])('asks again for a name such as %j, and keeps the claim id', async (name, problem) => {
    await start(threeSeats());
    const claim = claimIn(await (await portal.get(`/join/${CODE}`)).text());
    const answer = await portal.post(`/join/${CODE}`, { claim, name });
    const page = await answer.text();
    expect([answer.status, claimIn(page)]).toEqual([400, claim]);
    expect(page).toContain(problem);
  });

  test.each(['👩‍🚀 Ada', '<b>Bobby</b> "Tables"', '名前', 'x'.repeat(100)])(
    'accepts the name %s as text',
    async (name) => {
      await start(threeSeats());
      const { cookie } = await portal.join(name);
      const page = await (await portal.get('/seat', { cookie })).text();
      expect(page).not.toContain('<b>Bobby');
      expect(unescaped(page).replaceAll('&lt;', '<').replaceAll('&gt;', '>')).toContain(`Hello, ${name}.`);
    },
  );

  test('lets people choose among the names of a class, and refuses a name that is taken', async () => {
    const api = new SeatApi([aWorkshop(['ada', 'bob'])], [aSeat('ada'), aSeat('bob')]);
    await start(api);
    const form = await (await portal.get(`/join/${CODE}`)).text();
    expect(form).toMatch(/<option value="ada">ada<\/option>\s+<option value="bob">bob<\/option>/);
    const { cookie } = await portal.join('', { attendee: 'ada' });
    expect(await (await portal.get('/seat', { cookie })).text()).toContain('Hello, ada.');
    expect(await (await portal.get(`/join/${CODE}`)).text()).toContain('<option value="ada" disabled>ada (taken)');
    const second = await portal.post(`/join/${CODE}`, { claim: 'x'.repeat(24), attendee: 'ada' });
    expect([second.status, await second.text()]).toEqual([409, expect.stringContaining('has taken the seat of ada')]);
  });

  test('waits for no seat of somebody else: who came too late for a name of a full class chooses again', async () => {
    await start(new SeatApi([aWorkshop(['ada'])], [aSeat('ada')]));
    await portal.join('', { attendee: 'ada' });
    const late = await portal.post(`/join/${CODE}`, { claim: 'x'.repeat(24), attendee: 'ada' });
    const page = await late.text();
    expect([late.status, page]).toEqual([409, expect.stringContaining('has taken the seat of ada')]);
    expect(page).not.toMatch(/data-again|http-equiv/);
  });

  test.each([
    ['The class is over', aWorkshop(3, { schedule: { expiresAt: '2020-01-01T00:00:00Z' } }), [aSeat('1')]],
    ['The class has not started yet', aWorkshop(3, { schedule: { startsAt: '2999-01-01T00:00:00Z' } }), []],
    ['The class is full', aWorkshop(1), [aSeat('1', { claim: aClaim('1') })]],
    ['The class is paused', aWorkshop(1, { rollout: { paused: true } }), []],
    ['Your seat is being made', aWorkshop(1), []],
  ])('says “%s”, and the page asks again by itself', async (title, workshop, seats) => {
    await start(new SeatApi([workshop], seats));
    const page = await (await portal.get(`/join/${CODE}`)).text();
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toMatch(/<body data-again="\d+">/);
    expect(page).toMatch(/<noscript><meta http-equiv="refresh"/);
  });

  test('repeats the claim by itself while the cluster does not answer, and then gives one seat', async () => {
    const api = threeSeats();
    await start(api);
    api.onRequest = () => Promise.reject(new Error('no answer within 5 s'));
    const claim = claimIn(await (await portal.get(`/join/${CODE}`)).text());
    const answer = await portal.post(`/join/${CODE}`, { claim, name: 'Ada' });
    const page = await answer.text();
    expect([answer.status, claimIn(page)]).toEqual([503, claim]);
    expect(page).toContain('data-again="3"');
    api.onRequest = () => Promise.resolve();
    expect((await portal.post(`/join/${CODE}`, { claim, name: 'Ada' })).status).toBe(303);
  });

  test('shows the progress of a seat that is not ready yet, and then the link', async () => {
    const api = new SeatApi([aWorkshop(1)], [aSeat('1', { phase: 'Provisioning' })]);
    await start(api);
    const { cookie } = await portal.join();
    expect(await titleOf(await portal.get('/seat', { cookie }))).toBe('Your lab is starting');
    api.setPhase('otel-1', 'Ready');
    expect(await titleOf(await portal.get('/seat', { cookie }))).toBe('Your seat is ready');
  });

  test('takes a cookie that another replica has given a moment ago', async () => {
    const api = threeSeats();
    await start(api);
    const { cookie } = await portal.join();
    const late = new PortalHarness(api, {
      classes: new SeatApi(
        api.workshops,
        ['1', '2', '3'].map((n) => aSeat(n)),
      ).watch(),
    });
    late.secrets = portal.secrets;
    await late.start();
    expect((await late.get('/seat', { cookie })).status).toBe(200);
    await late.stop();
  });
});

describe('the same seat again', () => {
  test('comes by three words from another browser, in any spelling', async () => {
    await start(threeSeats());
    const { cookie, words } = await portal.join();
    expect(words).toMatch(/^[a-z]+ [a-z]+ [a-z]+$/);
    const answer = await portal.post('/key', { words: ` ${words.toUpperCase().replaceAll(' ', ' - ')}` });
    expect([answer.status, cookieIn(answer)]).toEqual([303, cookie]);
  });

  test('asks for the words when the secret of the cookies has changed, and takes them', async () => {
    await start(threeSeats());
    const { cookie, words } = await portal.join();
    portal.secrets = { ...portal.secrets, cookie: newSecrets().cookie };
    const refused = await portal.get('/seat', { cookie });
    expect([refused.status, await titleOf(refused)]).toEqual([401, 'Come back to your seat']);
    expect((await portal.post('/key', { words })).status).toBe(303);
  });

  test.each([
    ['freed', (api: SeatApi, name: string) => api.change(name, { claim: undefined } as never)],
    [
      'freed and reset',
      (api: SeatApi, name: string) => (
        api.deleteSeat(name),
        api.put({ ...aSeat(name.slice(5)), metadata: { name, uid: 'new' } })
      ),
    ],
    ['removed', (api: SeatApi, name: string) => api.deleteSeat(name)],
  ])('refuses the cookie of a seat that was %s, and says so', async (_what, end) => {
    const api = new SeatApi([aWorkshop(1)], [aSeat('1')]);
    await start(api, 'otel-1');
    const { cookie } = await portal.join();
    expect((await portal.get('/s/otel-1/', { cookie })).status).toBe(200);
    end(api, 'otel-1');
    const refused = await portal.get('/s/otel-1/', { cookie });
    expect([refused.status, await titleOf(refused)]).toEqual([403, 'This seat is no longer yours']);
  });

  test('waits while the seat is being reset, and then leads to the new seat with the same cookie', async () => {
    const api = new SeatApi([aWorkshop(1)], [aSeat('1')]);
    await start(api, 'otel-1');
    const { cookie } = await portal.join();
    const claim = api.seats.get('otel-1')?.spec.claim ?? aClaim('none');
    api.reserve('otel', [{ seat: 'otel-1', claim }]);
    const ending = { name: 'otel-1', uid: 'uid-otel-1', deletionTimestamp: '2026-11-30T10:00:00Z' };
    api.put({ ...aSeat('1', { claim }), metadata: ending });
    expect(await titleOf(await portal.get('/seat', { cookie }))).toBe('Your seat is being reset');
    expect(await titleOf(await portal.get('/s/otel-1/', { cookie }))).toBe('Your seat is being reset');
    api.deleteSeat('otel-1');
    for (const path of ['/s/otel-1/', '/seat']) {
      const waiting = await portal.get(path, { cookie });
      expect([waiting.status, await titleOf(waiting)]).toEqual([503, 'Your seat is being reset']);
    }
    api.put({ ...aSeat('1', { claim }), metadata: { name: 'otel-1', uid: 'new' } });
    api.reserve('otel', []);
    expect(await (await portal.get('/s/otel-1/', { cookie })).text()).toBe('the guide');
  });

  test('follows a person whom an instructor has moved to another seat', async () => {
    const api = threeSeats();
    await start(api, 'otel-1', 'otel-2', 'otel-3');
    const { cookie } = await portal.join();
    const from = [...api.seats.values()].find(({ spec }) => spec.claim);
    const to = [...api.seats.values()].find(({ spec }) => !spec.claim)?.metadata.name ?? '';
    const claim = from?.spec.claim;
    api.change(from?.metadata.name ?? '', { claim: undefined } as never);
    api.change(to, claim ? { claim } : {});
    const answer = await portal.get(`/s/${from?.metadata.name}/explore`, { cookie });
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `/s/${to}/`]);
    expect(await (await portal.get(`/s/${to}/`, { cookie })).text()).toBe('the guide');
  });

  test('forgets the browser on request', async () => {
    await start(threeSeats());
    const { cookie } = await portal.join();
    const answer = await portal.post('/logout', {}, { cookie });
    expect(answer.headers.get('set-cookie')).toMatch(/^intro-otel-seat=; .*Max-Age=0$/);
  });
});

/** Asks for many paths over one connection. @returns the number of answers with each status */
async function countStatuses(paths: readonly string[]): Promise<Map<number, number>> {
  const requests = paths.map((path, index) => {
    const connection = index === paths.length - 1 ? 'close' : 'keep-alive';
    return `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\n\r\n`;
  });
  const socket = connect(portal.port, '127.0.0.1', () => socket.write(requests.join('')));
  let text = '';
  for await (const bytes of socket) text += String(bytes);
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
  return new Map([...Map.groupBy(statuses, (status) => status)].map(([status, all]) => [status, all.length]));
}

describe('guesses', () => {
  test('get 100 answers at once that say a code is wrong, then 5 a second, and no right code is refused', async () => {
    await start(threeSeats());
    const before = performance.now();
    const codes = Array.from({ length: 10_000 }, (_, index) => `/join/zz${String(index).padStart(4, 'z')}`);
    const statuses = await countStatuses(codes);
    const most = 101 + (5 * (performance.now() - before)) / 1000;
    const [wrong = 0, refused = 0] = [statuses.get(404), statuses.get(429)];
    expect([statuses.size, wrong + refused]).toEqual([2, 10_000]);
    expect(wrong).toBeLessThanOrEqual(most);
    expect((await portal.get(`/join/${CODE}`)).status).toBe(200);
  }, 30_000);

  test('of three words are not checked any more after 30 wrong ones', async () => {
    await start(threeSeats());
    const { words } = await portal.join();
    const statuses = [];
    for (let time = 0; time < 40; time++)
      statuses.push((await portal.post('/key', { words: 'apple apple apple' })).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([403, 429]);
    expect((await portal.post('/key', { words })).status).toBe(429);
  });
});
