// What the schema refuses: the same in helm as by JSON Schema's own rules, and said so that one knows what to do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { completeChartValues } from '../../cdk8s/operator/render.ts';
import { chart, lint, template } from './helm.ts';

const schema = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as object,
);
const lab = { release: 'lab', namespace: 'default' };

test.each<[what: string, values: object, found: string, expected: string]>([
  ['an unknown key', { bogus: 1 }, "'bogus'", "'instrumentation', 'image'"],
  ['an unknown key further down', { guide: { service: { typ: 'NodePort' } } }, "'typ'", "'type', 'port', 'nodePort'"],
  ["a level that isn't one", { instrumentation: 'full' }, '/instrumentation', "'none', 'auto', 'manual'"],
  ['text for a number', { jaeger: { maxTraces: 'many' } }, '/jaeger/maxTraces', 'got string, want integer'],
  ['a number for text', { image: { tag: 1.5 } }, '/image/tag', 'got number, want string'],
  ['a number out of range', { visitors: { roundsPerMinute: -1 } }, '/visitors/roundsPerMinute', 'got -1, want 0'],
  [
    'a quantity that is none',
    { dice: { resources: { limits: { memory: 'lots' } } } },
    '/dice/resources/limits/memory',
    'does not match pattern',
  ],
  ['a name that is no variable', { dice: { env: { '1A': 'x' } } }, "'1A'", 'does not match pattern'],
  ['a variable that the lab fills itself', { dice: { env: { POD_NAME: 'x' } } }, "'POD_NAME'", ''],
  ['a variable with parts', { dice: { env: { A: { b: 1 } } } }, '/dice/env/A', 'want boolean or number or string'],
  // helm 3 takes the null away before it looks, and then misses the exporter.
  [
    'settings that are none',
    { collector: { exporters: { nop: null }, pipelines: { traces: { exporters: ['nop'] } } } },
    'nop',
    '',
  ],
  ['more operators than are any use', { operator: { replicas: 9 } }, '/operator/replicas', 'got 9, want 5'],
  ['a Secret without a name', { imagePullSecrets: [{}] }, '/imagePullSecrets/0', "missing property 'name'"],
])('%s is refused by helm and by ajv, with the key and what was expected', async (_what, values, found, expected) => {
  const { code, stderr } = await template({ ...lab, values });
  expect(schema(completeChartValues(values as never))).toBe(false);
  expect(code).not.toBe(0);
  expect(stderr).toContain(found);
  expect(stderr).toContain(expected);
});

test('a pipeline that names an exporter nobody defined is refused, with what is defined', async () => {
  const { code, stderr } = await template({
    ...lab,
    values: { collector: { pipelines: { traces: { exporters: ['otlp/secnd'] } } } },
  });
  expect(code).not.toBe(0);
  expect(stderr).toContain(
    'collector.pipelines.traces.exporters names "otlp/secnd", which is not defined. Use one of: debug, ' +
      'otlphttp/jaeger; or define it.',
  );
});

test('helm lint finds nothing to complain about, strictly', async () => {
  const { code, stdout } = await lint();
  expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
  expect(code).toBe(0);
});
