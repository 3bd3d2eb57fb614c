import { renderLab } from '../render.ts';
import { render } from '../testing/rendered.ts';
import type { Deployment } from '../testing/rendered.ts';
import type { KubernetesObject } from '../render.ts';

test('limits the queue and the retries of Collector exporters that set no limits themselves', () => {
  const config = render({
    collector: {
      exporters: { 'otlp/second': { endpoint: 'a:1' }, 'otlphttp/own': { sending_queue: { enabled: false } } },
    },
  }).find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector') as KubernetesObject & {
    data: Record<string, string>;
  };
  const lines = (name: string): string =>
    config.data['config.yaml']?.split(`  "${name}":\n`)[1]?.split(/\n {2}\S/)[0] ?? '';
  expect(lines('otlp/second')).toMatch(/"max_elapsed_time":"30s"[^]*"queue_size":4194304/);
  expect(lines('otlphttp/own')).toContain('"sending_queue": {"enabled":false}');
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
      exporters: { 'otlphttp/second': { endpoint: 'https://x', headers: { authorization: 'Bearer ${env:API_KEY}' } } },
    },
  });
  const named = (kind: string) => objects.find((one) => one.kind === kind && one.metadata.name === 'lab-collector');
  expect((named('Deployment') as Deployment).spec.template.spec.containers[0]).toMatchObject({
    envFrom: [{ secretRef: { name: 'second-backend' } }],
  });
  expect(JSON.stringify(named('ConfigMap')?.['data'])).toContain('Bearer ${env:API_KEY}');
});
