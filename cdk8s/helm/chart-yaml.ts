// Builds Chart.yaml, with the annotations that Artifact Hub reads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { API_VERSION } from '../../lab/names.ts';
import { imageOf } from '../lab/workload.ts';
import { crds } from '../operator/crds.ts';
import type { ChartValues } from '../operator/values.ts';
import { VERSION } from '../values.ts';
import { changesIn, sectionOf } from './changelog.ts';
import type { Change } from './changelog.ts';

/** URL of the repository with the workshop's slides and its first version. */
const ORIGIN = 'https://github.com/paigerduty/intro-to-instrumentation';
const CHANGELOG = join(import.meta.dirname, '..', '..', 'CHANGELOG.md');
const ICON = join(import.meta.dirname, 'icon.svg');

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

const changes = (): Change[] => changesIn(sectionOf(readFileSync(CHANGELOG, 'utf8'), VERSION));

/**
 * Returns the text of Chart.yaml for a chart with these default values.
 * https://helm.sh/docs/topics/charts/#the-chartyaml-file
 */
export function chartYaml({ image, collector, jaeger, prometheus, flask }: ChartValues): string {
  const images = Object.entries({
    'intro-otel': image,
    collector: collector.image,
    jaeger: jaeger.image,
    prometheus: prometheus.image,
    flask: flask.image,
  }).map(([name, values]) => ({ name, image: imageOf(values) }));
  return stringify(
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
        'https://github.com/prometheus/prometheus',
      ],
      icon: `data:image/svg+xml;base64,${Buffer.from(readFileSync(ICON, 'utf8').trim()).toString('base64')}`,
      keywords: ['opentelemetry', 'tracing', 'observability', 'instrumentation', 'workshop', 'jaeger'],
      maintainers: [{ name: 'intro-otel' }],
      annotations: {
        'artifacthub.io/category': 'monitoring-logging',
        'artifacthub.io/license': 'Apache-2.0',
        'artifacthub.io/operator': 'true',
        'artifacthub.io/crds': stringify(definitions()),
        'artifacthub.io/crdsExamples': stringify([EXAMPLE]),
        'artifacthub.io/changes': stringify(changes()),
        'artifacthub.io/prerelease': String(VERSION.includes('-')),
        'artifacthub.io/images': stringify(images),
        'artifacthub.io/links': stringify([
          { name: 'OpenTelemetry', url: 'https://opentelemetry.io/docs/' },
          { name: 'Jaeger', url: 'https://www.jaegertracing.io/docs/' },
        ]),
      },
    },
    { lineWidth: 0 },
  );
}
