// Tests mistakes in a learner's code: the page says what happened and what to do, and the rest of the lab keeps
// working.
// Also tests attacks by a page of another website: it can't run code, and can only read what the guide shows to
// everybody.
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { brokenAtStart, brokenInVisit } from './broken-code.ts';
import { say } from '../../support/output.ts';
import { artefacts } from '../support/artefacts.ts';
import { launchBrowser, picture } from '../support/browser/browser.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { eventually } from '../../support/waiting.ts';
import { Guide, OWN_HEADERS, RunEvents } from '../support/cluster/guide.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { isLeaving, isReady, restarts } from '../support/matchers/objects.ts';
import { playedRound } from '../support/otlp/traces.ts';
import { workingSet } from '../support/cluster/pod-usage.ts';

const MEBIBYTE = 2 ** 20;
const lab = new Lab(useNamespace('e2e-bad-input'));

let guide: Guide;
let events: RunEvents;
let browser: Browser;
let page: Page;
let original: string;

beforeAll(async () => {
  await mkdir(artefacts, { recursive: true });
  await lab.installQuietly();
  guide = await Guide.open(lab);
  events = await RunEvents.listen(guide);
  browser = await launchBrowser();
  page = await browser.newPage();
  // A step that edits files shows what becomes of a Run.
  await page.goto(`${guide.origin}/?step=06-manual`);
  original = await lab.diceSource();
  await eventually(() => expect(events.states.at(-1)).toMatchObject({ phase: 'running' }));
}, 150_000);

afterAll(async () => {
  if (page !== undefined) await picture(page, 'bad-input');
  await browser?.close();
  events?.close();
  guide?.close();
});

/** Returns dice's original source with this line before the line that starts the server. */
const atStart = (line: string): string => original.replace('\napp.listen(', `\n${line}\napp.listen(`);
/** Returns dice's original source with this line first in the handler of /visit. */
const inVisit = (line: string): string =>
  original.replace("app.get('/visit', (request, response) => {\n", (found) => `${found}${line}\n`);

/** Checks that guide, arcade and Jaeger answer, and that no container outside dice has restarted. */
async function restLives(): Promise<void> {
  const answers = [
    fetch(`${guide.origin}/api/course`),
    fetch(`${guide.origin}/jaeger/api/v3/services`),
    fetch(`${guide.origin}/apps/arcade/`),
  ];
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
  const others = (await lab.pods()).filter(
    (pod) => pod.metadata.labels?.['app.kubernetes.io/component'] !== 'dice' && !isLeaving(pod),
  );
  expect(others.filter((pod) => !isReady(pod) || restarts(pod) > 0).map(({ metadata }) => metadata.name)).toEqual([]);
}

/** Waits until the page shows this message and the place of the error in the file. */
async function pageSays(message: string): Promise<void> {
  await page
    .locator('#run-status', { hasText: `app.ts: ${message}` })
    .or(page.locator('#run-status', { hasText: message }))
    .waitFor();
}

describe('code that keeps dice from starting', () => {
  test.each(brokenAtStart)(
    'reports code that %s, and keeps the previous pod of dice serving',
    async (...[, line, says, hasLine]) => {
      const nextEvent = events.mark();
      const source = atStart(line);
      await guide.run(source);
      const state = await nextEvent(({ phase, message = '' }) => phase === 'failed' && says.test(message));
      expect(state.line).toBe(hasLine ? source.split('\n').indexOf(line) + 1 : undefined);
      await pageSays(state.message ?? '');
      await restLives();
      expect(Number(await lab.text('dice', '/rolldice'))).toBeGreaterThanOrEqual(1);
    },
  );
});

