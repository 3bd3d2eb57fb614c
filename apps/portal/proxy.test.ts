import { connect } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifyPortalToken } from '../../lab/portal-token.ts';
import { eventually } from '../../support/waiting.ts';
import { aSeat, aWorkshop } from './testing/objects.ts';
import { PortalHarness, PUBLIC_KEY } from './testing/portal-harness.ts';
import type { FakeGuide } from './testing/portal-harness.ts';
import { SeatApi } from './testing/seat-api.ts';

const SOON = { within: 2_000, every: 10 };

let portal: PortalHarness;

const titleOf = async (answer: Response): Promise<string> => /<h1>([^<]*)</.exec(await answer.text())?.[1] ?? '';

const echo = (request: IncomingMessage, response: ServerResponse): void => void request.pipe(response);

describe('the proxy', () => {
  let cookie: string;
  const seat = '/s/otel-1';

  beforeEach(async () => {
    portal = await new PortalHarness(new SeatApi([aWorkshop(1)], [aSeat('1')])).start('otel-1');
    ({ cookie } = await portal.join('Zoë'));
  });

  afterEach(() => portal.stop());

  const received = () => portal.guide('otel-1').received.at(-1);
  const answerWith = (answer: FakeGuide['answer']): void => {
    portal.guide('otel-1').answer = answer;
  };

  test('passes a request on below its prefix, with a token for this seat, and without secrets', async () => {
    const answer = await portal.get(`${seat}/api/course?x=1`, {
      cookie: `other=1; ${cookie}`,
      authorization: 'Bearer x',
      'x-intro-otel-portal': 'forged',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': '1.2.3.4',
      forwarded: 'host=evil.example',
      'x-own': 'kept',
    });
    expect([answer.status, await answer.text()]).toEqual([200, 'the guide']);
    const { url, headers = {} } = received() ?? {};
    expect(url).toBe('/api/course?x=1');
    expect(headers).toMatchObject({
      'x-own': 'kept',
      'x-forwarded-prefix': seat,
      'x-forwarded-host': new URL(portal.url).host,
      'x-forwarded-proto': 'http',
    });
    for (const name of ['cookie', 'authorization', 'forwarded', 'x-forwarded-for'])
      expect(headers).not.toHaveProperty(name);
    const expected = { publicKey: PUBLIC_KEY, seat: 'otel-1', uid: 'uid-otel-1', now: Date.now() };
    expect(
      verifyPortalToken(String((headers as Record<string, unknown>)['x-intro-otel-portal']), expected),
    ).toMatchObject({ role: 'learner', name: 'Zoë' });
  });

  test('streams an answer as it comes, and closes it at the guide when the browser leaves', async () => {
    let isClosed = false;
    answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      response.once('close', () => (isClosed = true));
    });
    const leave = new AbortController();
    const answer = await fetch(`${portal.url}${seat}/events`, { headers: { cookie }, signal: leave.signal });
    const first = await answer.body?.getReader().read();
    expect(Buffer.from((first?.value ?? new Uint8Array()) as Uint8Array).toString()).toBe('data: 1\n\n');
    leave.abort();
    await eventually(() => expect(isClosed).toBe(true), SOON);
  });

  test('ends a stream when the seat is freed', async () => {
    answerWith(
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('a'),
    );
    const answer = await fetch(`${portal.url}${seat}/events`, { headers: { cookie } });
    const reader = answer.body?.getReader();
    await reader?.read();
    const ended = reader?.read();
    portal.api.change('otel-1', { claim: undefined } as never);
    await expect(ended).rejects.toThrow();
  });

  test.each(['POST', 'PUT', 'DELETE'])('uploads a large body by %s, with and without a length', async (method) => {
    answerWith(echo);
    const body = Buffer.alloc(3_000_000, 'x');
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(body));
        controller.close();
      },
    });
    const headers = { cookie, origin: portal.url };
    const whole = await fetch(`${portal.url}${seat}/u`, { method, headers, body });
    expect((await whole.bytes()).length).toBe(body.length);
    const streamed = await fetch(`${portal.url}${seat}/u`, { method, headers, body: chunked, duplex: 'half' });
    expect((await streamed.bytes()).length).toBe(body.length);
  });

  test.each(['GET', 'DELETE'])('sends the body of %s as one, though Connection names its length', async (method) => {
    answerWith(echo);
    const body = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n';
    const head = [
      `${method} ${seat}/ HTTP/1.1`,
      'host: x',
      `cookie: ${cookie}`,
      'connection: content-length, close',
      `content-length: ${body.length}`,
    ];
    const client = connect(portal.port, '127.0.0.1', () => client.write(`${head.join('\r\n')}\r\n\r\n${body}`));
    let answer = '';
    for await (const bytes of client) answer += String(bytes);
    expect(answer).toContain(body);
    expect(portal.guide('otel-1').received.map(({ url }) => url)).toEqual(['/']);
  });

  test('breaks an answer off when the guide does', async () => {
    answerWith((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      setTimeout(() => response.destroy(), 10);
    });
    const answer = await fetch(`${portal.url}${seat}/`, { headers: { cookie } });
    await expect(answer.text()).rejects.toThrow();
  });

  test('lets a guide set no cookies and change nothing for the origin', async () => {
    answerWith((_request, response) => {
      response.writeHead(200, {
        'set-cookie': ['intro-otel-seat=x', 'intro-otel-ns-lab=key'],
        'clear-site-data': '"*"',
        'service-worker-allowed': '/',
        'strict-transport-security': 'max-age=1',
        'content-security-policy': "default-src 'self'",
      });
      response.end();
    });
    const { headers } = await portal.get(`${seat}/`, { cookie });
    for (const name of ['set-cookie', 'clear-site-data', 'service-worker-allowed', 'strict-transport-security'])
      expect(headers.get(name)).toBeNull();
    expect(headers.get('content-security-policy')).toBe("default-src 'self'");
  });

  test.each([
    ['/lab', '/s/otel-1/lab'],
    ['/s/otel-1/lab?a=1', '/s/otel-1/lab?a=1'],
    ['../up', '/s/otel-1/up'],
    ['../../../../', '/s/otel-1/'],
    ['/s/otel-2/', '/s/otel-1/s/otel-2/'],
  ])('keeps a redirect to %s below the seat', async (location, expected) => {
    answerWith((_request, response) => void response.writeHead(302, { location }).end());
    expect((await portal.get(`${seat}/a/b`, { cookie })).headers.get('location')).toBe(expected);
  });

  test.each(['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)'])(
    'passes on no redirect to %s',
    async (location) => {
      answerWith((_request, response) => void response.writeHead(302, { location }).end());
      const answer = await portal.get(`${seat}/`, { cookie });
      expect([answer.status, answer.headers.get('location')]).toEqual([502, null]);
    },
  );

  test('says that the lab is starting while it has no guide, and goes on by itself', async () => {
    portal.guides.get('otel-1')?.close();
    portal.guides.delete('otel-1');
    const answer = await portal.get(`${seat}/`, { cookie });
    const page = await answer.text();
    expect([answer.status, page]).toEqual([503, expect.stringContaining('<h1>Your lab is starting</h1>')]);
    expect(page).toContain('data-again');
  });

  describe('while the guide does not know the key of the portal yet', () => {
    beforeEach(() =>
      answerWith((_request, response) => {
        response.writeHead(401, { 'www-authenticate': 'Bearer', 'x-intro-otel-portal': 'refused' });
        response.end('no login');
      }),
    );

    test('says that the lab is starting, and goes on by itself', async () => {
      const answer = await portal.get(`${seat}/`, { cookie });
      const page = await answer.text();
      expect([answer.status, page]).toEqual([503, expect.stringContaining('<h1>Your lab is starting</h1>')]);
      expect(page).toContain('data-again');
      expect(page).not.toContain('no login');
      expect(answer.headers.get('www-authenticate')).toBeNull();
    });

    test.each(['GET', 'PUT'])('answers 503 to a script that asks by %s, and says when to try again', async (method) => {
      const headers = { cookie, accept: 'application/json', origin: portal.url };
      const body = method === 'PUT' ? { body: Buffer.alloc(5_000_000) } : {};
      const answer = await fetch(`${portal.url}${seat}/api/files`, { method, headers, ...body });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await answer.json()).toEqual({
        error: expect.stringMatching(/^Your lab is starting.*Try again/) as string,
      });
    });

    test('answers 503 to a WebSocket', async () => {
      const head = [
        `GET ${seat}/socket HTTP/1.1`,
        'host: x',
        `cookie: ${cookie}`,
        'connection: Upgrade',
        'upgrade: websocket',
      ];
      const client = connect(portal.port, '127.0.0.1', () => client.write(`${head.join('\r\n')}\r\n\r\n`));
      let answer = '';
      for await (const bytes of client) answer += String(bytes);
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    });
  });

  test('passes on a 401 that is not about the signature of the portal', async () => {
    answerWith((_request, response) => void response.writeHead(401).end('the app says no'));
    const answer = await portal.get(`${seat}/apps/dice/`, { cookie });
    expect([answer.status, await answer.text()]).toEqual([401, 'the app says no']);
  });

  test('finds a guide that has moved to another pod without an error', async () => {
    await portal.get(`${seat}/`, { cookie });
    portal.guide('otel-1').close();
    await portal.addGuide('otel-1');
    expect((await portal.get(`${seat}/`, { cookie })).status).toBe(200);
  });

  test('says that a seat is stopped', async () => {
    portal.api.setPhase('otel-1', 'Stopped');
    const answer = await portal.get(`${seat}/`, { cookie });
    expect([answer.status, await titleOf(answer)]).toEqual([503, 'Your seat is stopped']);
  });

  test('passes the bytes of a WebSocket in both directions, and closes both sides', async () => {
    const guide = portal.guide('otel-1');
    let isClosed = false;
    guide.server.on('upgrade', (request, socket) => {
      socket.on('end', () => (isClosed = true)).on('error', () => undefined);
      const head = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: Upgrade', 'set-cookie: a=1'];
      socket.write(`${head.join('\r\n')}\r\n\r\nfor ${String(request.headers['x-forwarded-prefix'])};`);
      socket.on('data', (bytes: Buffer) => socket.write(bytes));
    });
    const client = connect(portal.port, '127.0.0.1');
    let text = '';
    client.on('data', (bytes) => (text += bytes.toString()));
    const lines = [
      `GET ${seat}/socket HTTP/1.1`,
      `host: 127.0.0.1:${portal.port}`,
      `origin: ${portal.url}`,
      `cookie: ${cookie}`,
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: eA==',
    ];
    client.write(`${lines.join('\r\n')}\r\n\r\nearly;`);
    await eventually(() => expect(text).toContain('early;'), SOON);
    client.write('late;');
    await eventually(() => expect(text).toContain('late;'), SOON);
    expect(text).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
    expect(text).toContain('for /s/otel-1;');
    expect(text).not.toContain('set-cookie');
    client.destroy();
    await eventually(() => expect(isClosed).toBe(true), SOON);
  });
});
