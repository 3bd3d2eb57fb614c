import type { Attendee, Seat, Workshop } from './types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import type { Schema } from '../../cdk8s/schema/structural.ts';
import { labValues } from '../../cdk8s/values.ts';
import { crds } from '../../cdk8s/operator/crds.ts';

/** The same type with every field required, at every depth. A list becomes a list of one item. */
type AllFields<Type> = Type extends readonly (infer Item)[]
  ? readonly [AllFields<Item>]
  : Type extends object
    ? { readonly [Key in keyof Type]-?: AllFields<NonNullable<Type[Key]>> }
    : Type;

const time = '2026-05-04T09:00:00Z';
const condition: AllFields<Condition> = {
  type: 'Ready',
  status: 'True',
  reason: 'Ready',
  message: 'is',
  lastTransitionTime: time,
  observedGeneration: 1,
};
const attendee: AllFields<Attendee> = { name: 'ada', displayName: 'Ada' };
const quota = { cpu: 1, memory: '1Gi', pods: 10 };
const access = { tokenLifetime: '12h', server: 'https://kube.example.com' };

/** The spec or the status of a kind with every field. Only `lab` may be empty. */
type Part<Type, Name extends 'spec' | 'status'> = AllFields<
  Omit<NonNullable<Type extends { [Key in Name]?: infer P } ? P : never>, 'lab'>
> & { readonly lab?: object };

const workshop: { spec: Part<Workshop, 'spec'>; status: Part<Workshop, 'status'> } = {
  spec: {
    attendees: [attendee],
    seats: 3,
    lab: {},
    quota,
    access,
    rollout: { maxConcurrent: 1, maxFailures: 1, paused: true },
    schedule: { startsAt: time, expiresAt: time, afterExpiry: 'Keep' },
  },
  status: {
    observedGeneration: 1,
    conditions: [condition],
    summary: '1/1',
    seats: { desired: 1, ready: 1, updated: 1, failed: 0 },
    failing: [{ name: 'otel-ada', reason: 'NamespaceTaken', message: 'is' }],
  },
};

const seat: { spec: Part<Seat, 'spec'>; status: Part<Seat, 'status'> } = {
  spec: {
    workshop: 'otel',
    attendee: 'ada',
    displayName: 'Ada',
    revision: '1',
    lab: {},
    quota,
    access,
    stopped: false,
    replicas: 1,
  },
  status: {
    observedGeneration: 1,
    conditions: [condition],
    phase: 'Ready',
    namespace: 'otel-ada',
    revision: '1',
    url: 'http://localhost:8080',
    access: { secret: 'otel-ada/kubeconfig', expiresAt: time, renewAt: time },
    exercises: { passed: 1, total: 2 },
    progress: '1/2',
    lastActivity: time,
    readyAt: time,
    replicas: 1,
  },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the paths of all fields of an object, such as `.spec.quota.cpu`. Items of a list have the path `.list[]`. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${path}[]`));
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, `${path}.${key}`))];
}

/** Returns the paths of all fields of an OpenAPI schema, in the same notation as `pathsOf`. */
function fieldsOf(schema: Schema, path = ''): string[] {
  if (isObject(schema['items'])) return fieldsOf(schema['items'], `${path}[]`);
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  return [path, ...Object.entries(properties).flatMap(([key, inner]) => fieldsOf(inner, `${path}.${key}`))];
}

/** Returns a schema and every schema inside it, each with its path. */
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

/** Leaves out the paths inside metadata and lab, which the types in this test don't contain. */
const own = (paths: readonly string[]): string[] =>
  paths.filter((path) => !/^\.(metadata|spec\.lab\.)/.test(path)).sort();

test('defines the same fields in the CRD schema and in the TypeScript type of a Workshop', () => {
  expect(own(fieldsOf(workshops))).toEqual(own(pathsOf(workshop)));
});

test('defines the same fields in the CRD schema and in the TypeScript type of a Seat', () => {
  expect(own(fieldsOf(seats))).toEqual(own(pathsOf(seat)));
});

test('describes every field of the CRD schemas in a sentence', () => {
  const silent = [workshops, seats]
    .flatMap((schema) => all(schema))
    .filter(([path]) => !path.startsWith('.metadata'))
    .filter(
      ([path, { description }]) =>
        typeof description !== 'string' || !(path.startsWith('.spec.lab') || /^[A-Z1].*\.$/.test(description)),
    );
  expect(silent).toEqual([]);
});

test('sets no default in spec.lab of a Workshop, because the API server would store it in the object', () => {
  const defaults = all(workshops).filter(([path, schema]) => path.startsWith('.spec.lab') && 'default' in schema);
  expect(defaults).toEqual([]);
});

test("allows in spec.lab of a Workshop exactly the lab values of the Helm chart, not the operator's", () => {
  const lab = ((workshops['properties'] as Record<string, Schema>)['spec']?.['properties'] as Record<string, Schema>)[
    'lab'
  ];
  expect(Object.keys(lab?.['properties'] ?? {})).toEqual(Object.keys(labValues.fields));
});

test('makes Workshop and Seat cluster-scoped, and puts both into the kubectl category intro-otel', () => {
  for (const { spec } of crds()) {
    expect(spec).toMatchObject({ scope: 'Cluster', group: 'intro-otel.dev', names: { categories: ['intro-otel'] } });
  }
});
