// The keystone test: for the same values, the real helm renders our chart to the same objects that our functions
// renderLab and renderOperator return.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { examples } from '../../cdk8s/examples.ts';
import { completeChartValues, renderOperator } from '../../cdk8s/operator/render.ts';
import type { SomeChartValues } from '../../cdk8s/operator/render.ts';
import { renderLab } from '../../cdk8s/render.ts';
import { dnsLabel, releaseName, someValues } from './arbitrary.ts';
import { byName, chart, parseManifests, template } from './helm.ts';
import type { Release } from './helm.ts';

/** Returns values with hosts that fit, because the chart refuses others. */
function withNames(values: SomeChartValues): SomeChartValues {
  const boardIngress = { ...values.portal?.boardIngress, host: 'board.example.com' };
  const portal = { ...values.portal, boardIngress, boardUrl: 'https://board.example.com' };
  if (!portal.subdomains) return { ...values, portal };
  const ingress = { ...portal.ingress, host: 'labs.example.com' };
  return { ...values, portal: { ...portal, url: 'https://labs.example.com', ingress } };
}

/** Seed of the generated values. Change it to try other values. A failure prints the smallest values that fail. */
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

test('helm template prints the same objects as renderLab for the default values', async () => {
  await expectSame({ ...lab, values: {} });
});

test.each(examples)('helm template prints the same objects as renderLab for the example $name', async ({ values }) => {
  await expectSame({ ...lab, values });
});

test.each<[what: string, SomeChartValues['operator']]>([
  ['without an operator', { enabled: false }],
  ['with other values for the operator', { replicas: 1, logLevel: 'debug', crds: { keep: false }, env: { A: 1 } }],
])('helm template prints the same objects as renderLab %s', async (_what, operator) => {
  await expectSame({ ...lab, values: { operator: operator ?? {} } });
});

test.each<[what: string, SomeChartValues['portal']]>([
  ['without a portal', { enabled: false, ingress: { enabled: true } }],
  [
    'with a portal behind an Ingress',
    {
      url: 'https://labs.example.com',
      replicas: 2,
      ingress: {
        enabled: true,
        className: '1',
        host: 'labs.example.com',
        annotations: { 'cert-manager.io/cluster-issuer': 'yes' },
        tls: [{ secretName: 'portal-tls', hosts: ['labs.example.com'] }],
      },
    },
  ],
  ['with an Ingress for every host', { ingress: { enabled: true } }],
  [
    'with a host for each seat',
    {
      url: 'https://labs.example.com',
      subdomains: true,
      ingress: { enabled: true, host: 'labs.example.com', tls: [{ secretName: 'tls', hosts: ['*.labs.example.com'] }] },
    },
  ],
  [
    'with a portal behind a Gateway, and on a node port',
    {
      service: { type: 'NodePort', nodePort: 30080 },
      httpRoute: {
        enabled: true,
        parentRefs: [{ name: 'public', sectionName: 'https' }],
        hostnames: ['*.example.com'],
      },
    },
  ],
  [
    'with a board behind an Ingress and a Gateway of its own',
    {
      ingress: { enabled: true, host: 'labs.example.com' },
      boardIngress: {
        enabled: true,
        className: 'nginx',
        host: 'board.example.com',
        annotations: { 'cert-manager.io/cluster-issuer': 'yes' },
        tls: [{ secretName: 'board-tls', hosts: ['board.example.com'] }],
      },
      boardHttpRoute: { enabled: true, parentRefs: [{ name: 'public' }], hostnames: ['board.example.com'] },
    },
  ],
])('helm template prints the same objects as renderOperator %s', async (_what, portal) => {
  await expectSame({ ...lab, values: { portal: portal ?? {} } });
});

test.each<[what: string, SomeChartValues['portal']]>([
  ['no portal.url', {}],
  ['an address in portal.url', { url: 'http://10.0.0.1:8080' }],
  ['an IPv6 address in portal.url', { url: 'http://[::a]' }],
  ['an IPv6 address and a port in portal.url', { url: 'http://[fe80::a]:8080' }],
  ['no portal.ingress.host', { url: 'https://labs.example.com', ingress: { enabled: true } }],
])('helm refuses a host for each seat with %s', async (_what, portal) => {
  const { stderr } = await template({ ...lab, values: { portal: { ...portal, subdomains: true } } });
  expect(stderr).toMatch(/Expected portal\.(url with a host name.*, found "|ingress\.host)/);
});

test.each(['https://labs.example.com', 'http://portal.localhost:8080', 'https://7.example.com'])(
  'helm takes a host for each seat below %s',
  async (url) => {
    const { stderr } = await template({ ...lab, values: { portal: { url, subdomains: true } } });
    expect(stderr).toBe('');
  },
);

test.each<[what: string, SomeChartValues['portal']]>([
  [
    'host',
    { ingress: { enabled: true, host: 'a.example.com' }, boardIngress: { enabled: true, host: 'a.example.com' } },
  ],
  ['every host', { ingress: { enabled: true }, boardIngress: { enabled: true } }],
  ['URL', { url: 'https://a.example.com', boardUrl: 'https://a.example.com' }],
])('helm refuses the same %s for the portal and the board', async (_what, portal) => {
  const { stderr } = await template({ ...lab, values: { portal: portal ?? {} } });
  expect(stderr).toMatch(/Expected another (host in portal\.boardIngress|address in portal\.boardUrl).*found "/);
});

test('helm template and renderLab both remove a default map entry whose value is null', async () => {
  await expectSame({ ...lab, values: { dice: { resources: { limits: { memory: null } } } } });
});

test(`helm template prints the same objects as renderLab for ${VALUES} generated values (seed ${SEED})`, async () => {
  // Only one run in twelve includes the operator, because its two CRDs are long and don't depend on generated values.
  const operates = fc.constantFrom(true, ...Array<boolean>(11).fill(false));
  const request = fc
    .record({ release: releaseName, namespace: dnsLabel, values: someValues, operates })
    .map(({ operates: has, values, ...release }) => ({
      ...release,
      values: has ? withNames(values) : { ...values, operator: { ...values.operator, enabled: false } },
    }));
  await fc.assert(
    fc.asyncProperty(request, request, async (...two) => {
      for (const { values } of two) expect(schema(completeChartValues(values)) ? [] : schema.errors).toEqual([]);
      await Promise.all(two.map(expectSame));
    }),
    { seed: SEED, numRuns: VALUES / 2 },
  );
}, 600_000);
