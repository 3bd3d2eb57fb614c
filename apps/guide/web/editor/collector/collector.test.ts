import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderLab } from '../../../../../cdk8s/render.ts';
import { repoRoot } from '../../../../../support/paths.ts';
import { checkCollector } from './check.ts';
import { collectorAssistant } from './collector.ts';
import { mergedLanes } from './merged.ts';
import type { Schema } from './schema.ts';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'schema.json'), 'utf8')) as Schema;
const assistant = collectorAssistant(schema);

const rowsIn = (text: string): [number, boolean, string][] =>
  checkCollector(text, schema).map(({ from, stops, message }) => [
    text.slice(0, from).split('\n').length,
    stops,
    message,
  ]);

/** What is wrong, a text, the line of the mistake, whether it stops the program, and the words. */
type Row = [string, string, number, boolean, string];

test.each<Row>([
  ['no YAML', 'processors:\n  batch: [\n', 3, true, 'This is no YAML'],
  ['an unknown section', 'processor:\n  batch:\n', 1, true, 'Did you mean processors?'],
  ['an unknown component', 'processors:\n  atributes/mine: {}\n', 2, false, 'Did you mean attributes?'],
  [
    'an unknown setting',
    'processors:\n  batch:\n    timeot: 5s\n',
    3,
    true,
    'batch has no setting timeot. Did you mean timeout?',
  ],
  [
    'a number as a duration',
    'processors:\n  batch:\n    timeout: 5\n',
    3,
    true,
    'batch.timeout is a duration with a unit',
  ],
  [
    'a text as a number',
    'processors:\n  batch:\n    send_batch_size: many\n',
    3,
    true,
    'batch.send_batch_size is a number',
  ],
  ['a list as a duration', 'processors:\n  batch:\n    timeout: [5s]\n', 3, true, 'and this is a list'],
  [
    'a pipeline with something that nothing defines',
    'service:\n  pipelines:\n    traces:\n      processors: [memory_limiter, atributes, batch]\n',
    4,
    true,
    'Nothing defines the processor atributes',
  ],
  [
    'a processor that no pipeline uses',
    'processors:\n  probabilistic_sampler:\n    sampling_percentage: 50\n',
    2,
    false,
    'No pipeline uses probabilistic_sampler',
  ],
  [
    'a pipeline of no signal',
    'service:\n  pipelines:\n    trace:\n      exporters: [debug]\n',
    3,
    true,
    'A pipeline is traces',
  ],
  [
    'a wrong part',
    'service:\n  pipelines:\n    traces:\n      exporter: [debug]\n',
    4,
    true,
    'Did you mean exporters?',
  ],
])('marks %s', (...[, text, line, stops, words]) => {
  const found = rowsIn(text).filter(([, , message]) => message.includes(words));
  expect(found).toEqual([[line, stops, expect.stringContaining(words)]]);
  expect(rowsIn(text)[0]?.[0]).toBe(line);
});

test("finds no mistake in the lab's own configuration, with and without Prometheus", () => {
  for (const enabled of [false, true]) {
    const objects = renderLab({ release: 'lab', namespace: 'lab', values: { prometheus: { enabled } } });
    const { 'config.yaml': text = '' } = (objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector',
    )?.['data'] ?? {}) as Record<string, string>;
    expect(text).toContain('pipelines:');
    const unused = /^No pipeline uses (debug|otlphttp\/jaeger)/;
    expect(
      rowsIn(text.replace(/^ {2}telemetry:\n( {4}.*\n)+/m, '')).filter(([, , words]) => !unused.test(words)),
    ).toEqual([]);
  }
});

test("finds no mistake in the course's own files", () => {
  const paths = globSync('{apps/dice,course/steps/*/{files,start}}/collector.yaml', { cwd: repoRoot });
  expect(paths.length).toBeGreaterThan(1);
  for (const path of paths) expect([path, rowsIn(readFileSync(join(repoRoot, path), 'utf8'))]).toEqual([path, []]);
});

test('answers questions about any text', () => {
  for (const text of [
    '',
    '\0',
    '- a\n- b',
    'a: &x [*x]',
    '{',
    'processors: 3',
    'service: {pipelines: [a]}',
    ': : :',
    '? {a: b}',
  ])
    expect(Array.isArray(checkCollector(text, schema))).toBe(true);
});

const labels = async (text: string) => {
  const at = text.indexOf('|');
  return (await assistant.suggest(text.replace('|', ''), at))?.items.map(({ label }) => label) ?? [];
};

test('offers sections, components, settings, values, and the names that a pipeline can list', async () => {
  expect(await labels('|')).toEqual([
    'receivers:',
    'processors:',
    'exporters:',
    'connectors:',
    'extensions:',
    'service:',
  ]);
  expect(await labels('processors:\n  ba|')).toEqual(expect.arrayContaining(['batch:', 'tail_sampling:']));
  expect(await labels('processors:\n  batch/mine:\n    |')).toEqual(
    expect.arrayContaining(['timeout:', 'send_batch_size:']),
  );
  expect(await labels('processors:\n  attributes:\n    actions:\n      - |')).toEqual(
    expect.arrayContaining(['action:', 'key:']),
  );
  expect(await labels('processors:\n  batch:\n    timeout: |')).toEqual(['200ms']);
  const mine = 'processors:\n  filter/mine:\nservice:\n  pipelines:\n    traces:\n      processors: [batch, |';
  expect(await labels(mine)).toEqual(expect.arrayContaining(['filter/mine', 'memory_limiter']));
  expect(await labels('service:\n  pipelines:\n    tr|')).toContain('traces:');
  expect(await labels('# pro|')).toEqual([]);
});

test('explains a setting with the words and the default of the Collector', async () => {
  const text = 'processors:\n  batch:\n    timeout: 5s\n';
  expect(await assistant.explain(text, text.indexOf('timeout') + 2)).toMatchObject({
    code: 'batch.timeout: duration',
    text: [expect.stringContaining('a batch will be sent'), 'Default: 200ms.'],
  });
});

test("merges the learner's pipelines over those of the lab, and marks what is theirs", () => {
  const text =
    'processors:\n  batch:\n    timeout: 5s\nexporters:\n  debug:\n' +
    'service:\n  pipelines:\n    traces:\n      exporters: [debug, otlp_http/jaeger]\n' +
    '    logs/mine:\n      receivers: [otlp]\n';
  const lanes = mergedLanes(text, schema.base);
  expect(lanes.map(({ pipeline, isMine }) => [pipeline, isMine])).toEqual([
    ['traces', true],
    ['metrics', false],
    ['logs', false],
    ['traces/red', false],
    ['metrics/red', false],
    ['logs/mine', true],
  ]);
  expect(lanes[0]?.stops.exporters).toEqual([
    { name: 'debug', isMine: true },
    { name: 'otlp_http/jaeger', isMine: false },
  ]);
  expect(lanes[0]?.stops.processors).toContainEqual({ name: 'batch', isMine: true });
  expect(lanes.at(-1)?.stops.receivers).toEqual(
    [{ name: 'otlp', isMine: false }].map((one) => ({ ...one, isMine: true })),
  );
});
