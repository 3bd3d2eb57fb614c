import { crds } from '../../cdk8s/operator/crds.ts';
import { seatSpec, seatStatus } from '../../cdk8s/operator/seat.ts';
import { workshopSpec, workshopStatus } from '../../cdk8s/operator/workshop.ts';
import type { AnyDescription, Description } from '../../cdk8s/schema/schema.ts';
import type { Schema } from '../../cdk8s/schema/structural.ts';
import { labValues } from '../../cdk8s/values.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns the paths of all fields in a Description. The operator's types are derived from Descriptions. For a list,
 * returns the paths of the fields in its items.
 */
function pathsOf(described: Description, path = ''): string[] {
  const any = described as AnyDescription;
  if (any.kind === 'list') return pathsOf(any.of, `${path}[]`);
  if (any.kind !== 'entry' && any.kind !== 'group') return [path];
  const fields = Object.entries(any.fields as Readonly<Record<string, Description>>);
  return [path, ...fields.flatMap(([key, inner]) => pathsOf(inner, `${path}.${key}`))];
}

/** Returns the paths of all fields in a schema of a CustomResourceDefinition. */
function fieldsOf(schema: Schema, path = ''): string[] {
  if (isObject(schema['items'])) return fieldsOf(schema['items'], `${path}[]`);
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  return [path, ...Object.entries(properties).flatMap(([key, inner]) => fieldsOf(inner, `${path}.${key}`))];
}

/** Returns a schema and all schemas nested in it, each with its path. */
function all(schema: Schema, path = ''): [string, Schema][] {
  const inner = [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(
      ([key, inner]) => [`${path}.${key}`, inner] as const,
    ),
    ...(isObject(schema['items']) ? [[`${path}[]`, schema['items']] as const] : []),
  ];
  return [[path, schema], ...inner.flatMap(([where, nested]) => all(nested, where))];
}

const definition = (kind: string) => crds().find(({ spec }) => (spec['names'] as { kind: string }).kind === kind);

const [workshops, seats] = ['Workshop', 'Seat'].map((kind) => {
  const [version] = definition(kind)?.spec['versions'] as [Schema];
  return (version['schema'] as { openAPIV3Schema: Schema }).openAPIV3Schema;
}) as [Schema, Schema];

/** Leaves out the paths below `metadata` and `spec.lab`, because their fields aren't specific to Workshop and Seat. */
const own = (paths: readonly string[]): string[] =>
  paths.filter((path) => !/^\.(metadata|spec\.lab\.)/.test(path)).sort();

test.each([
  ['Workshop', workshops, workshopSpec, workshopStatus],
  ['Seat', seats, seatSpec, seatStatus],
] as const)("gives the schema of %s exactly the fields of the operator's types", (_, schema, spec, status) => {
  expect(own(fieldsOf(schema))).toEqual(own(['', ...pathsOf(spec, '.spec'), ...pathsOf(status, '.status')]));
});

test('describes every field of Workshop and Seat with a sentence', () => {
  const silent = [workshops, seats]
    .flatMap((schema) => all(schema))
    .filter(([path]) => !path.startsWith('.metadata'))
    .filter(
      ([path, { description }]) =>
        typeof description !== 'string' || !(path.startsWith('.spec.lab') || /^[A-Z1].*\.$/.test(description)),
    );
  expect(silent).toEqual([]);
});

test('declares no default values below spec.lab of a Workshop', () => {
  const defaults = all(workshops).filter(([path, schema]) => path.startsWith('.spec.lab') && 'default' in schema);
  expect(defaults).toEqual([]);
});

test('allows every lab value of the chart in spec.lab of a Workshop, but no operator value', () => {
  const lab = ((workshops['properties'] as Record<string, Schema>)['spec']?.['properties'] as Record<string, Schema>)[
    'lab'
  ];
  expect(Object.keys(lab?.['properties'] ?? {})).toEqual(Object.keys(labValues.fields));
});

test('makes Workshop and Seat cluster-scoped, and puts both into the category intro-otel', () => {
  for (const { spec } of crds()) {
    expect(spec).toMatchObject({ scope: 'Cluster', group: 'intro-otel.dev', names: { categories: ['intro-otel'] } });
  }
});
