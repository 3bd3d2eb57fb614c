// Tests which components of the learner's collector.yaml have no effect.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../../../support/paths.ts';
import { unusedComponent } from './unused.ts';

const timeout = '{ timeout: 1s }';

test.each<[string, string, number, RegExp]>([
  [
    'the settings of the exporter to Jaeger under its former name',
    `exporters:\n  otlp_http/guide: {}\n  otlphttp/jaeger: ${timeout}\n`,
    3,
    /sends traces by otlp_http\/jaeger/,
  ],
  [
    'the settings of the exporter to Jaeger, if the pipeline names the former name',
    `exporters:\n  otlp_http/jaeger: ${timeout}\nservice: { pipelines: { traces: { exporters: [otlphttp/jaeger] } } }`,
    2,
    /pipelines\.traces\.exporters/,
  ],
  [
    'a processor that no list names',
    '# mine\nprocessors:\n  batch: {}\n  attributes/mine: { actions: [] }\n',
    4,
    /Name it in service\.pipelines\.traces\.processors/,
  ],
  [
    'a processor whose list was replaced',
    'processors: { batch: {} }\nservice:\n  pipelines:\n' +
      ['traces', 'metrics', 'logs'].map((name) => `    ${name}: { processors: [memory_limiter] }\n`).join(''),
    1,
    /or take it out/,
  ],
  ['a receiver that no list names', 'receivers:\n  zipkin: {}\n', 2, /pipelines\.traces\.receivers/],
  ['settings of the exporter debug, which no pipeline names', 'exporters: { debug: {} }', 1, /or take it out/],
  ['a connector that no list names', 'connectors: { count: {} }', 1, /or take it out/],
])('finds %s, with its line', (_what, yaml, line, todo) => {
  expect(unusedComponent(yaml)).toMatchObject({
    line,
    cause: expect.stringMatching(/^no pipeline names .* no effect$/) as string,
    todo: expect.stringMatching(todo) as string,
  });
});

test.each([
  ["settings of the lab's own components", `exporters: { otlp_http/guide: ${timeout}, otlp_http/jaeger: ${timeout} }`],
  [
    'a processor of another pipeline',
    'processors: { filter/x: {} }\nservice: { pipelines: { logs: { processors: [filter/x] } } }',
  ],
  [
    'a connector between two pipelines',
    'connectors: { count: {} }\nservice: { pipelines: { metrics: { receivers: [otlp, count] } } }',
  ],
  ['an empty section', 'processors:\nservice:\n'],
  ['a pipeline without lists', 'service: { pipelines: { traces: } }'],
  ['a text without keys', 'exporters'],
  ['a text that is not YAML', 'processors: [a'],
  ['nothing', ''],
])('finds nothing in %s', (_what, yaml) => {
  expect(unusedComponent(yaml)).toBeUndefined();
});

test("finds nothing in the course's own files", () => {
  const files = globSync('course/{steps/*/,}{files,start}/collector.yaml', { cwd: repoRoot });
  expect(files.length).toBeGreaterThan(2);
  expect(files.map((file) => unusedComponent(readFileSync(join(repoRoot, file), 'utf8')))).toEqual(
    files.map(() => undefined),
  );
});
