// Runs the built guide and the probe, which tests the way from a span to Jaeger, against a fake Jaeger and fake apps.
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { waitFor } from '../../support/waiting.ts';
import { App, buildOutside } from '../testing/apps.ts';
import { Receiver } from '../testing/receiver.ts';

jest.setTimeout(30_000);

const traceId = '5b8aa5a2d2c872e8321cf37308d69df2';
/** How long Chrome keeps an idle connection that it has used, in seconds. */
const CHROME_KEEPS = 300;
const placeholder = '<h1>This is not the Jaeger UI you are looking for!</h1>';

const built = await buildOutside();
const opened: Server[] = [];

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  opened.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function otlp(id: string): string {
  const span = {
    traceId: id,
    spanId: 'aaaaaaaaaaaaaaaa',
    name: 'GET <b>/play</b>',
    kind: 2,
    startTimeUnixNano: '1795363200000000000',
    endTimeUnixNano: '1795363200012000000',
    attributes: [{ key: 'player.name', value: { stringValue: 'ada' } }],
    status: { code: 2, message: 'too slow' },
    events: [
      {
        name: 'exception',
        timeUnixNano: '1795363200011000000',
        attributes: [
          { key: 'exception.message', value: { stringValue: 'no time' } },
          { key: 'exception.stacktrace', value: { stringValue: 'Error: no time\n    at <play> (arcade.js:7:9)' } },
        ],
      },
    ],
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'arcade' } }] };
  return JSON.stringify({ result: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] } });
}

/** Answers like Jaeger's query service: one known trace, its UI page, and 404 for all other paths. */
function jaegerWith(home: string): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://jaeger');
    if (pathname === '/jaeger/') return response.end(home);
    if (pathname === `/jaeger/api/v3/traces/${traceId}` || pathname === '/jaeger/api/v3/traces')
      return response.end(otlp(traceId));
    if (pathname === '/jaeger/api/v3/services') return response.end('{"services":["arcade"]}');
    response.writeHead(404).end('{"error":{"httpCode":404,"message":"No traces found"}}');
  };
}

const apps: RequestListener = (request, response) => {
  if (request.url === '/moved') return response.writeHead(302, { location: '/visit' }).end();
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      url: request.url,
      method: request.method,
      agent: request.headers['user-agent'],
      traceparent: request.headers.traceparent,
    }),
  );
};

let guide: App;
let plain: App;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  const appsUrl = await serve(apps);
  const env = {
    ARCADE_URL: appsUrl,
    DICE_URL: appsUrl,
    PRIZES_URL: 'http://127.0.0.1:1',
    JAEGER_BASE_PATH: '/jaeger',
    INSTRUMENTATION: 'auto',
    OPEN_WITHIN_MS: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  };
  guide = await App.start(built.dist, 'guide', {
    ...env,
    JAEGER_URL: await serve(jaegerWith('<div id="jaeger-ui-root"></div>')),
  });
  plain = await App.start(built.dist, 'guide', { ...env, JAEGER_URL: await serve(jaegerWith(placeholder)) });
  await Promise.all([guide.ready(), plain.ready()]);
});

afterAll(async () => {
  await Promise.all([guide.stop(), plain.stop()]);
  receiver.stop();
  opened.forEach((server) => server.close().closeAllConnections());
  built.remove();
});

const text = async (url: string) => (await fetch(url)).text();

test.each(['/', '/explore', '/lab', '/why', '/traces', `/traces/${traceId}`])(
  'serves %s with a strict policy and without foreign links',
  async (path) => {
    const answer = await fetch(guide.url + path);
    expect(answer.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self'",
    );
    const page = await answer.text();
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/(src|href|action)="(https?:)?\/\//);
    expect(page).not.toMatch(/ style="|<style|<script(?! type="module" src="(\.\.?\/)assets\/)/);
  },
);

test('links the apps, the traces and Jaeger from the page "Lab"', async () => {
  const page = await text(`${guide.url}/lab`);
  for (const link of ['apps/dice/rolldice', 'apps/arcade/play?player=you', 'explore#traces', 'jaeger/'])
    expect(page).toContain(`href="${link}"`);
});

test('serves the scripts and the style sheet of its pages', async () => {
  for (const asset of ['style.css', 'guide.js', 'explore.js', 'explore-worker.js', 'lab.js', 'why.js', 'icon.svg'])
    expect((await fetch(`${guide.url}/assets/${asset}`)).status).toBe(200);
});

