import { crds } from '../../cdk8s/operator/crds.ts';
import { seatSpec, seatStatus } from '../../cdk8s/operator/seat.ts';
import { workshopSpec, workshopStatus } from '../../cdk8s/operator/workshop.ts';
import type { AnyDescription, Description } from '../../cdk8s/schema/schema.ts';
import type { Schema } from '../../cdk8s/schema/structural.ts';
import { labValues } from '../../cdk8s/values.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of the fields of a description, from which the operator's types are derived. A list has the paths of its items. */
function pathsOf(described: Description, path = ''): string[] {
  const any = described as AnyDescription;
  if (any.kind === 'list') return pathsOf(any.of, `${path}[]`);
  if (any.kind !== 'entry' && any.kind !== 'group') return [path];
  const fields = Object.entries(any.fields as Readonly<Record<string, Description>>);
  return [path, ...fields.flatMap(([key, inner]) => pathsOf(inner, `${path}.${key}`))];
}

/** Paths of the fields of a schema. */
function fieldsOf(schema: Schema, path = ''): string[] {
  if (isObject(schema['items'])) return fieldsOf(schema['items'], `${path}[]`);
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  return [path, ...Object.entries(properties).flatMap(([key, inner]) => fieldsOf(inner, `${path}.${key}`))];
}

/** The schema and every schema inside it, with its path. */
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

/** Without metadata and the insides of lab, which aren't specific to our kinds. */
const own = (paths: readonly string[]): string[] =>
  paths.filter((path) => !/^\.(metadata|spec\.lab\.)/.test(path)).sort();

test.each([
  ['Workshop', workshops, workshopSpec, workshopStatus],
  ['Seat', seats, seatSpec, seatStatus],
] as const)("gives a %s's schema exactly the fields of the operator's types", (_, schema, spec, status) => {
  expect(own(fieldsOf(schema))).toEqual(own(['', ...pathsOf(spec, '.spec'), ...pathsOf(status, '.status')]));
});

test('documents every field in a sentence', () => {
  const silent = [workshops, seats]
    .flatMap((schema) => all(schema))
    .filter(([path]) => !path.startsWith('.metadata'))
    .filter(
      ([path, { description }]) =>
        typeof description !== 'string' || !(path.startsWith('.spec.lab') || /^[A-Z1].*\.$/.test(description)),
    );
  expect(silent).toEqual([]);
});

test('persists no default into the lab of a Workshop', () => {
  const defaults = all(workshops).filter(([path, schema]) => path.startsWith('.spec.lab') && 'default' in schema);
  expect(defaults).toEqual([]);
});

test("allows in the lab of a Workshop every value of the chart's lab, and none of the operator's", () => {
  const lab = ((workshops['properties'] as Record<string, Schema>)['spec']?.['properties'] as Record<string, Schema>)[
    'lab'
  ];
  expect(Object.keys(lab?.['properties'] ?? {})).toEqual(Object.keys(labValues.fields));
});

test('makes both kinds cluster-scoped and puts them into one category', () => {
  for (const { spec } of crds()) {
    expect(spec).toMatchObject({ scope: 'Cluster', group: 'intro-otel.dev', names: { categories: ['intro-otel'] } });
  }
});
