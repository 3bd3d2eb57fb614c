import type { Attendee, Seat, Workshop } from './types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import type { Schema } from '../../cdk8s/schema/structural.ts';
import { labValues } from '../../cdk8s/values.ts';
import { crds } from '../../cdk8s/operator/crds.ts';

/** All fields there are, in all that is below too. */
type Whole<Of> = Of extends readonly (infer Item)[]
  ? readonly [Whole<Item>]
  : Of extends object
    ? { readonly [Key in keyof Of]-?: Whole<NonNullable<Of[Key]>> }
    : Of;

const time = '2026-05-04T09:00:00Z';
const condition: Whole<Condition> = {
  type: 'Ready',
  status: 'True',
  reason: 'Ready',
  message: 'is',
  lastTransitionTime: time,
  observedGeneration: 1,
};
const attendee: Whole<Attendee> = { name: 'ada', displayName: 'Ada' };
const quota = { cpu: 1, memory: '1Gi', pods: 10 };
const access = { tokenLifetime: '12h', server: 'https://kube.example.com' };

type Part<Of, Name extends 'spec' | 'status'> = Whole<
  Omit<NonNullable<Of extends { [Key in Name]?: infer P } ? P : never>, 'lab'>
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

/** Paths of fields in an object; a list's are those of its items. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${path}[]`));
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, of]) => pathsOf(of, `${path}.${key}`))];
}

/** Paths of fields in a schema. */
function fieldsOf(schema: Schema, path = ''): string[] {
  if (isObject(schema['items'])) return fieldsOf(schema['items'], `${path}[]`);
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  return [path, ...Object.entries(properties).flatMap(([key, of]) => fieldsOf(of, `${path}.${key}`))];
}

/** Every schema there is in a schema, with its path. */
function all(schema: Schema, path = ''): [string, Schema][] {
  const inner = [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(
      ([key, of]) => [`${path}.${key}`, of] as const,
    ),
    ...(isObject(schema['items']) ? [[`${path}[]`, schema['items']] as const] : []),
  ];
  return [[path, schema], ...inner.flatMap(([where, of]) => all(of, where))];
}

const definition = (kind: string) => crds().find(({ spec }) => (spec['names'] as { kind: string }).kind === kind);

const [workshops, seats] = ['Workshop', 'Seat'].map((kind) => {
  const [version] = definition(kind)?.spec['versions'] as [Schema];
  return (version['schema'] as { openAPIV3Schema: Schema }).openAPIV3Schema;
}) as [Schema, Schema];

/** Without metadata, which is as in any object, and the insides of lab, which are as in the values. */
const own = (paths: readonly string[]): string[] =>
  paths.filter((path) => !/^\.(metadata|spec\.lab\.)/.test(path)).sort();

test("a Workshop's schema has exactly the fields that the operator's types have", () => {
  expect(own(fieldsOf(workshops))).toEqual(own(pathsOf(workshop)));
});

test("a Seat's schema has exactly the fields that the operator's types have", () => {
  expect(own(fieldsOf(seats))).toEqual(own(pathsOf(seat)));
});

test('every field says in a sentence what it is for', () => {
  const silent = [workshops, seats]
    .flatMap((schema) => all(schema))
    .filter(([path]) => !path.startsWith('.metadata'))
    .filter(
      ([path, { description }]) =>
        typeof description !== 'string' || !(path.startsWith('.spec.lab') || /^[A-Z1].*\.$/.test(description)),
    );
  expect(silent).toEqual([]);
});

test('a lab in a Workshop has no default of its own, so that nothing is written into it', () => {
  const defaults = all(workshops).filter(([path, schema]) => path.startsWith('.spec.lab') && 'default' in schema);
  expect(defaults).toEqual([]);
});

test("a lab in a Workshop has every value of the chart's lab, and none of the operator's", () => {
  const lab = ((workshops['properties'] as Record<string, Schema>)['spec']?.['properties'] as Record<string, Schema>)[
    'lab'
  ];
  expect(Object.keys(lab?.['properties'] ?? {})).toEqual(Object.keys(labValues.fields));
});

test('both kinds are cluster-scoped, and are found together by their category', () => {
  for (const { spec } of crds()) {
    expect(spec).toMatchObject({ scope: 'Cluster', group: 'intro-otel.dev', names: { categories: ['intro-otel'] } });
  }
});
