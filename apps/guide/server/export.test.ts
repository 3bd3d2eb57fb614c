// Tests what a learner takes home, with the built guide and the built course.js.
import { jest } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { tracesFromOtlp } from '../../../otlp/traces.ts';
import { GuideHarness } from '../testing/guide-harness.ts';

jest.setTimeout(40_000);

let harness: GuideHarness;

beforeAll(async () => {
  harness = await GuideHarness.start();
});
afterAll(() => harness.stop());

function filesIn(archive: ArrayBuffer): Record<string, string> {
  const files = unzipSync(new Uint8Array(archive));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

async function download(): Promise<Record<string, string>> {
  const answer = await fetch(`${harness.guide.url}/api/export`);
  expect([answer.status, answer.headers.get('content-disposition')]).toEqual([
    200,
    'attachment; filename=intro-otel.zip',
  ]);
  return filesIn(await answer.arrayBuffer());
}

test("has the learner's files as they are, and no trace before a step has passed", async () => {
  harness.api.put('lab-dice', { 'app.ts': '// für mich\n', 'settings.env': 'A=1\n', 'collector.yaml': '' });
  const files = await download();
  expect(files).toMatchObject({
    'intro-otel/app.ts': '// für mich\n',
    'intro-otel/settings.env': 'A=1\n',
    'intro-otel/collector.yaml': '',
  });
  expect(files['intro-otel/README.md']).toContain('trace.json');
  expect(Object.keys(files)).not.toContain('intro-otel/trace.json');
});

test('has the trace of the last step that passed, as OTLP JSON, and the progress', async () => {
  const { body } = await harness.post('/course/01-set-up/check');
  const files = await download();
  const [trace] = tracesFromOtlp(JSON.parse(files['intro-otel/trace.json'] ?? ''));
  expect(trace?.traceId).toBe(body['traceId']);
  expect(JSON.parse(files['intro-otel/progress.json'] ?? '')).toMatchObject({ passed: 1, total: harness.steps.length });
});

test('is the same archive in a terminal, where course.js writes it to a file', async () => {
  const { exitCode, stdout } = await harness.run('course', ['export']);
  expect([exitCode, stdout.slice(0, 2)]).toEqual([0, 'PK']);
});

test('is refused outside a cluster, where the guide has no files', async () => {
  expect((await harness.ask('/export', { at: harness.alone })).status).toBe(503);
});
