// Runs the built guide in front of an app that answers with arbitrary bytes, as learners' code may do.
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { jest } from '@jest/globals';
import { App, buildOutside } from '../testing/apps.ts';

jest.setTimeout(30_000);

const built = await buildOutside();

/** The bytes that the app sends for the next request. */
let answer = '';
/** The head of the last request that the app got. */
let received = '';
let hostile: Server;
let guide: App;

beforeAll(async () => {
  hostile = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      received = data.toString('latin1');
      socket.end(answer, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => hostile.once('listening', resolve));
  const url = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
  guide = await App.start(built.dist, 'guide', {
    ARCADE_URL: url,
    DICE_URL: url,
    PRIZES_URL: 'http://127.0.0.1:1',
    JAEGER_URL: url,
    JAEGER_BASE_PATH: '/jaeger',
    INSTRUMENTATION: 'auto',
    OPEN_WITHIN_MS: '0',
    OTEL_TRACES_EXPORTER: 'none',
  });
  await guide.ready();
});

afterAll(async () => {
  await guide.stop();
  hostile.close();
  built.remove();
});

const ok = (headers: string, body = '<script>1</script>'): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n${headers}connection: close\r\n\r\n${body}`;

async function ask(bytes: string, init: RequestInit = {}, path = '/apps/dice/page'): Promise<Response> {
  answer = bytes;
  return fetch(guide.url + path, { redirect: 'manual', signal: AbortSignal.timeout(5000), ...init });
}

const ALLOWED = ['cache-control', 'connection', 'content-length', 'content-security-policy', 'content-type', 'date']
  .concat(['etag', 'keep-alive', 'referrer-policy', 'transfer-encoding', 'location', 'content-encoding'])
  .concat(['content-language', 'cross-origin-resource-policy', 'x-content-type-options']);

function expectSandboxed(response: Response): void {
  expect(response.headers.get('content-security-policy')).toBe('sandbox allow-scripts allow-forms allow-popups');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect([...response.headers.keys()].filter((name) => !ALLOWED.includes(name))).toEqual([]);
}

const answers: readonly (readonly [title: string, bytes: string])[] = [
  ['HTML with a script', ok('')],
  ['a cookie', ok('set-cookie: a=1; Path=/\r\nset-cookie: b=2\r\n')],
  ['Clear-Site-Data', ok('clear-site-data: "*"\r\n')],
  ['Service-Worker-Allowed', ok('service-worker-allowed: /\r\n')],
  ['its own policy', ok('content-security-policy: sandbox allow-same-origin allow-scripts\r\n')],
  ['its own policy twice', ok('content-security-policy: x\r\nContent-Security-Policy: sandbox allow-same-origin\r\n')],
  ['headers for other origins', ok('access-control-allow-origin: null\r\naccess-control-allow-credentials: true\r\n')],
  ['Refresh', ok('refresh: 0;url=/lab\r\n')],
  ['a preload', ok('link: </api/files>; rel=preload; as=fetch\r\n')],
  ['a long cache time', ok('cache-control: public, max-age=31536000\r\netag: "1"\r\nexpires: 0\r\n')],
  ['HSTS', ok('strict-transport-security: max-age=99999999; includeSubDomains\r\n')],
  ['Alt-Svc', ok('alt-svc: h3="evil.example:443"\r\n')],
  ['reporting', ok('report-to: {}\r\nnel: {}\r\nreporting-endpoints: a="/x"\r\n')],
  ['a source map', ok('sourcemap: /api/files\r\nx-sourcemap: /api/files\r\n')],
  [
    'a password prompt',
    'HTTP/1.1 401 No\r\nwww-authenticate: Basic realm="Your password"\r\ncontent-length: 0\r\n\r\n',
  ],
  ['an error page', 'HTTP/1.1 500 X\r\ncontent-type: text/html\r\ncontent-length: 3\r\n\r\n<b>'],
  ['no content', 'HTTP/1.1 204 X\r\nset-cookie: a=1\r\n\r\n'],
  ['not modified', 'HTTP/1.1 304 X\r\nset-cookie: a=1\r\netag: "1"\r\n\r\n'],
  ['a redirect to the guide', 'HTTP/1.1 302 X\r\nlocation: /api/files\r\ncontent-length: 0\r\n\r\n'],
  ['a redirect elsewhere', 'HTTP/1.1 302 X\r\nlocation: http://evil.example/\r\ncontent-length: 0\r\n\r\n'],
  ['an interim answer first', `HTTP/1.1 103 Early\r\nlink: </api/files>; rel=preload\r\n\r\n${ok('')}`],
  ['a switch of protocols', 'HTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nhello'],
  ['status 000', 'HTTP/1.1 000 X\r\ncontent-length: 0\r\n\r\n'],
  ['status 999', 'HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n'],
  ['a status line with markup', 'HTTP/1.1 200 <script>\x01\xff\r\ncontent-length: 0\r\n\r\n'],
  ['control characters in a header', ok('content-language: a\x01b\r\ncontent-type: text/html\x0b\r\n')],
  ['bytes above 127 in a header', ok('content-language: \xff\xfe\r\n')],
  ['a bare line feed', ok('content-language: a\nset-cookie: a=1\r\n')],
  ['two lengths', ok('content-length: 1\r\ncontent-length: 5\r\n')],
  ['a length and chunks', ok('content-length: 3\r\ntransfer-encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n')],
  [
    'a trailer',
    ok('transfer-encoding: chunked\r\ntrailer: set-cookie\r\n', '3\r\nabc\r\n0\r\nset-cookie: a=1\r\n\r\n'),
  ],
  ['a false length', ok('content-length: 100\r\n', 'short')],
  ['large headers', ok(`x-large: ${'a'.repeat(100_000)}\r\n`)],
  ['10,000 headers', ok('x-a: b\r\n'.repeat(10_000))],
  ['a false encoding', ok('content-encoding: gzip\r\n', 'not gzip')],
  ['a second answer', `${ok('content-length: 2\r\n', 'ab')}HTTP/1.1 200 OK\r\nset-cookie: a=1\r\n\r\n`],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nset-cookie: a=1\r\n\r\nold'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
  ['nothing', ''],
];

test.each(answers)('sandboxes an answer with %s, and keeps serving', async (_, bytes) => {
  const response = await ask(bytes).catch((error: unknown) => {
    expect(error).not.toHaveProperty('name', 'TimeoutError'); // the guide may only end the connection
  });
  if (response) {
    expectSandboxed(response);
    await response.text().catch((error: unknown) => expect(error).not.toHaveProperty('name', 'TimeoutError'));
    expect(new URL(response.headers.get('location') ?? '', response.url).pathname).toMatch(/^\/apps\/dice\//);
  }
  expect((await fetch(`${guide.url}/lab`)).status).toBe(200);
});

test('sandboxes an app that does not answer', async () => {
  expectSandboxed(await fetch(`${guide.url}/apps/prizes/x`));
});

test.each(['HEAD', 'POST', 'OPTIONS', 'PROPFIND'])('sandboxes the answer to %s', async (method) => {
  const bytes = method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nset-cookie: a=1\r\n\r\n' : ok('set-cookie: a=1\r\n');
  expectSandboxed(await ask(bytes, { method }));
});

test("keeps the guide's cookies and credentials from the app", async () => {
  await ask(ok(''), { headers: { cookie: 'session=s3cret', authorization: 'Bearer s3cret', 'x-mine': 'kept' } });
  expect(received).toContain('x-mine: kept');
  expect(received).not.toContain('s3cret');
});

test.each(['/', '/sw.js', '/assets/guide.js', '/apps/dice/sw.js', '/api/status', '/jaeger/sw.js'])(
  'refuses the script of a Service Worker at %s',
  async (path) => {
    for (const headers of [{ 'service-worker': 'script' }, { 'sec-fetch-dest': 'serviceworker' }])
      expect((await ask(ok(''), { headers }, path)).status).toBe(403);
  },
);

test.each(['/', '/lab', '/api/status', '/assets/guide.js', '/nowhere'])(
  'forbids other sites to embed %s',
  async (path) => {
    const { headers } = await fetch(guide.url + path);
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  },
);
