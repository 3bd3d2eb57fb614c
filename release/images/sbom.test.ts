import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { sbomText } from './sbom.ts';
import type { Package, Subject } from './sbom.ts';

const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
/** What the schemas' names are relative to. */
const HOME = 'http://cyclonedx.org/schema/';
const schema = (name: string) =>
  JSON.parse(readFileSync(join(dirname(library), 'res', 'schema', `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;

const subject: Subject = {
  name: 'intro-otel',
  version: '1.2.3',
  platform: 'linux/arm64',
  digest: `sha256:${'a'.repeat(64)}`,
  created: 1_700_000_000,
};
const scoped: Package = {
  type: 'library',
  name: '@scope/name',
  version: '1.0.0',
  purl: 'pkg:npm/%40scope/name@1.0.0',
  licenses: [{ expression: 'MIT OR Apache-2.0' }],
  integrity: `sha512-${Buffer.alloc(64, 0xab).toString('base64')}`,
};
const others: Package[] = [
  {
    type: 'application',
    name: 'node',
    version: '24.0.0',
    purl: 'pkg:generic/node@24.0.0',
    licenses: [{ expression: 'MIT' }],
    integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}`,
    cpe: 'cpe:2.3:a:nodejs:node.js:24.0.0:*:*:*:*:*:*:*',
  },
  {
    type: 'library',
    name: 'libc6',
    version: '2.36-9',
    purl: 'pkg:deb/debian/libc6@2.36-9?arch=arm64&distro=debian-12',
    licenses: [{ license: { name: 'LGPL-2.1' } }, { license: { name: 'GPL-2+' } }],
    integrity: `sha256-${Buffer.alloc(32, 2).toString('base64')}`,
  },
  {
    type: 'library',
    name: 'bundled',
    version: '1.0.0',
    purl: 'pkg:npm/bundled@1.0.0',
    licenses: [],
    integrity: undefined,
  },
];

interface Bom {
  serialNumber: string;
  metadata: { timestamp: string; component: { purl: string } };
  components: { name: string; group?: string; purl?: string; 'bom-ref': string; hashes?: object[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}
const bom = (packages: readonly Package[] = [scoped, ...others]) => JSON.parse(sbomText(subject, packages)) as Bom;

test('is valid by the schema of CycloneDX 1.6', () => {
  const anything = { validate: () => true };
  const formats = { 'date-time': anything, 'idn-email': anything, 'iri-reference': anything, uri: anything };
  const parts = ['spdx', 'jsf-0.82'].map((name) => [`${HOME}${name}.SNAPSHOT.schema.json`, schema(name)]);
  const schemas = Object.fromEntries(parts) as Record<string, object>;
  const ajv = new Ajv({ schemas, strict: false, formats });
  const validate = ajv.compile(schema('bom-1.6'));
  validate(bom());
  expect(validate.errors).toBeNull();
  validate({ ...bom(), components: [{ type: 'librarian', name: 'x' }] });
  expect(validate.errors).not.toBeNull();
});

test('names the image by its digest and processor, and takes its time from the commit', () => {
  expect(bom().metadata).toMatchObject({
    timestamp: '2023-11-14T22:13:20.000Z',
    component: { purl: `pkg:oci/intro-otel@sha256%3A${'a'.repeat(64)}?arch=arm64&tag=1.2.3` },
  });
  expect(bom().serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('describes a package of a scope with its group, license and digest', () => {
  expect(bom().components).toContainEqual({
    type: 'library',
    'bom-ref': 'pkg:npm/%40scope/name@1.0.0',
    group: '@scope',
    name: 'name',
    version: '1.0.0',
    purl: 'pkg:npm/%40scope/name@1.0.0',
    licenses: [{ expression: 'MIT OR Apache-2.0' }],
    hashes: [{ alg: 'SHA-512', content: 'ab'.repeat(64) }],
  });
});

test('has each package once, in the same order whatever the order of the packages', () => {
  expect(sbomText(subject, [...others, scoped, scoped])).toBe(sbomText(subject, [scoped, ...others.toReversed()]));
});

test('says that the image depends on the distribution and on every package', () => {
  const { components, dependencies, metadata } = bom();
  expect(dependencies).toEqual([
    { ref: metadata.component.purl, dependsOn: components.map((component) => component['bom-ref']) },
  ]);
  expect(components.map(({ name }) => name)).toEqual(['debian', 'libc6', 'node', 'name', 'bundled']);
});
