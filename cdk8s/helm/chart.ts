// Builds the files of the Helm chart. It prints the templates from the constructs. It also builds Chart.yaml,
// values.yaml, the JSON schema and the README.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { withDefaults } from '../schema/defaults.ts';
import type { Group } from '../schema/schema.ts';
import { yamlOf } from '../schema/yaml.ts';
import { schemaOf } from '../schema/json-schema.ts';
import { tableOf } from '../schema/table.ts';
import { examples } from '../examples.ts';
import { components } from '../lab/components.ts';
import type { Component } from '../lab/components.ts';
import type { Values } from '../lab/value.ts';
import { Probe } from '../lab/probe.ts';
import type { OperatorProps } from '../operator/props.ts';
import { operatorParts } from '../operator/render.ts';
import type { SomeChartValues } from '../operator/render.ts';
import { chartValues } from '../operator/values.ts';
import type { ChartValues } from '../operator/values.ts';
import { objectsOf } from '../render.ts';
import { VERSION } from '../values.ts';
import { chartYaml } from './chart-yaml.ts';
import { helmCompute } from './compute.ts';
import type { NamedTemplate } from './compute.ts';
import { TEMPLATE_PREFIX, goExpression } from './expression.ts';
import { inFieldOrder } from './field-order.ts';
import { printObject, printText } from './printer.ts';
import { Tokens } from './tokens.ts';

/** The files of the chart: the text of each file, by the file's path in the chart's directory. */
export type Files = ReadonlyMap<string, string>;

const GENERATED = 'Generated from cdk8s/ by `npm run generate`; change it there.';
const DICE = join(import.meta.dirname, '..', '..', 'apps', 'dice');

/** How a command names the chart in a checkout. */
const IN_CHECKOUT = './charts/lab';

/** A release of the chart in a registry. */
export interface Release {
  /** The address of the chart, such as oci://ghcr.io/you/intro-otel. */
  readonly chart: string;
  /** The names of the images that belong to the release, as values of the chart. */
  readonly images: SomeChartValues;
}

const own = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const hash = (text: string): string => `# ${GENERATED}\n${text}`;
/** Returns the text with commands that name the chart where its reader has it. */
const forReader = (text: string, release?: Release): string =>
  release === undefined ? text : text.replaceAll(IN_CHECKOUT, `${release.chart} --version ${VERSION}`);
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

function templates(release?: Release): [string, string][] {
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
    ['templates/NOTES.txt', template(forReader(own('NOTES.txt'), release))],
  ];
}

/**
 * Values that another chart has for this chart if it depends on it. Helm itself adds `global`, and `enabled` is the
 * usual name of a dependency's condition. https://helm.sh/docs/helm/helm_dependency/
 */
const asDependency = {
  global: { description: 'Values that a parent chart shares with its dependencies. This chart uses none.' },
  enabled: { description: "The condition of a parent chart's dependency. This chart ignores it.", type: 'boolean' },
};

function schemaJson(values: Group<ChartValues>): string {
  const schema = schemaOf(values) as { properties: object; propertyNames: { enum: string[] } };
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

/** The first command in the README. A released chart needs no image from this machine. */
const BUILD_IMAGE =
  'npm run image                                        # builds the image, and loads it into your cluster\n';

const readme = (values: Group<ChartValues>, release?: Release): string =>
  `<!-- ${GENERATED} -->\n${forReader(own('README.md'), release)
    .replace('<!-- image -->\n', release === undefined ? BUILD_IMAGE : '')
    .replace('<!-- examples -->', forReader(exampleText(), release))
    .replace('<!-- values -->', () => tableOf(values))}`;

/**
 * Returns the path and the text of a default file for the dice's ConfigMap. The text's first line says that the file is
 * generated. The chart's templates drop this line.
 */
const ownDefault = (file: string): [string, string] => [
  `files/dice/${file}`,
  `${file.endsWith('.ts') ? '//' : '#'} ${GENERATED}\n${readFileSync(join(DICE, file), 'utf8')}`,
];

/** Builds all files of the chart. Without `release`, it is the chart of this checkout. */
export function chartFiles(release?: Release): Files {
  const values = withDefaults(chartValues, release?.images ?? {});
  return new Map([
    ['Chart.yaml', hash(chartYaml(values.default))],
    ['values.yaml', yamlOf(values, `# ${GENERATED}`)],
    ['values.schema.json', schemaJson(values)],
    ['README.md', readme(values, release)],
    ['.helmignore', hash('.DS_Store\n*.swp\n*.orig\n')],
    ...['app.ts', 'app.manual.ts', 'settings.env', 'collector.yaml'].map(ownDefault),
    ...templates(release),
  ]);
}
