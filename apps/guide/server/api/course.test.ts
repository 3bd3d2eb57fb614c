// Tests the course API of the built guide.
import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { FAULTS_OF } from '../../../../lab/names.ts';
import { podOf } from '../../../testing/api-server.ts';
import { GuideHarness } from '../../testing/guide-harness.ts';

jest.setTimeout(40_000);

/** What the pinned Collector prints for each mistake in a learner's collector.yaml. */
const collectorErrors = JSON.parse(
  readFileSync(new URL('../../testing/collector-errors.json', import.meta.url), 'utf8'),
) as Record<string, { yaml: string[]; log: string[] }>;

let harness: GuideHarness;

beforeAll(async () => {
  harness = await GuideHarness.start();
});
beforeEach(() => harness.reset());
afterAll(() => harness.stop());

describe('the course API in a cluster', () => {
  test('lists every step of the course, none of them passed at first', async () => {
    const { body } = await harness.ask('/course');
    expect(body).toMatchObject({ passed: 0, total: harness.steps.length, editing: true });
    expect((body['steps'] as { id: string }[]).map(({ id }) => id)).toEqual(harness.steps.toSorted());
    expect((body['steps'] as object[])[3]).toEqual({
      id: '04-automatic',
      number: 4,
      title: 'Automatic instrumentation',
      minutes: 10,
      state: 'open',
    });
  });

  test("serves the text, questions and commands of a step with the lab's release and namespace filled in", async () => {
    const { body } = await harness.ask('/course/08-context');
    expect(body).toMatchObject({ id: '08-context', files: ['app.ts'], questions: [], state: 'open' });
    expect(body['html']).toContain('<code>traceparent</code>');
    expect((body['commands'] as { bash: string[] }).bash.at(-1)).toBe(
      'kubectl -n ns exec deploy/lab-guide -- node /app/course.js check 08-context',
    );
    expect(JSON.stringify(body)).not.toMatch(/\$RELEASE|\$NAMESPACE/);
  });

  test("writes a step's files when the step first starts, and keeps copies of the replaced files", async () => {
    expect((await harness.post('/course/08-context/start')).body).toMatchObject({ state: 'started' });
    expect(harness.api.data('lab-dice')['app.ts']).toContain("const prizes = 'http://lab-prizes:8080/prizes/6';");
    expect(harness.api.data('lab-dice')['before-08-context.app.ts']).toBe('one');
    expect(harness.api.restarts).toEqual(['lab-dice']);
    harness.api.put('lab-dice', { 'app.ts': 'my work', 'settings.env': '', 'collector.yaml': '' });
    await harness.post('/course/08-context/start');
    expect(harness.api.data('lab-dice')['app.ts']).toBe('my work');
    await harness.post('/course/08-context/reset');
    expect(harness.api.data('lab-dice')['app.ts']).toContain('Dice, with a next hop');
    expect((await harness.ask('/files/kept')).body).toEqual({
      kept: [
        { from: 'before-reset', file: 'app.ts', text: 'my work' },
        { from: 'before-reset', file: 'settings.env', text: '' },
        { from: 'before-reset', file: 'collector.yaml', text: '' },
      ],
    });
  });

  test('keeps no copies if the ConfigMap would grow beyond the limit of Kubernetes', async () => {
    const [mine, old] = ['x'.repeat(500_000), 'o'.repeat(500_000)];
    harness.api.put('lab-dice', { 'app.ts': mine, 'settings.env': '', 'collector.yaml': '', 'before-1.app.ts': old });
    expect((await harness.post('/course/08-context/reset')).status).toBe(200);
    expect(Object.keys(harness.api.data('lab-dice'))).not.toContain('before-reset.app.ts');
  });

  test('records which hints and solutions the learner has seen, beside the progress', async () => {
    expect((await harness.post('/course/06-manual/hints', { seen: 0 })).status).toBe(400);
    await harness.post('/course/06-manual/hints', { seen: 1 });
    expect((await harness.post('/course/06-manual/solution')).body).toMatchObject({
      'app.ts': expect.stringContaining("'do_roll'") as string,
    });
    expect(JSON.parse(harness.api.data('lab-progress')['help'] ?? '')).toEqual({
      '06-manual': { hints: 1, solutionAt: expect.stringMatching(/^\d{4}-/) as string },
    });
    const { body } = await harness.ask('/course');
    expect((body['steps'] as object[])[5]).toMatchObject({ id: '06-manual', state: 'open', seen: { hints: 1 } });
    await harness.post('/course/reset');
    expect((await harness.ask('/course/06-manual')).body['seen']).toBeUndefined();
  });

  test('skips to a step by writing the files that the step starts with', async () => {
    expect((await harness.post('/course/09-metrics-and-logs/skip')).body).toMatchObject({ state: 'started' });
    expect(harness.api.data('lab-dice')['app.ts']).toContain('propagation.inject(context.active(), headers)');
    expect(harness.api.data('lab-dice')['settings.env']).toContain('INSTRUMENTATION=manual');
    expect(harness.api.data('lab-dice')['collector.yaml']).not.toContain('probabilistic_sampler');
  });

  test('counts a step whose check passes, and stores a proof for it', async () => {
    const { body } = await harness.post('/course/01-set-up/check');
    expect(body).toMatchObject({ passed: true, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect((await harness.ask('/course/01-set-up')).body).toMatchObject({ state: 'passed', traceId: body['traceId'] });
    expect(harness.api.data('lab-progress')).toMatchObject({ passed: '1', total: String(harness.steps.length) });
    const forged = harness.api.data('lab-progress')['steps']?.replace('01-set-up', '02-read-a-trace') ?? '';
    harness.api.put('lab-progress', { passed: '1', total: String(harness.steps.length), steps: forged });
    expect((await harness.ask('/course/02-read-a-trace')).body).toMatchObject({ state: 'unverified' });
    await harness.post('/course/reset');
    expect((await harness.ask('/course')).body).toMatchObject({ passed: 0 });
  });

  test('keeps the last check of a step for other pages until the step begins anew, without the answers', async () => {
    await harness.post('/course/02-read-a-trace/start');
    const answers = { root: 'my own words' };
    expect((await harness.post('/course/02-read-a-trace/check', { answers, version: 7 })).status).toBe(400);
    const { body } = await harness.post('/course/02-read-a-trace/check', { answers, version: 'v1' });
    const { checked } = (await harness.ask('/course/02-read-a-trace')).body;
    expect(checked).toEqual({ at: expect.stringMatching(/^\d{4}-/) as string, verdict: body, version: 'v1' });
    await harness.post('/course/02-read-a-trace/reset');
    expect((await harness.ask('/course/02-read-a-trace')).body['checked']).toBeUndefined();
  });

  test('ends extra rounds and faults when the learner resets the whole course', async () => {
    await harness.put('/load', { perMinute: 60 });
    await harness.put('/faults', { name: 'spike', on: true });
    await harness.post('/course/reset');
    expect((await harness.ask('/load')).body).toEqual({ perMinute: 0 });
    expect(harness.api.data('lab-faults')).toEqual({ faults: '' });
  });

  test('resets the whole course, but not faults that the instructor has set', async () => {
    harness.api.put('lab-faults', { faults: 'spike' }, { annotations: { [FAULTS_OF]: 'class' } });
    expect((await harness.post('/course/reset')).status).toBe(200);
    expect(harness.api.data('lab-faults')).toEqual({ faults: 'spike' });
  });

  test('judges nothing while the new pod does not run, although the old pod still serves right code', async () => {
    harness.api.pods.set(
      'dice-2',
      podOf('dice', 'dice-2', { container: { ready: false, state: { terminated: { exitCode: 1 } } } }),
    );
    harness.api.log(
      'dice-2',
      "dice can't start: its code /app/dice/app.ts has an error.\n/app/dice/app.ts:3\nSyntaxError: Unexpected token\n",
    );
    const { body } = await harness.post('/course/01-set-up/check');
    expect(body).toMatchObject({
      passed: false,
      hop: 'pod',
      finding: 'pod/not-running',
      found: 'your code does not parse, at line 3: SyntaxError: Unexpected token',
    });
  });

  test("judges nothing while the new Collector does not run, and names the mistake in the learner's file", async () => {
    const { yaml, log } = collectorErrors['the exporter logging'] ?? { yaml: [], log: [] };
    harness.api.put('lab-dice', { 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml.join('\n') });
    harness.api.pods.set(
      'collector-2',
      podOf('collector', 'collector-2', { container: { ready: false, state: { terminated: { exitCode: 1 } } } }),
    );
    harness.api.log('collector-2', log.join('\n'));
    expect((await harness.post('/course/05-collector/check')).body).toEqual({
      passed: false,
      hop: 'collector',
      finding: 'collector/not-running',
      expected: 'the newest pod of collector to run, with your files as they are now',
      found: expect.stringMatching(/^collector\.yaml, line 2: the exporter logging was removed/) as string,
      hint: expect.stringMatching(/^Nothing was checked: what answers now is from before your last change\./) as string,
    });
  });

  test('adds a hint to a failed check if Jaeger restarted after the step began, even in the same second', async () => {
    await harness.post('/course/03-opentelemetry/reset');
    const hintWith = async (seconds: number): Promise<unknown> => {
      const wholeSeconds = new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19);
      const created = `${wholeSeconds}Z`; // as Kubernetes reports it
      harness.api.pods.set('jaeger-1', podOf('jaeger', 'jaeger-1', { created }));
      return (await harness.post('/course/03-opentelemetry/check', { answers: { pick: '' } })).body['hint'];
    };
    expect(await hintWith(0)).toMatch(/Jaeger restarted at \d\d:\d\d:\d\d UTC, after you started this step/);
    expect(await hintWith(-2)).not.toMatch(/Jaeger restarted/);
  });

  test.each(['/course/99-more', '/course/..%2F..%2Fpackage', '/course/files'])(
    'answers 404 to %s, which is not the path of a step',
    async (path) => {
      expect((await harness.ask(path)).status).toBe(404);
    },
  );
});

describe('the course API outside a cluster', () => {
  test('serves the course, but refuses to change files', async () => {
    expect((await harness.ask('/course', { at: harness.alone })).body).toMatchObject({
      editing: false,
      total: harness.steps.length,
    });
    for (const path of ['/files', '/run', '/faults'])
      expect(await harness.ask(path, { at: harness.alone })).toMatchObject({
        status: 503,
        body: { error: expect.stringContaining('editing is off') as string },
      });
  });

  test('checks a step without a cluster', async () => {
    expect(
      (await harness.ask('/course/01-set-up/check', { method: 'POST', body: {}, at: harness.alone })).body,
    ).toMatchObject({ passed: true });
    expect((await harness.ask('/course/01-set-up', { at: harness.alone })).body).toMatchObject({ state: 'passed' });
  });
});
