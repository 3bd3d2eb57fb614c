// Builds the files of the Helm chart. It prints the templates from the constructs. It also builds Chart.yaml,
// values.yaml, the JSON schema and the README.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { API_VERSION } from '../../lab/names.ts';
import { yamlOf } from '../schema/yaml.ts';
import { schemaOf } from '../schema/json-schema.ts';
import { tableOf } from '../schema/table.ts';
import { examples } from '../examples.ts';
import { components } from '../lab/components.ts';
import type { Component } from '../lab/components.ts';
import type { Values } from '../lab/value.ts';
import { Probe } from '../lab/probe.ts';
import { imageOf } from '../lab/workload.ts';
import { crds } from '../operator/crds.ts';
import type { OperatorProps } from '../operator/props.ts';
import { operatorParts } from '../operator/render.ts';
import { chartValues } from '../operator/values.ts';
import type { ChartValues } from '../operator/values.ts';
import { objectsOf } from '../render.ts';
import { VERSION } from '../values.ts';
import { helmCompute } from './compute.ts';
import type { NamedTemplate } from './compute.ts';
import { TEMPLATE_PREFIX, goExpression } from './expression.ts';
import { inFieldOrder } from './field-order.ts';
import { printObject, printText } from './printer.ts';
import { Tokens } from './tokens.ts';

/** The files of the chart: the text of each file, by the file's path in the chart's directory. */
export type Files = ReadonlyMap<string, string>;

const GENERATED = 'Generated from cdk8s/ by `npm run generate`; change it there.';
/** URL of the repository with the workshop's slides and its first version. */
const ORIGIN = 'https://github.com/paigerduty/intro-to-instrumentation';
const DICE = join(import.meta.dirname, '..', '..', 'apps', 'dice');

const own = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const hash = (text: string): string => `# ${GENERATED}\n${text}`;
const template = (text: string): string => `{{- /* ${GENERATED} */ -}}\n${text}`;

/**
 * Returns the props from which the constructs build the chart's objects. Each value that only Helm knows is a token.
 */
function tokenLab(tokens: Tokens): OperatorProps & { compute: ReturnType<typeof helmCompute> } {
  return {
    release: tokens.value<string>('name', '.Release.Name'),
    namespace: tokens.value<string>('text', '.Release.Namespace'),
    managedBy: tokens.value<string>('text', '.Release.Service'),
    values: tokens.valueAt('.Values', chartValues) as Values<ChartValues>,
    compute: helmCompute(tokens),
  };
}

function componentTemplate(tokens: Tokens, lab: OperatorProps, component: Component<OperatorProps>): string {
  const documents = objectsOf(lab, [component])
    .map((object) => printObject(tokens, inFieldOrder(object)))
    .join('---\n');
  const enabled = component.enabled?.(lab);
  return template(
    enabled === undefined ? documents : `{{- if ${goExpression(tokens, enabled)} }}\n${documents}{{- end }}\n`,
  );
}

function namedTemplate(tokens: Tokens, { name, body }: NamedTemplate): string {
  const text = 'text' in body ? printText(tokens, body.text) : `{{ toJson ${body.json} }}`;
  return `{{- define "${TEMPLATE_PREFIX}${name}" -}}\n${text}{{ end }}\n`;
}

function templates(): [string, string][] {
  const tokens = new Tokens();
  const lab = tokenLab(tokens);
  const printed = [...components, ...operatorParts].map((component): [string, string] => [
    `templates/${component.name}.yaml`,
    componentTemplate(tokens, lab, component),
  ]);
  const probe = componentTemplate(tokens, lab, { name: 'probe', construct: Probe });
  return [
    ...printed,
    ['templates/tests/probe.yaml', probe],
    ['templates/_config.tpl', template(lab.compute.templates.map((named) => namedTemplate(tokens, named)).join('\n'))],
    ['templates/release-name.yaml', template('{{- include "intro-otel.checkReleaseName" . -}}\n')],
    ['templates/_helpers.tpl', template(own('_helpers.tpl'))],
    ['templates/NOTES.txt', template(own('NOTES.txt'))],
  ];
}

const EXAMPLE = { apiVersion: API_VERSION, kind: 'Workshop', metadata: { name: 'otel-101' }, spec: { seats: 3 } };

/**
 * Returns the chart's CRDs in the format of an annotation for Artifact Hub.
 * https://artifacthub.io/docs/topics/annotations/helm/
 */
