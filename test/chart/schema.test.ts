// Tests that values.schema.json refuses wrong values, both in helm and in another validator (ajv), with helpful
// messages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { completeChartValues } from '../../cdk8s/operator/render.ts';
import { chart, lint, parseManifests, template, templateAsDependency } from './helm.ts';

const schema = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as object,
);
const lab = { release: 'lab', namespace: 'default' };

test.each<[what: string, values: object, found: string, expected: string]>([
  ['an unknown key', { bogus: 1 }, "'bogus'", "'instrumentation', 'image'"],
  ['an unknown nested key', { guide: { service: { typ: 'NodePort' } } }, "'typ'", "'type', 'port', 'nodePort'"],
  ['an unknown instrumentation level', { instrumentation: 'full' }, '/instrumentation', "'none', 'auto', 'manual'"],
  ['text instead of a number', { jaeger: { maxTraces: 'many' } }, '/jaeger/maxTraces', 'got string, want integer'],
  ['a number instead of text', { image: { tag: 1.5 } }, '/image/tag', 'got number, want string'],
  ['a number out of range', { visitors: { roundsPerMinute: -1 } }, '/visitors/roundsPerMinute', 'got -1, want 0'],
  [
    'an invalid quantity',
    { dice: { resources: { limits: { memory: 'lots' } } } },
    '/dice/resources/limits/memory',
    'does not match pattern',
  ],
  ['an invalid name of an environment variable', { dice: { env: { '1A': 'x' } } }, "'1A'", 'does not match pattern'],
  ['a variable that the lab sets itself', { dice: { env: { POD_NAME: 'x' } } }, "'POD_NAME'", ''],
  [
    'a variable whose value is a map',
    { dice: { env: { A: { b: 1 } } } },
    '/dice/env/A',
    'want boolean or number or string',
  ],
  // helm 3 removes a value null before it checks the values, and then reports the missing exporter.
  [
    'null as the settings of an exporter',
    { collector: { exporters: { nop: null }, pipelines: { traces: { exporters: ['nop'] } } } },
    'nop',
    '',
  ],
  ['too many operator pods', { operator: { replicas: 9 } }, '/operator/replicas', 'got 9, want 5'],
  ['a Secret without a name', { imagePullSecrets: [{}] }, '/imagePullSecrets/0', "missing property 'name'"],
])('helm and ajv refuse %s, and helm names the key and the expected value', async (_what, values, found, expected) => {
  const { code, stderr } = await template({ ...lab, values });
  expect(schema(completeChartValues(values as never))).toBe(false);
  expect(code).not.toBe(0);
  expect(stderr).toContain(found);
  expect(stderr).toContain(expected);
});

test('helm refuses a pipeline with an undefined exporter and lists the defined ones', async () => {
  const { code, stderr } = await template({
    ...lab,
    values: { collector: { pipelines: { traces: { exporters: ['otlp_http/secnd'] } } } },
  });
  expect(code).not.toBe(0);
  expect(stderr).toContain(
    'collector.pipelines.traces.exporters names "otlp_http/secnd", which is not defined. Use one of: debug, ' +
      'otlp_http/guide, otlp_http/jaeger, otlphttp/jaeger; or define it.',
  );
});

test('helm lint --strict reports no problem in the chart', async () => {
  const { code, stdout } = await lint();
  expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
  expect(code).toBe(0);
});

test.each([
  ['without values', {}],
  ['with global values and a condition', { global: { registry: 'x' }, 'intro-otel': { enabled: true } }],
])('helm renders the chart as a dependency of another chart %s', async (_title, values) => {
  const { stdout, stderr } = await templateAsDependency(values);
  expect(stderr).toBe('');
  expect(parseManifests(stdout).map(({ metadata }) => metadata.name)).toContain('class-guide');
});

test.each(['101-otel', 'otel.101', '1'])('helm refuses the release name %s, and suggests another', async (release) => {
  const { code, stderr } = await template({ ...lab, release, values: {} });
  expect(code).not.toBe(0);
  expect(stderr).toContain(
    `only lower-case letters, digits and hyphens, because Services are named after it. Found ${release}.`,
  );
});

test('helm reads a comma that --set escapes as part of the value, as the README shows it', async () => {
  const readme = readFileSync(join(chart, 'README.md'), 'utf8');
  const [, option = ''] = /--set '(guide\.env\.ALLOWED_HOSTS=[^']+)'/.exec(readme) ?? [];
  const { stdout } = await template({ ...lab, values: {}, options: ['--set', option] });
  expect(stdout).toContain('name: "ALLOWED_HOSTS"\n              value: "a.example.com,b.example.com"');
});
