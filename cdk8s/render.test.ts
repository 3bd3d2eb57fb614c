import { labTemplate, renderLab } from './render.ts';
import { deployments, render } from './testing/rendered.ts';
import type { KubernetesObject, SomeValues } from './render.ts';

test("puts every object of a lab into its namespace, with the release's name as prefix", () => {
  for (const { kind, metadata } of render()) {
    expect(kind).not.toMatch(/^Cluster|^Namespace$/);
    expect(metadata).toMatchObject({ namespace: 'class', name: expect.stringMatching(/^lab-/) as string });
  }
});

test('labels every object of a lab with part-of, instance and component', () => {
  for (const {
    metadata: { labels },
  } of render()) {
    expect(labels).toMatchObject({ 'app.kubernetes.io/part-of': 'intro-otel', 'app.kubernetes.io/instance': 'lab' });
    expect(labels['app.kubernetes.io/component']).toMatch(/^(collector|jaeger|dice|arcade|prizes|visitors|guide)$/);
  }
});

test('gives two labs in one namespace different names and different pod selectors', () => {
  const [first, second] = ['a', 'b'].map((release) => render({}, release)) as [KubernetesObject[], KubernetesObject[]];
  const names = new Set(first.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  expect(second.filter(({ kind, metadata }) => names.has(`${kind}/${metadata.name}`))).toEqual([]);
  for (const deployment of deployments({}, 'b'))
    expect(deployment.spec.selector.matchLabels).toMatchObject({ 'app.kubernetes.io/instance': 'b' });
});

test('renders the visitors only if visitors.enabled is true', () => {
  const names = render({ visitors: { enabled: false } }).map(({ metadata }) => metadata.name);
  expect(names).not.toContain('lab-visitors');
  expect(render().map(({ metadata }) => metadata.name)).toContain('lab-visitors');
});

test.each(['', 'Upper', '-a', 'a-', 'a.b', 'x'.repeat(54)])('refuses the invalid release name "%s"', (release) => {
  expect(() => render({}, release)).toThrow("A release's name must be at most 53");
});

describe('the lab of a seat', () => {
  const values: SomeValues = { instrumentation: 'manual', dice: { env: { WHERE: 'default' } } };
  const clusterRoles = { collector: 'intro-otel-seat-collector', guide: 'intro-otel-seat-guide' };

  test.each(['class-ada', 'default'])(
    'is the same from labTemplate and from renderLab in the namespace %s',
    (namespace) => {
      expect(labTemplate(values)(namespace)).toEqual(
        renderLab({
          release: 'lab',
          namespace,
          values,
          clusterRoles,
          priorityClass: 'intro-otel-seat',
          portalKey: 'lab-portal',
        }),
      );
    },
  );

  test('contains no Role, and binds the Collector and the guide to ClusterRoles', () => {
    const objects = labTemplate()('class-ada');
    expect(objects.filter(({ kind }) => kind === 'Role')).toEqual([]);
    expect(objects.filter(({ kind }) => kind === 'RoleBinding')).toMatchObject([
      {
        roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-collector' },
        subjects: [{ kind: 'ServiceAccount', name: 'lab-collector', namespace: 'class-ada' }],
      },
      {
        roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-guide' },
        subjects: [{ kind: 'ServiceAccount', name: 'lab-guide', namespace: 'class-ada' }],
      },
    ]);
  });

  test("is refused when labTemplate is called with values that can't be rendered", () => {
    expect(() => labTemplate({ collector: { pipelines: { traces: { exporters: ['nobody'] } } } })).toThrow(
      'collector.pipelines.traces.exporters names "nobody"',
    );
  });
});