describe('code that breaks dice when a request arrives', () => {
  test.each(brokenInVisit)('reports a request handler that %s', async (...[, line, says, answered, hasLine]) => {
    const nextEvent = events.mark();
    const source = inVisit(line);
    await guide.run(source);
    const { pod } = await nextEvent(({ phase }) => phase === 'running');
    // On a busy machine the previous pod may receive requests for a moment, so the test repeats its request.
    const answers: string[] = [];
    const state = await eventually(
      async () => {
        const { status, body } = await guide.ask<{ status: number; body: string }>('/visit', { path: '/visit' });
        answers.push(`${status} ${body}`);
        return nextEvent((one) => one.pod === pod && says.test(one.message ?? ''), { within: 100 });
      },
      { within: 60_000, every: 500 },
    );
    expect(answers).toContainEqual(expect.stringMatching(answered));
    expect(state.line).toBe(hasLine ? source.split('\n').indexOf(line) + 1 : undefined);
    await page.locator('#run-status', { hasText: says }).waitFor();
    await restLives();
  });
});

test('shows the end of a 100 MB log, and holds almost none of it in the memory of the guide', async () => {
  const { bytes } = events;
  const nextEvent = events.mark();
  const [before] = await guideMemory();
  // Each megabyte is written after the one before, so that dice itself stays healthy. The first one waits until the
  // guide follows the log. A guide that begins later reads the last 200 lines only, and leaves none out.
  const flood = `const chunk = ('x'.repeat(1022) + '\\n').repeat(1024);
let left = 100;
const more = () => {
  if (left-- > 0) process.stdout.write(chunk, () => setImmediate(more));
  else log.info('all is printed');
};
setTimeout(more, 3_000);`;
  await guide.run(atStart(flood));
  await nextEvent(({ phase }) => phase === 'running');
  const peak: number[] = [];
  await eventually(
    async () => {
      peak.push(...(await guideMemory()));
      expect(events.lines.some((line) => line.includes('all is printed'))).toBe(true);
    },
    { within: 60_000 },
  );
  expect(events.lines.filter((line) => /^… \d+ lines left out: more than 200 a second/.test(line))).not.toEqual([]);
  await page.locator('#log', { hasText: 'all is printed' }).waitFor();
  expect((await page.locator('#log').textContent())?.length).toBeLessThan(1_000_000);
  // The diagnosis page reads the log too.
  await guide.ask('/why');
  peak.push(...(await guideMemory()));
  say(
    `guide with 100 MB in the log: ${(before ?? 0).toFixed(0)} MiB before, at most ${Math.max(...peak).toFixed(0)} ` +
      `MiB; the page received ${((events.bytes - bytes) / MEBIBYTE).toFixed(1)} MiB`,
  );
  expect(Math.max(...peak)).toBeLessThan(100);
  expect(events.bytes - bytes).toBeLessThan(20 * MEBIBYTE);
  await restLives();
});

async function guideMemory(): Promise<number[]> {
  return (await lab.pods('guide'))
    .filter(isReady)
    .map(({ metadata }) => workingSet(testCluster().name, metadata.uid) / MEBIBYTE);
}

test('warns in the second of two browser tabs that the file has changed, and overwrites nothing', async () => {
  const { version, files } = await guide.ask<{ version: string; files: Record<string, string> }>('/files');
  await guide.ask('/files', { version, files: { 'app.ts': `${original}// the first\n` } }, 'PUT');
  const body = JSON.stringify({ version, files: { ...files, 'app.ts': `${original}// the second\n` } });
  const second = await fetch(`${guide.origin}/api/files`, { method: 'PUT', headers: OWN_HEADERS, body });
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({
    error: expect.stringContaining('nothing was overwritten') as string,
    files: { 'app.ts': `${original}// the first\n` },
  });
  expect(await lab.diceSource()).toBe(`${original}// the first\n`);
});

test('makes dice work again when the learner resets a step', async () => {
  const nextEvent = events.mark();
  await guide.ask('/course/03-opentelemetry/reset', {});
  expect(await lab.diceSource()).toBe(original);
  await nextEvent(({ phase, message }) => phase === 'running' && message === undefined);
  await page.locator('#run-status', { hasText: 'dice runs (pod ' }).waitFor();
  await lab.rolledOut('dice');
  await playedRound(lab);
});