const definitions = (): object[] =>
  crds().map(({ metadata: { name }, spec }) => {
    const { kind } = spec['names'] as { kind: string };
    const [version] = spec['versions'] as [{ name: string; schema: { openAPIV3Schema: { description: string } } }];
    return {
      kind,
      name,
      version: version.name,
      displayName: kind,
      description: version.schema.openAPIV3Schema.description,
    };
  });

function chartYaml(): string {
  const { image, collector, jaeger, flask } = chartValues.default;
  const images = Object.entries({
    'intro-otel': image,
    collector: collector.image,
    jaeger: jaeger.image,
    flask: flask.image,
  }).map(([name, values]) => ({ name, image: imageOf(values) }));
  return hash(
    stringify(
      {
        apiVersion: 'v2',
        name: 'intro-otel',
        description:
          'A hands-on OpenTelemetry workshop: small services to trace, the Collector, Jaeger, and an operator that ' +
          'gives everyone in a class a lab.',
        type: 'application',
        version: VERSION,
        appVersion: VERSION,
        kubeVersion: '>=1.30.0-0',
        home: ORIGIN,
        sources: [
          ORIGIN,
          'https://github.com/open-telemetry/opentelemetry-collector-contrib',
          'https://github.com/jaegertracing/jaeger',
        ],
        icon: `data:image/svg+xml;base64,${Buffer.from(own('icon.svg').trim()).toString('base64')}`,
        keywords: ['opentelemetry', 'tracing', 'observability', 'instrumentation', 'workshop', 'jaeger'],
        maintainers: [{ name: 'intro-otel' }],
        annotations: {
          'artifacthub.io/category': 'monitoring-logging',
          'artifacthub.io/license': 'Apache-2.0',
          'artifacthub.io/operator': 'true',
          'artifacthub.io/crds': stringify(definitions()),
          'artifacthub.io/crdsExamples': stringify([EXAMPLE]),
          'artifacthub.io/prerelease': 'true',
          'artifacthub.io/images': stringify(images),
          'artifacthub.io/links': stringify([
            { name: 'OpenTelemetry', url: 'https://opentelemetry.io/docs/' },
            { name: 'Jaeger', url: 'https://www.jaegertracing.io/docs/' },
          ]),
        },
      },
      { lineWidth: 0 },
    ),
  );
}

/**
 * Values that another chart has for this chart if it depends on it. Helm itself adds `global`, and `enabled` is the
 * usual name of a dependency's condition. https://helm.sh/docs/helm/helm_dependency/
 */
const asDependency = {
  global: { description: 'Values that a parent chart shares with its dependencies. This chart uses none.' },
  enabled: { description: "The condition of a parent chart's dependency. This chart ignores it.", type: 'boolean' },
};

function schemaJson(): string {
  const schema = schemaOf(chartValues) as { properties: object; propertyNames: { enum: string[] } };
  const properties = { ...schema.properties, ...asDependency };
  const whole = {
    $comment: GENERATED,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Values of intro-otel',
    ...schema,
    properties,
    propertyNames: { enum: Object.keys(properties) },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

const exampleText = (): string =>
  examples.map(({ doc, values }) => `${doc}\n\n\`\`\`yaml\n${stringify(values, { lineWidth: 0 })}\`\`\``).join('\n\n');

const readme = (): string =>
  `<!-- ${GENERATED} -->\n${own('README.md')
    .replace('<!-- examples -->', exampleText)
    .replace('<!-- values -->', () => tableOf(chartValues))}`;

/**
 * Returns the path and the text of a default file for the dice's ConfigMap. The text's first line says that the file is
 * generated. The chart's templates drop this line.
 */
const ownDefault = (file: string): [string, string] => [
  `files/dice/${file}`,
  `${file.endsWith('.ts') ? '//' : '#'} ${GENERATED}\n${readFileSync(join(DICE, file), 'utf8')}`,
];

/** Builds all files of the chart. */
export const chartFiles = (): Files =>
  new Map([
    ['Chart.yaml', chartYaml()],
    ['values.yaml', yamlOf(chartValues, `# ${GENERATED}`)],
    ['values.schema.json', schemaJson()],
    ['README.md', readme()],
    ['.helmignore', hash('.DS_Store\n*.swp\n*.orig\n')],
    ...['app.ts', 'app.manual.ts', 'settings.env', 'collector.yaml'].map(ownDefault),
    ...templates(),
  ]);
