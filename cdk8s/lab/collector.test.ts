import { parse } from 'yaml';
import { renderLab } from '../render.ts';
import { render } from '../testing/rendered.ts';
import type { Deployment } from '../testing/rendered.ts';
import type { SomeValues } from '../render.ts';

/** Returns the Collector's configuration of a lab with these values. */
function collectorYaml(values: SomeValues = {}): string {
  const map = render(values).find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector');
  return (map?.['data'] as Record<string, string>)['config.yaml'] ?? '';
}

test('limits the queue and the retries of Collector exporters that set no limits themselves', () => {
  const config = collectorYaml({
    collector: {
      exporters: { 'otlp_grpc/second': { endpoint: 'a:1' }, 'otlp_http/own': { sending_queue: { enabled: false } } },
    },
  });
  const lines = (name: string): string => config.split(`  "${name}":\n`)[1]?.split(/\n {2}\S/)[0] ?? '';
  expect(lines('otlp_grpc/second')).toMatch(/"max_elapsed_time":"30s"[^]*"queue_size":4194304/);
  expect(lines('otlp_http/own')).toContain('"sending_queue": {"enabled":false}');
});

test('sends each trace to Jaeger once, and also defines the exporter under its former name', () => {
  const config = parse(collectorYaml()) as {
    exporters: Record<string, object>;
    service: { pipelines: Record<string, { exporters: string[] }> };
  };
  expect(config.service.pipelines['traces']?.exporters).toEqual(['otlp_http/jaeger']);
  expect(config.exporters['otlphttp/jaeger']).toEqual(config.exporters['otlp_http/jaeger']);
});

test('sends metrics and logs to the guide, and metrics from spans past the pipelines of the learner', () => {
  const { service } = parse(collectorYaml()) as { service: { pipelines: Record<string, Record<string, string[]>> } };
  expect(service.pipelines).toMatchObject({
    metrics: { exporters: ['otlp_http/guide'] },
    logs: { exporters: ['otlp_http/guide'] },
    'traces/red': { receivers: ['otlp', 'otlp/loopback'], exporters: ['spanmetrics/red'] },
    'metrics/red': { receivers: ['spanmetrics/red'], exporters: ['otlp_http/guide'] },
  });
});

test('keeps the metrics from spans if the values send metrics and logs elsewhere', () => {
  const config = parse(
    collectorYaml({ collector: { pipelines: { metrics: { exporters: ['debug'] }, logs: { exporters: ['debug'] } } } }),
  ) as { service: { pipelines: Record<string, Record<string, string[]>> } };
  expect(Object.entries(config.service.pipelines).map(([name, { exporters }]) => [name, exporters])).toEqual([
    ['traces', ['otlp_http/jaeger']],
    ['metrics', ['debug']],
    ['logs', ['debug']],
    ['traces/red', ['spanmetrics/red']],
    ['metrics/red', ['otlp_http/guide']],
  ]);
});

test('renders the same pod templates in every namespace', () => {
  const template = (namespace: string) =>
    renderLab({ release: 'lab', namespace })
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => (spec as Deployment['spec']).template);
  expect(template('a')).toEqual(template('b'));
  const collector = renderLab({ release: 'lab', namespace: 'a' }).find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector',
  );
  expect(JSON.stringify(collector?.['data'])).toContain('${env:POD_NAMESPACE}');
});

test('gives the Collector the keys of Secrets as environment variables, which its configuration only names', () => {
  const objects = render({
    collector: {
      envFrom: [{ secretRef: { name: 'second-backend' } }],
      exporters: { 'otlp_http/second': { endpoint: 'https://x', headers: { authorization: 'Bearer ${env:API_KEY}' } } },
    },
  });
  const named = (kind: string) => objects.find((one) => one.kind === kind && one.metadata.name === 'lab-collector');
  expect((named('Deployment') as Deployment).spec.template.spec.containers[0]).toMatchObject({
    envFrom: [{ secretRef: { name: 'second-backend' } }],
  });
  expect(JSON.stringify(named('ConfigMap')?.['data'])).toContain('Bearer ${env:API_KEY}');
});