test.each([
  { file: 'app.ts', comment: '// by kubectl', component: 'dice', hop: 'pod' },
  { file: 'collector.yaml', comment: '# by kubectl', component: 'collector', hop: 'collector' },
])(
  'judges nothing after kubectl has changed $file, until $component runs with the file as it is',
  async ({ file, comment, component, hop }) => {
    const map = `${lab.release}-dice`;
    const { data } = JSON.parse(await lab.kubectl('get', 'configmap', map, '--output=json')) as {
      data: Record<string, string>;
    };
    const write = (text = '') =>
      lab.kubectl('patch', 'configmap', map, '--type=merge', '--patch', JSON.stringify({ data: { [file]: text } }));
    const check = () => guide.ask('/course/01-set-up/check', { answers: {} });
    expect(await check()).toMatchObject({ passed: true });
    await write(`${data[file]}${comment}\n`);
    expect(await check()).toMatchObject({
      passed: false,
      hop,
      found: expect.stringContaining(`started with an older ${file}`) as string,
      hint: expect.stringContaining(`kubectl rollout restart deployment/${lab.release}-${component}`) as string,
    });
    await write(data[file]);
    expect(await check()).toMatchObject({ passed: true });
  },
);

describe('a restart of Jaeger during a step', () => {
  test('makes the check and the pages say that Jaeger has lost its traces, and what to do', async () => {
    const { traceId = '' } = await guide.ask<{ traceId?: string }>('/course/02-read-a-trace/start', {});
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row', { hasText: 'prizes GET /prizes/:roll' }).waitFor();
    await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-jaeger`);
    await lab.rolledOut('jaeger');
    const answers = { root: 'a', slowest: 'b', parent: 'a', child: 'b' };
    const verdict = await eventually(async () => {
      const found = await guide.ask<{ passed: boolean; hop: string; hint: string }>('/course/02-read-a-trace/check', {
        answers,
      });
      expect(found).toMatchObject({ passed: false, hop: 'jaeger', found: 'no such trace' });
      return found;
    });
    expect(verdict.hint).toMatch(/It drops the oldest, and a restart deletes all\. Start this step again/);
    await page.reload();
    await page.getByText('and a restart deletes them. Play a round or ask dice again').waitFor();
    const missing = await fetch(`${guide.origin}/traces/${traceId}`);
    expect([missing.status, await missing.text()]).toEqual([
      404,
      expect.stringMatching(
        /only the newest traces, in\s+memory, and a restart of Jaeger deletes them all\./,
      ) as string,
    ]);
  });

  test('makes the check say when Jaeger restarted, because the earlier spans are lost', async () => {
    await guide.ask('/course/10-troubleshooting/start', {});
    await lab.kubectl(
      'delete',
      'pod',
      '--wait=false',
      `--selector=app.kubernetes.io/instance=${lab.release},app.kubernetes.io/component=jaeger`,
    );
    await lab.rolledOut('jaeger');
    const verdict = await guide.ask<{ hint: string }>('/course/10-troubleshooting/check', { answers: {} });
    expect(verdict.hint).toMatch(/Jaeger restarted at .* after you started this step.*gone/);
  });
});

/** Matches answers of servers that the guide must not lead to: the Collector, prizes and the API server. */
const ELSEWHERE = /Server available|"names"|"apiVersion"|"kind":"Status"|"prize"|alive\n$/;

test("reaches no service besides Jaeger and the apps through the guide's proxy, for any path", async () => {
  const lines = [
    'GET http://intro-otel-collector:13133/',
    'GET http://intro-otel-prizes:8080/prizes/6',
    'GET //intro-otel-prizes:8080/prizes/6',
    'GET /apps/dice//intro-otel-prizes:8080/prizes/6',
    'GET /apps/dice/@intro-otel-prizes:8080/prizes/6',
    'GET /apps/dice/http://intro-otel-prizes:8080/prizes/6',
    'GET /apps/dice/..%2f..%2fprizes%2f6',
    'GET /apps/dice/%2e%2e/%2e%2e/prizes/6',
    'GET /jaeger/../prizes/6',
    'GET /jaeger/%2e%2e/prizes/6',
    'GET /jaeger@intro-otel-collector:13133/',
    'GET /jaeger/../../healthz',
    'GET /apps/prizes:8081/healthz',
    'GET /apps/kubernetes.default.svc:443/version',
    'GET @intro-otel-collector:13133/',
    'CONNECT intro-otel-collector:13133',
    'PUT /apps/prizes/fault',
    'GET /apps/__proto__/',
  ];
  const answers = await Promise.all(
    lines.map(async (line) => ({
      line,
      answer: await guide.raw(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0`),
    })),
  );
  // Every allowed answer is a page of the guide, Jaeger's page, or empty.
  const known =
    /^(HTTP\/1\.1 (30\d|400|403|404|502) |HTTP\/1\.1 200 [^]*(<title>Intro to OpenTelemetry|not the Jaeger UI)|$)/;
  expect(answers.filter(({ answer }) => ELSEWHERE.test(answer) || !known.test(answer))).toEqual([]);
});

