// The keystone: the chart, rendered by the real helm, and renderLab with renderOperator give the same objects for the
// same values.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { examples } from '../../cdk8s/examples.ts';
import { completeChartValues, renderOperator } from '../../cdk8s/operator/render.ts';
import type { SomeChartValues } from '../../cdk8s/operator/render.ts';
import { renderLab } from '../../cdk8s/render.ts';
import { dnsLabel, someValues } from './arbitrary.ts';
import { byName, chart, parseManifests, template } from './helm.ts';
import type { Release } from './helm.ts';

/** Change it to try other values; a failure prints the smallest values that fail. */
const SEED = 20260322;
const VALUES = 240;

const schema = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as object,
);

async function expectSame({ values, ...release }: Release & { readonly values: SomeChartValues }): Promise<void> {
  const { stdout, stderr } = await template({ ...release, values });
  expect(stderr).toBe('');
  const same = { ...release, values, managedBy: 'Helm' };
  expect(byName(parseManifests(stdout))).toEqual(byName([...renderLab(same), ...renderOperator(same)]));
}

const lab = { release: 'intro-otel', namespace: 'default' };

test('helm template and renderLab agree on the defaults', async () => {
  await expectSame({ ...lab, values: {} });
});

test.each(examples)('helm template and renderLab agree on the example $name', async ({ values }) => {
  await expectSame({ ...lab, values });
});

test.each<[what: string, SomeChartValues['operator']]>([
  ['without an operator', { enabled: false }],
  ['with an operator of other values', { replicas: 1, logLevel: 'debug', crds: { keep: false }, env: { A: 1 } }],
])('helm template and renderLab agree %s', async (_what, operator) => {
  await expectSame({ ...lab, values: { operator: operator ?? {} } });
});

test('null takes a default entry out of a map in both', async () => {
  await expectSame({ ...lab, values: { dice: { resources: { limits: { memory: null } } } } });
});

test(`helm template and renderLab agree on ${VALUES} generated values (seed ${SEED})`, async () => {
  // The operator's two definitions are longer than all the rest, and differ by nothing that is generated: one in twelve
  // has them.
  const operates = fc.constantFrom(true, ...Array<boolean>(11).fill(false));
  const request = fc
    .record({ release: dnsLabel, namespace: dnsLabel, values: someValues, operates })
    .map(({ operates: has, values, ...release }) => ({
      ...release,
      values: has ? values : { ...values, operator: { ...values.operator, enabled: false } },
    }));
  await fc.assert(
    fc.asyncProperty(request, request, async (...two) => {
      for (const { values } of two) expect(schema(completeChartValues(values)) ? [] : schema.errors).toEqual([]);
      await Promise.all(two.map(expectSame));
    }),
    { seed: SEED, numRuns: VALUES / 2 },
  );
}, 600_000);
