import { parse } from 'yaml';
import { sha256 } from '../canonical-json.ts';
import { deployments, render, template } from '../testing/rendered.ts';
import type { Deployment } from '../testing/rendered.ts';
import type { KubernetesObject, SomeValues } from '../render.ts';

describe("the dice's ConfigMap with the learner's files", () => {
  const dice = (values: SomeValues = {}) =>
    render(values).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-dice',
    ) as KubernetesObject & { data: Record<string, string> };

  test("contains the files' texts from the values, and an annotation with the checksum of each file", () => {
    const given = { dice: { source: 'a', settings: 'b' }, collector: { own: 'c' } };
    expect(dice(given).data).toEqual({ 'app.ts': 'a', 'settings.env': 'b', 'collector.yaml': 'c' });
    expect(dice(given).metadata.annotations).toEqual({
      'intro-otel.dev/given-sha256': sha256('a'),
      'intro-otel.dev/given-settings-sha256': sha256('b'),
      'intro-otel.dev/given-collector-sha256': sha256('c'),
    });
  });

  test('contains no settings by default', () => {
    const { 'settings.env': settings = '', 'collector.yaml': collector = '' } = dice().data;
    expect(settings.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    // A file that begins with {} ends there for the Collector: it would ignore what a learner writes below.
    expect(parse(collector)).toBeNull();
  });

  test('is mounted in the directories that the dice and the Collector read', () => {
    const pod = (name: string) =>
      template(deployments().find(({ metadata }) => metadata.name === name) as Deployment).spec;
    expect(pod('lab-dice')).toMatchObject({
      containers: [
        {
          env: expect.arrayContaining([{ name: 'LEARNER_SETTINGS', value: '/app/dice/settings.env' }]) as never,
          volumeMounts: expect.arrayContaining([{ name: 'config', mountPath: '/app/dice', readOnly: true }]) as never,
        },
      ],
      volumes: expect.arrayContaining([{ name: 'config', configMap: { name: 'lab-dice' } }]) as never,
    });
    expect(pod('lab-collector')).toMatchObject({
      containers: [
        {
          args: [
            '--config=/etc/otelcol-contrib/config.yaml',
            '--config=/etc/otelcol-own/collector.yaml',
            ...Array<unknown>(3).fill(expect.stringMatching(/^--config=yaml:.*endpoint/)),
          ],
          lifecycle: { preStop: { sleep: { seconds: 2 } } },
          volumeMounts: expect.arrayContaining([
            { name: 'own', mountPath: '/etc/otelcol-own', readOnly: true },
          ]) as never,
        },
      ],
      volumes: expect.arrayContaining([
        { name: 'own', configMap: { name: 'lab-dice', items: [{ key: 'collector.yaml', path: 'collector.yaml' }] } },
      ]) as never,
    });
  });
});