describe('attacks by a page of another website', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test.each<[string, Record<string, string>]>([
    ["without the guide's own header", { 'content-type': 'application/json' }],
    ['with a form', { ...form, origin: 'http://evil.example' }],
    ['with a form that has no origin', form],
    ["with the guide's own header and a foreign origin", { ...OWN_HEADERS, origin: 'http://evil.example' }],
    ['from a sandboxed frame', { ...OWN_HEADERS, origin: 'null' }],
    ['in a plain-text request', { 'content-type': 'text/plain', 'x-intro-otel': '1' }],
  ])('runs no code for a request of another website %s', async (_how, headers) => {
    const { version } = await guide.ask<{ version: string }>('/files');
    const body = JSON.stringify({ version, files: { 'app.ts': 'process.exit()' }, name: 'spike', on: true, path: '/' });
    const tries = [
      ['PUT', '/files'],
      ['PUT', '/faults'],
      ['PUT', '/load'],
      ['POST', '/visit'],
      ['POST', '/course/reset'],
      ['POST', '/course/04-automatic/skip'],
    ] as const;
    const statuses = await Promise.all(
      tries.map(
        async ([method, path]) => (await fetch(`${guide.origin}/api${path}`, { method, headers, body })).status,
      ),
    );
    expect(statuses).toEqual(tries.map(() => 403));
    expect((await guide.ask<{ version: string }>('/files')).version).toBe(version);
  });

  test('shows nothing to another website whose host name resolves to the lab (DNS rebinding)', async () => {
    const asked = (host: string): string =>
      [
        'PUT /api/faults HTTP/1.1',
        `Host: ${host}`,
        `Origin: http://${host}`,
        'X-Intro-OTel: 1',
        'Content-Type: application/json',
        'Content-Length: 0',
      ].join('\r\n');
    const answers = await Promise.all(
      ['/', '/api/files', '/apps/dice/', '/assets/guide.js'].map((path) =>
        guide.raw(`GET ${path} HTTP/1.1\r\nHost: rebound.evil.example:8080`),
      ),
    );
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(answers.map(() => 'HTTP/1.1 403'));
    expect(await guide.raw(asked('rebound.evil.example'))).toMatch(
      /^HTTP\/1\.1 403 [^]*guide\.env\.ALLOWED_HOSTS=rebound\.evil\.example/,
    );
  });

  test('sends no CORS headers to another website', async () => {
    const asked = {
      origin: 'http://evil.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-intro-otel,content-type',
    };
    const { headers } = await fetch(`${guide.origin}/api/files`, { method: 'OPTIONS', headers: asked });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
