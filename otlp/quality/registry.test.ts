import { definitionOf, registrySource, reservedNamespace } from './registry.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

test('was made from the package of the lockfile', () => {
  const lockfile = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const { version } = lockfile.packages['node_modules/@opentelemetry/semantic-conventions'] ?? {};
  expect(registrySource).toBe(`@opentelemetry/semantic-conventions ${version}`);
});

test.each([
  ['http.request.method', { type: 'string' }],
  ['http.response.status_code', { type: 'int' }],
  ['geo.location.lat', { type: 'double' }],
  ['tls.established', { type: 'boolean' }],
  ['host.ip', { type: 'string[]' }],
  ['http.request.header.content-type', { type: 'string[]' }],
  ['os.version', { type: 'string' }],
  ['http.method', { replacedBy: ['http.request.method'] }],
  ['http.target', { replacedBy: ['url.path', 'url.query'] }],
  ['exception.escaped', { replacedBy: [] }],
])('knows what the conventions say of %s', (name, definition) => {
  expect(definitionOf(name)).toMatchObject(definition);
});

test('lists the values of an enum', () => {
  expect(definitionOf('http.request.method')?.members).toContain('GET');
});

test('does not call an attribute deprecated that has moved to the conventions of another project', () => {
  expect(definitionOf('gen_ai.request.model')?.replacedBy).toBeUndefined();
});

test.each(['roll.value', 'http.player', 'http.request.header.', 'toString', '__proto__', ''])(
  'defines no attribute %j',
  (name) => {
    expect(definitionOf(name)).toBeUndefined();
  },
);

test.each([
  ['http.player', 'http'],
  ['service.mood', 'service'],
  ['roll.value', undefined],
  ['app.order.amount', undefined],
  ['http', undefined],
  ['constructor.name', undefined],
])('finds the reserved namespace of %s: %s', (name, namespace) => {
  expect(reservedNamespace(name)).toBe(namespace);
});