test('lets a worker ask the API, and gives no other file more than a page needs', async () => {
  const policyOf = async (asset: string) =>
    (await fetch(`${guide.url}/assets/${asset}`)).headers.get('content-security-policy');
  expect(await policyOf('explore-worker.js')).toContain("connect-src 'self'");
  expect(await policyOf('explore.js')).toBe("default-src 'none'; frame-ancestors 'none'");
});

test('shows a trace with its spans, and escapes their content', async () => {
  const page = await text(`${guide.url}/traces/${traceId}`);
  for (const piece of ['GET &lt;b&gt;/play&lt;/b&gt;', '12.0 ms', 'player.name', 'too slow', 'no time'])
    expect(page).toContain(piece);
});

test('shows a stack trace on the page of a trace on lines, and counts one span of one service', async () => {
  const page = await text(`${guide.url}/traces/${traceId}`);
  expect(page).toMatch(/<pre class="lines"[^>]*>Error: no time\n {4}at &lt;play&gt; \(arcade\.js:7:9\)<\/pre>/);
  expect(page).toContain('1 span in 1 service (arcade)');
});

test('answers a page that waits for a trace and its logs without an error, and anybody else with 404', async () => {
  const missing = `${guide.url}/api/explore/traces/${'0'.repeat(31)}1`;
  expect([(await fetch(`${missing}?absent=204`)).status, (await fetch(missing)).status]).toEqual([204, 404]);
  expect(await (await fetch(`${guide.url}/api/explore/traces/${traceId}`)).json()).toMatchObject({ traceId, logs: [] });
});

test('shows that a trace has not arrived yet, on a page that reloads itself', async () => {
  const answer = await fetch(`${guide.url}/traces/${'0'.repeat(31)}1`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('<meta http-equiv="refresh" content="2">');
});

test.each(['abc', traceId.slice(1), `${traceId}0`, '%3Cb%3E'])(
  'says that %s in an address is not a trace id',
  async (id) => {
    const answer = await fetch(`${guide.url}/traces/${id}`);
    const page = await answer.text();
    expect([answer.status, page.includes('This is not a trace id'), page.includes('<b>')]).toEqual([404, true, false]);
  },
);

test('finds a trace by an id that was pasted in capitals, with a blank', async () => {
  expect(await text(`${guide.url}/traces/%20${traceId.toUpperCase()}`)).toContain('1 span in 1 service (arcade)');
});

test('returns a trace as a tree of spans in JSON', async () => {
  const trace = (await (await fetch(`${guide.url}/api/traces/${traceId}`)).json()) as object;
  expect(trace).toMatchObject({
    traceId,
    services: ['arcade'],
    duration: 12,
    roots: [{ service: 'arcade', kind: 'server', children: [] }],
  });
});

test("proxies Jaeger's pages if Jaeger has its UI", async () => {
  expect(await text(`${guide.url}/jaeger/`)).toContain('jaeger-ui-root');
  expect(await text(`${guide.url}/traces/${traceId}`)).toContain(`href="../jaeger/trace/${traceId}"`);
});

test("redirects requests for Jaeger's pages to the guide's own pages if Jaeger has no UI", async () => {
  const answer = await fetch(`${plain.url}/jaeger/trace/${traceId}`);
  expect(new URL(answer.url).pathname).toBe(`/traces/${traceId}`);
  expect(await answer.text()).toContain('This Jaeger was built from source');
  expect(new URL((await fetch(`${plain.url}/jaeger/search`)).url).pathname).toBe('/traces');
});

test("proxies Jaeger's API", async () => {
  expect(await text(`${plain.url}/jaeger/api/v3/services`)).toBe('{"services":["arcade"]}');
});

test('proxies each app below a path of its own', async () => {
  const answer = await fetch(`${guide.url}/apps/dice/visit?x=1`, { headers: { 'user-agent': 'a-test' } });
  expect(await answer.json()).toMatchObject({
    url: '/visit?x=1',
    method: 'GET',
    agent: 'a-test',
    traceparent: expect.stringMatching(/^00-/) as string,
  });
});

test("rewrites an app's redirect so that it stays below the app's path in the guide", async () => {
  const answer = await fetch(`${guide.url}/apps/dice/moved`, { redirect: 'manual' });
  expect(answer.headers.get('location')).toBe('../../apps/dice/visit');
});

test('names the app in the error when the app does not answer', async () => {
  const answer = await fetch(`${guide.url}/apps/prizes/prizes/1`);
  expect([answer.status, await answer.text()]).toEqual([
    502,
    expect.stringMatching(/^expected prizes to answer, found: .*ECONNREFUSED/),
  ]);
});

test("plays a round with the user agent of the learner's browser", async () => {
  const answer = await fetch(`${guide.url}/api/rounds?player=grace%20h`, {
    method: 'POST',
    headers: { 'user-agent': 'a-test' },
  });
  expect(await answer.json()).toMatchObject({
    url: '/play?player=grace%20h',
    agent: 'a-test',
    traceparent: expect.stringMatching(/^00-/) as string,
  });
});

test('reports which apps and backends answer', async () => {
  const status = (await (await fetch(`${plain.url}/api/status`)).json()) as {
    parts: { name: string; answers: boolean }[];
  };
  expect(status).toMatchObject({ instrumentation: 'auto', jaegerUi: false });
  expect(Object.fromEntries(status.parts.map(({ name, answers }) => [name, answers]))).toEqual({
    arcade: true,
    dice: true,
    prizes: false,
    jaeger: true,
    collector: true,
  });
});

test('keeps an idle connection for longer than browsers do, so that no request meets a reset', async () => {
  const { headers } = await fetch(`${guide.url}/api/charts`);
  const seconds = Number(/^timeout=(\d+)$/.exec(headers.get('keep-alive') ?? '')?.[1]);
  expect(seconds).toBeGreaterThan(CHROME_KEEPS);
});

test('makes no traces of requests that only read traces', async () => {
  const marked = { headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } };
  for (const path of [`/traces/${traceId}`, '/traces', '/api/status', '/jaeger/api/v3/services', '/assets/style.css'])
    await fetch(guide.url + path, marked);
  await fetch(`${guide.url}/apps/dice/visit`, marked);
  // The guide's span of the request ends after those below it, so it may come later than they do.
  const paths = await waitFor('the span of the request', async () => {
    const { spans } = await receiver.trace('a'.repeat(32));
    const found = spans.filter(({ kind }) => kind === 'server').map(({ attributes }) => attributes['url.path']);
    return found.includes('/apps/dice/visit') ? found : undefined;
  });
  expect(paths).toEqual(['/apps/dice/visit']);
});

