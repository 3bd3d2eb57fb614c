// Generators of chart values for property tests. They follow the schema and prefer values that are hard to print.
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { byKind, fieldsOf } from '../../cdk8s/schema/schema.ts';
import type { Description, Dictionary, Entry, Group, Json, Text } from '../../cdk8s/schema/schema.ts';
import type { SomeChartValues } from '../../cdk8s/operator/render.ts';
import { chartValues } from '../../cdk8s/operator/values.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import { labValues } from '../../cdk8s/values.ts';

/** Texts that YAML, Go templates, Go's JSON or a shell may misread. */
const nasty = [
  '',
  ' ',
  'yes',
  'no',
  'on',
  'y',
  'null',
  '~',
  'true',
  '1e3',
  '0x1f',
  '0o17',
  '017',
  '1_000',
  '12:30:45',
  '.inf',
  '2020-01-01',
  '-',
  '- a',
  ': ',
  'a: b',
  '# no comment',
  'a #b',
  '{{ .Values.dice }}',
  '{{',
  '}}',
  '{{- /* */ -}}',
  '`',
  '"',
  "'",
  '\\',
  '\\n',
  '%s %d %',
  '$(POD_NAME)',
  '${env:HOME}',
  '<b>&amp;</b>',
  '\u2028\u2029',
  '\u0085',
  '\ufeff',
  '\u0000',
  '\u007f',
  '\t',
  '\ttab',
  ' leading',
  'trailing ',
  '\n',
  '\r\n',
  'two\nlines',
  'ends\n',
  'ends twice\n\n',
  '\nbegins',
  '  \n indented first',
  'a\n\n\nb',
  'a\n \nb',
  'a \nb\t\n',
  'cr\rlf\r\n',
  '---\n',
  '...',
  '|',
  '>-',
  '&anchor',
  '*alias',
  '!tag',
  '%YAML',
  '@',
  'é',
  'e\u0301',
  '日本',
  '🎲',
  '👩🏽‍🔬',
  '\u{10ffff}',
  'x'.repeat(300),
  'zq0qz',
  'zp0pz',
  '__proto__',
];

const anyText = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.constantFrom(...nasty), { minLength: 2, maxLength: 4 }).map((lines) => lines.join('\n')),
);

const anyNumber = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, 0.1, 1.5, 1e3, 1e6, 1e20, 1e21, 1e-6, 1e-7, 2 ** 53 - 1, -(2 ** 53 - 1)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
); // `+ 0` turns -0 into 0, because JSON has no -0

/** Generates keys of a map. The key `__proto__` is excluded, because it would set the object's prototype. */
const anyKey = anyText.filter((key) => key !== '__proto__');

const anyJson: Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 2 },
    anyText,
    anyNumber,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(anyKey, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json;

function textOf({ pattern, except = [] }: Text): Arbitrary<string> {
  if (pattern === undefined) return anyText;
  const rule = new RegExp(pattern);
  const fitting = nasty.filter((text) => rule.test(text));
  const matching = fc.stringMatching(rule);
  return fc
    .oneof(...(fitting.length > 0 ? [fc.constantFrom(...fitting)] : []), matching)
    .filter((text) => !except.includes(text) && text !== '__proto__');
}

const dictionaryOf = (of: Dictionary<unknown>): Arbitrary<unknown> =>
  fc.dictionary(textOf(of.names), arbitraryOf(of.of), { maxKeys: 3, noNullPrototype: true });

/** Generates an object for a group or an entry of the schema. Any field may be missing, except `requiredKeys`. */
const fields = (of: Group<object> | Entry<object>, requiredKeys: string[]): Arbitrary<unknown> =>
  fc.record(Object.fromEntries(fieldsOf(of).map(([name, field]) => [name, arbitraryOf(field)])), {
    requiredKeys,
    noNullPrototype: true,
  });

const arbitraryOf = (description: Description): Arbitrary<unknown> =>
  byKind<Arbitrary<unknown>>(description, {
    text: textOf,
    choice: (of) => fc.constantFrom(...of.options),
    integer: (of) => fc.integer({ min: of.minimum, ...(of.maximum !== undefined && { max: of.maximum }) }),
    flag: () => fc.boolean(),
    scalar: (of) =>
      fc.oneof(
        of.pattern === undefined ? anyText : fc.stringMatching(new RegExp(of.pattern)),
        of.pattern === undefined ? anyNumber : fc.nat(1000),
        ...(of.types.includes('boolean') ? [fc.boolean()] : []),
      ),
    map: dictionaryOf,
    list: (of) => fc.array(arbitraryOf(of.of), { maxLength: 3 }),
    group: (of) => fields(of, []),
    entry: (of) => fields(of, [...of.required]),
    settings: () => fc.dictionary(anyKey, anyJson, { maxKeys: 3, noNullPrototype: true }),
  });

type Pipelines = NonNullable<NonNullable<SomeChartValues['collector']>['pipelines']>;

/**
 * Replaces the component names in the Collector's pipelines by names of components that the values define. The length
 * of the old name selects the new one.
 */
function consistent<Values extends SomeValues>(values: Values): Values {
  const { collector } = values;
  if (!collector?.pipelines) return values;
  const defined = {
    processors: ['memory_limiter', 'k8sattributes', 'batch', ...Object.keys(collector.processors ?? {})],
    exporters: [
      'debug',
      'otlp_http/jaeger',
      'otlphttp/jaeger',
      'otlp_http/guide',
      ...Object.keys(collector.exporters ?? {}),
    ],
  };
  const pick = (names: readonly string[], from: readonly string[]): string[] =>
    names.map((name) => from[name.length % from.length] ?? '');
  const pipelines = Object.fromEntries(
    Object.entries(collector.pipelines).map(([signal, of]) => [
      signal,
      {
        ...(of?.processors && { processors: pick(of.processors, defined.processors) }),
        ...(of?.exporters && { exporters: pick(of.exporters, defined.exporters) }),
      },
    ]),
  ) as Pipelines;
  return { ...values, collector: { ...collector, pipelines } };
}

/** Generates values that a user may give to the chart. */
export const someValues: Arbitrary<SomeChartValues> = arbitraryOf(chartValues).map((values) =>
  consistent(values as SomeChartValues),
);

/** Generates values that an instructor may give to the labs of a class. */
export const arbitraryLab: Arbitrary<SomeValues> = arbitraryOf(labValues).map((values) =>
  consistent(values as SomeValues),
);

/** Generates names of releases. The chart refuses names that start with a digit. */
export const releaseName: Arbitrary<string> = fc.oneof(
  fc.constantFrom('intro-otel', 'a', 'e3', 'null', 'true', 'no', 'a--b', 'x'.repeat(53)),
  fc.stringMatching(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/),
);

/** Generates names of namespaces. */
export const dnsLabel: Arbitrary<string> = fc.oneof(
  fc.constantFrom('intro-otel', 'a', '1', '1e3', '007', 'null', 'true', 'no', '2020-01-01', 'a--b', 'x'.repeat(53)),
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/),
);
