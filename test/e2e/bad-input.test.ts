// Tests what a learner may get wrong: the page says what happened and what to do, and the rest of the lab works on.
// Also tests what a page of another site may try: it runs no code, and reaches only what the guide shows.
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
import { workingSet } from '../support/cluster/working-set.ts';

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
  page.setDefaultTimeout(15_000);
  await page.goto(guide.origin);
  original = await lab.diceSource();
  await eventually(() => expect(events.states.at(-1)).toMatchObject({ phase: 'running' }), { within: 15_000 });
}, 150_000);

afterAll(async () => {
  if (page !== undefined) await picture(page, 'bad-input');
  await browser?.close();
  events?.close();
  guide?.close();
});

/** The dice's own source, with this line before the one that starts the server. */
const atStart = (line: string): string => original.replace('\napp.listen(', `\n${line}\napp.listen(`);
/** The same, with this line first in the handler of /visit. */
const inVisit = (line: string): string =>
  original.replace("app.get('/visit', (request, response) => {\n", (found) => `${found}${line}\n`);

/** Checks that guide, arcade and Jaeger answer, and that only dice has started again. */
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

/** The page's message, with its place in the file. */
async function pageSays(message: string): Promise<void> {
  await page
    .locator('#run-status', { hasText: `app.ts: ${message}` })
    .or(page.locator('#run-status', { hasText: message }))
    .waitFor();
}

describe('code that keeps dice from starting', () => {
  test.each(brokenAtStart)('%s: reports it, and keeps the earlier dice serving', async (...[, line, says, hasLine]) => {
    const nextEvent = events.mark();
    const source = atStart(line);
    await guide.run(source);
    const state = await nextEvent(({ phase, message = '' }) => phase === 'failed' && says.test(message), 30_000);
    expect(state.line).toBe(hasLine ? source.split('\n').indexOf(line) + 1 : undefined);
    await pageSays(state.message ?? '');
    await restLives();
    expect(Number(await lab.text('dice', '/rolldice'))).toBeGreaterThanOrEqual(1);
  });
});

describe('code that breaks dice when it is asked', () => {
  test.each(brokenInVisit)('%s: reports it', async (...[, line, says, answered, hasLine]) => {
    const nextEvent = events.mark();
    const source = inVisit(line);
    await guide.run(source);
    const { pod } = await nextEvent(({ phase }) => phase === 'running', 30_000);
    // On a busy machine the earlier pod may still receive requests for a moment, so this asks repeatedly.
    const answers: string[] = [];
    const state = await eventually(
      async () => {
        const { status, body } = await guide.ask<{ status: number; body: string }>('/visit', { path: '/visit' });
        answers.push(`${status} ${body}`);
        return nextEvent((one) => one.pod === pod && says.test(one.message ?? ''), 100);
      },
      { within: 60_000, every: 500 },
    );
    expect(answers).toContainEqual(expect.stringMatching(answered));
    expect(state.line).toBe(hasLine ? source.split('\n').indexOf(line) + 1 : undefined);
    await page.locator('#run-status', { hasText: says }).waitFor();
    await restLives();
  });
});

test('shows the end of a log of 100 MB, and keeps next to nothing of it in the guide', async () => {
  const { bytes } = events;
  const nextEvent = events.mark();
  const [before] = await guideMemory();
  // Writes a megabyte at a time, each after the one before, so that dice itself stays healthy.
  const flood = `const chunk = ('x'.repeat(1022) + '\\n').repeat(1024);
let left = 100;
const more = () => {
  if (left-- > 0) process.stdout.write(chunk, () => setImmediate(more));
  else log.info('all is printed');
};
more();`;
  await guide.run(atStart(flood));
  await nextEvent(({ phase }) => phase === 'running', 30_000);
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
  // The diagnosis reads the log as well.
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

test('warns the second of two tabs, and overwrites nothing', async () => {
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

test('makes dice work again after a reset', async () => {
  const nextEvent = events.mark();
  await guide.ask('/course/03-opentelemetry/reset', {});
  expect(await lab.diceSource()).toBe(original);
  await nextEvent(({ phase, message }) => phase === 'running' && message === undefined, 30_000);
  await page.locator('#run-status', { hasText: 'dice runs (pod ' }).waitFor();
  await lab.rolledOut('dice');
  await playedRound(lab, 20_000);
});

describe('Jaeger, started again in the middle of a step', () => {
  test('loses its traces: the check, the page and the page of a trace say so, and what to do', async () => {
    const { traceId = '' } = await guide.ask<{ traceId?: string }>('/course/02-read-a-trace/start', {});
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row', { hasText: 'prizes GET /prizes/:roll' }).waitFor();
    await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-jaeger`);
    await lab.rolledOut('jaeger');
    const answers = { root: 'a', slowest: 'b', parent: 'a', child: 'b' };
    const verdict = await eventually(
      async () => {
        const found = await guide.ask<{ passed: boolean; hop: string; hint: string }>('/course/02-read-a-trace/check', {
          answers,
        });
        expect(found).toMatchObject({ passed: false, hop: 'jaeger', found: 'no such trace' });
        return found;
      },
      { within: 30_000 },
    );
    expect(verdict.hint).toMatch(
      /Jaeger keeps traces in memory: after a restart they are gone\. Start this step again/,
    );
    await page.reload();
    await page.getByText('so a restart loses them, as does time. Play a round or ask dice again').waitFor();
    const missing = await fetch(`${guide.origin}/traces/${traceId}`);
    expect([missing.status, await missing.text()]).toEqual([
      404,
      expect.stringContaining('Jaeger keeps traces in memory'),
    ]);
  });

  test('lets a check say when it lost what was sent before', async () => {
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

/**
 * Answers that only the ports give to which the guide does not lead: those of the Collector, of prizes and the API
 * server.
 */
const ELSEWHERE = /Server available|"names"|"apiVersion"|"kind":"Status"|"prize"|alive\n$/;

test('reaches no other service through the proxy, whatever the path', async () => {
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
  // Every answer is a page of the guide, Jaeger's one page for all paths, or nothing.
  const known =
    /^(HTTP\/1\.1 (30\d|400|403|404|502) |HTTP\/1\.1 200 [^]*(<title>Intro to OpenTelemetry|not the Jaeger UI)|$)/;
  expect(answers.filter(({ answer }) => ELSEWHERE.test(answer) || !known.test(answer))).toEqual([]);
});

describe('a page of another site', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test.each<[string, Record<string, string>]>([
    ['without the header', { 'content-type': 'application/json' }],
    ['with a form', { ...form, origin: 'http://evil.example' }],
    ['with a form that has no origin', form],
    [
      'with the header, which its browser would have asked leave for',
      { ...OWN_HEADERS, origin: 'http://evil.example' },
    ],
    ['in a sandbox', { ...OWN_HEADERS, origin: 'null' }],
    ['by a text', { 'content-type': 'text/plain', 'x-intro-otel': '1' }],
  ])('runs no code %s', async (_how, headers) => {
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

  test('learns nothing when its own name resolves to the lab', async () => {
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

  test('receives no CORS permission', async () => {
    const asked = {
      origin: 'http://evil.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-intro-otel,content-type',
    };
    const { headers } = await fetch(`${guide.origin}/api/files`, { method: 'OPTIONS', headers: asked });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
