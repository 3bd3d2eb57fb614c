// Tests the programs in the guide's pod, and the requests that the guide refuses.
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { jest } from '@jest/globals';
import { changeHeaders, GuideHarness } from '../testing/guide-harness.ts';

jest.setTimeout(40_000);

let harness: GuideHarness;

/** What the arcade says of a round that it loses. While it is empty, all apps answer with what they were asked. */
let loss = '';

const apps: RequestListener = ({ url = '', headers }, response) => {
  const traceparent = String(headers['traceparent']);
  if (loss === '' || !url.startsWith('/play')) return response.end(JSON.stringify({ url, trace: traceparent }));
  return response.writeHead(504).end(JSON.stringify({ error: loss, trace: traceparent.split('-')[1] }));
};

beforeAll(async () => {
  harness = await GuideHarness.start(apps);
});
beforeEach(() => {
  loss = '';
  harness.reset();
});
afterAll(() => harness.stop());

describe("the programs in the guide's pod", () => {
  test('course.js lists, starts and checks steps', async () => {
    expect((await harness.run('course', ['list'])).stdout).toMatch(
      new RegExp(`^open {8}01-set-up .*[\\s\\S]*0 of ${harness.steps.length} steps passed\n$`),
    );
    const started = (await harness.run('course', ['start', '4'])).stdout;
    expect(started).toContain('04-automatic: Automatic instrumentation (started)');
    expect(started).toContain('1. In settings.env, set `INSTRUMENTATION=auto`.');
    expect(started).not.toContain('course.js solution');
    expect(harness.api.data('lab-dice')['settings.env']).toContain('INSTRUMENTATION=none');
    const passed = await harness.run('course', ['check', '01-set-up']);
    expect([passed.exitCode, passed.stdout]).toEqual([
      0,
      expect.stringMatching(/^passed 01-set-up, by trace [0-9a-f]{32}\n(\[x\] .+\n){3}$/),
    ]);
    const failed = await harness.run('course', ['check', '3', 'pick=']);
    expect([failed.exitCode, failed.stdout]).toEqual([
      1,
      expect.stringMatching(/^not yet \(shape\)\nexpected: .*\nfound: .*\nhint: /),
    ]);
  });

  test('course.js prints one hint after another, and then how to print the solution', async () => {
    const [first, second, third] = [
      (await harness.run('course', ['hint', '6'])).stdout,
      (await harness.run('course', ['hint', '6'])).stdout,
      (await harness.run('course', ['hint', '6'])).stdout,
    ];
    expect(first).toMatch(/^1 of 2: `trace.getTracer\('dice'\)` gives a tracer/);
    expect(second).toMatch(/^2 of 2: [\s\S]*course.js solution 06-manual app.ts prints the finished file/);
    expect(third).toContain('course.js solution 06-manual app.ts');
  });

  test('course.js prints the commands of a step for another shell', async () => {
    expect((await harness.run('course', ['show', '6', 'powershell'])).stdout).toContain(
      'cmd /c "if not exist 06-manual-app.ts kubectl -n ns get configmap lab-dice',
    );
    expect((await harness.run('course', ['show', '6', 'fish'])).stderr).toMatch(
      /^expected one of bash, powershell, cmd/,
    );
  });

  test('course.js prints the files of a finished step', async () => {
    expect((await harness.run('course', ['solution', '08-context', 'app.ts'])).stdout).toContain(
      "'http://lab-prizes:8080/prizes/6'",
    );
    expect((await harness.run('course', ['solution', '8', '../step.json'])).stderr).toMatch(
      /^expected one of app.ts, settings.env, collector.yaml, found/,
    );
  });

  test('course.js prints its usage for an unknown command', async () => {
    for (const args of [[], ['help'], ['constructor']])
      expect(await harness.run('course', args)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/^expected one of:\n {2}list/) as string,
      });
    expect((await harness.run('course', ['start', '99'])).stderr).toMatch(/^expected a step, found "99": 01-set-up, /);
  });

  test('course.js prints why a round was lost, without its control characters, and the trace of it', async () => {
    loss = 'the round took longer than its 500 ms \u001b[2J';
    const { exitCode, stdout } = await harness.run('course', ['play']);
    expect(stdout).toMatch(/^The round was lost: the round took longer than its 500 ms .+\ntrace [0-9a-f]{32}\n/);
    expect(stdout).not.toContain('\u001b');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('guide POST /api/rounds')]);
  });

  test('why.js tests each hop of each signal, and exits with 1 if a hop is broken', async () => {
    const { exitCode, stdout } = await harness.run('why', []);
    expect(stdout.match(/^ok +traces /gm)).toHaveLength(4);
    // This guide receives no metrics and no logs.
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^SILENT {2}logs {5}guide {6}receives no logs/m)]);
  });
});

describe('a request that a page of another site sends to the guide', () => {
  test.each([
    ['without the header x-intro-otel', { 'content-type': 'application/json' }],
    ['with a content type other than JSON', { 'x-intro-otel': '1', 'content-type': 'text/plain' }],
    ['with the origin of the other site', { ...changeHeaders, origin: 'http://evil.example' }],
    ['with the origin null of a sandboxed frame', { ...changeHeaders, origin: 'null' }],
  ])('changes nothing in the lab when it is sent %s', async (_how, headers) => {
    for (const path of ['/files', '/load', '/faults'])
      expect((await harness.ask(path, { method: 'PUT', body: {}, headers })).status).toBe(403);
    for (const path of ['/course/reset', '/course/04-automatic/start', '/visit'])
      expect((await harness.ask(path, { method: 'POST', body: {}, headers })).status).toBe(403);
  });

  test("plays no rounds, but a request from the guide's own page does", async () => {
    expect((await harness.ask('/rounds', { method: 'POST', headers: { origin: 'http://evil.example' } })).status).toBe(
      403,
    );
    expect((await harness.ask('/rounds', { method: 'POST', headers: { origin: harness.guide.url } })).status).toBe(200);
  });
});

describe("the guide's proxy", () => {
  /** Sends the path as it is written, like a client that does not normalize paths. */
  function raw(target: string): Promise<string> {
    const { hostname, port } = new URL(harness.guide.url);
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      );
      socket
        .on('data', (chunk) => {
          text += chunk.toString();
        })
        .on('end', () => resolve(text))
        .on('error', reject);
    });
  }

  test.each([
    '/apps/dice//evil.example/x',
    '/apps/dice/http://evil.example/',
    'http://evil.example/apps/dice/x',
    '/apps/dice/..//evil.example',
    '/apps/dice/@evil.example/',
    '/apps/dice/\\evil.example',
  ])('does not forward a request for %s to a server outside the lab', async (target) => {
    const answer = await raw(target);
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400|404)/);
    if (answer.startsWith('HTTP/1.1 200')) expect(answer).toContain('"url":');
  });

  test.each(['/apps/evil.example/', '/apps/__proto__/', 'http://evil.example/', '/apps/../jaeger/../../etc/passwd'])(
    'answers %s with a page of its own or an error',
    async (target) => {
      expect(await raw(target)).toMatch(/^HTTP\/1\.1 (200 OK[\s\S]*intro-otel|40[04])/);
    },
  );
});