describe('the probe, which sends a span and looks for it in Jaeger', () => {
  const collector =
    (received: string[]): RequestListener =>
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push(
          (
            JSON.parse(Buffer.concat(chunks).toString()) as {
              resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: string }] }] }];
            }
          ).resourceSpans[0].scopeSpans[0].spans[0].traceId,
        );
        response.end('{}');
      });
    };
  const jaegerOf =
    (received: string[]): RequestListener =>
    (request, response) => {
      const id = request.url?.split('/').at(-1) ?? '';
      if (received.includes(id)) response.end(otlp(id));
      else response.writeHead(404).end();
    };

  async function probe(collectorUrl: string, jaegerUrl: string): Promise<App> {
    const app = await App.run(built.dist, [join(built.dist, 'probe.js')], {
      OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
      JAEGER_URL: jaegerUrl,
      JAEGER_BASE_PATH: '/jaeger',
      PROBE_TIMEOUT_SECONDS: '1',
    });
    await app.exited();
    return app;
  }

  test('exits with 0 once Jaeger returns the span that the probe sent', async () => {
    const received: string[] = [];
    const { exitCode, stdout } = await probe(await serve(collector(received)), await serve(jaegerOf(received)));
    expect(stdout).toMatch(/^sent one span, trace [0-9a-f]{32}, .*\nread it back from Jaeger at /);
    expect(exitCode).toBe(0);
  });

  test('names the Collector if the Collector does not answer', async () => {
    const { exitCode, stderr } = await probe('http://127.0.0.1:1', 'http://127.0.0.1:1');
    expect(stderr).toMatch(
      /^The span did not reach the Collector at http:\/\/127\.0\.0\.1:1 within 1 s: .*ECONNREFUSED/,
    );
    expect(exitCode).toBe(1);
  });

  test("names Jaeger if the probe's span does not arrive in Jaeger", async () => {
    const { exitCode, stderr } = await probe(await serve(collector([])), await serve(jaegerOf([])));
    expect(stderr).toMatch(
      /^The span did not reach Jaeger at .* within 1 s: Jaeger answers, but it does not have the span/,
    );
    expect(exitCode).toBe(1);
  });
});
