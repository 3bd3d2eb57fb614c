import type { k8s } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { RUNNING } from '../lab/faults.ts';
import { sha256 } from './plain.ts';
import { labTemplate, renderLab } from './render.ts';
import type { KubernetesObject, SomeValues } from './render.ts';

interface PodSpec {
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  hostNetwork?: boolean;
  securityContext: { runAsNonRoot: boolean; runAsUser: number; seccompProfile: { type: string } };
  volumes: Record<string, unknown>[];
  containers: [Container];
}

interface Container {
  image: string;
  imagePullPolicy: string;
  env: { name: string; value?: string }[];
  terminationMessagePolicy: string;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: {
    allowPrivilegeEscalation: boolean;
    readOnlyRootFilesystem: boolean;
    capabilities: { drop: string[] };
  };
  startupProbe?: object;
  readinessProbe?: object;
  livenessProbe?: object;
}

interface Deployment extends KubernetesObject {
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: PodSpec };
  };
}

const render = (values: SomeValues = {}, release = 'lab'): KubernetesObject[] =>
  renderLab({ release, namespace: 'class', values });

const deployments = (values?: SomeValues, release?: string): Deployment[] =>
  render(values, release).filter(({ kind }) => kind === 'Deployment') as Deployment[];

const template = (of: Deployment): Deployment['spec']['template'] => of.spec.template;

/** The names of Deployments whose pods a change of values would replace. */
function replaced(before: SomeValues, after: SomeValues): string[] {
  const old = new Map(deployments(before).map((of) => [of.metadata.name, JSON.stringify(template(of))]));
  return deployments(after)
    .filter((of) => old.get(of.metadata.name) !== JSON.stringify(template(of)))
    .map((of) => of.metadata.name);
}

describe.each(deployments().map((of) => [of.metadata.name, of] as const))('the Deployment %s', (_name, deployment) => {
  const pod = template(deployment).spec;
  const [container] = pod.containers;

  test('fits the Pod Security Standard "restricted"', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.hostNetwork).toBeUndefined();
  });

  test('is probed at start, for readiness and for life', () => {
    expect(Object.keys(container)).toEqual(expect.arrayContaining(['startupProbe', 'readinessProbe', 'livenessProbe']));
  });

  test('says what it asks for and what bounds its memory', () => {
    expect(container.resources).toMatchObject({
      requests: { cpu: /./, memory: /./ } as never,
      limits: { memory: expect.any(String) as string },
    });
  });

  test('shows the end of its log as its status when it fails', () => {
    expect(container.terminationMessagePolicy).toBe('FallbackToLogsOnError');
  });

  test('runs an image of a certain version that is on the node already', () => {
    expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
    expect(container.imagePullPolicy).toBe('IfNotPresent');
  });

  test('selects its own pods', () => {
    expect(template(deployment).metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
  });

  test('has no label in its pods that an upgrade of the lab would change', () => {
    expect(Object.values(template(deployment).metadata.labels)).not.toContain('0.1.0');
  });
});

test('only the Collector and the guide get a token for the API server', () => {
  const with_ = deployments()
    .filter((of) => template(of).spec.automountServiceAccountToken)
    .map((of) => of.metadata.name);
  expect(with_).toEqual(['lab-collector', 'lab-guide']);
});

test("nothing is cluster-scoped and everything is in the namespace, under the release's name", () => {
  for (const { kind, metadata } of render()) {
    expect(kind).not.toMatch(/^Cluster|^Namespace$/);
    expect(metadata).toMatchObject({ namespace: 'class', name: expect.stringMatching(/^lab-/) as string });
  }
});

test('every object carries the labels that others rely on', () => {
  for (const {
    metadata: { labels },
  } of render()) {
    expect(labels).toMatchObject({ 'app.kubernetes.io/part-of': 'intro-otel', 'app.kubernetes.io/instance': 'lab' });
    expect(labels['app.kubernetes.io/component']).toMatch(/^(collector|jaeger|dice|arcade|prizes|visitors|guide)$/);
  }
});

test("two labs in one namespace share no name and select no pod of each other's", () => {
  const [first, second] = ['a', 'b'].map((release) => render({}, release)) as [KubernetesObject[], KubernetesObject[]];
  const names = new Set(first.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  expect(second.filter(({ kind, metadata }) => names.has(`${kind}/${metadata.name}`))).toEqual([]);
  for (const of of deployments({}, 'b'))
    expect(of.spec.selector.matchLabels).toMatchObject({ 'app.kubernetes.io/instance': 'b' });
});

test('the lab asks for no more than 300m of CPU and 300 MiB of memory', () => {
  const asked = (resource: string): number =>
    deployments().reduce(
      (sum, of) => sum + parseInt(template(of).spec.containers[0].resources.requests[resource] ?? '', 10),
      0,
    );
  expect(asked('cpu')).toBeLessThanOrEqual(300);
  expect(asked('memory')).toBeLessThanOrEqual(300);
});

test('visitors come only when they are enabled', () => {
  const names = render({ visitors: { enabled: false } }).map(({ metadata }) => metadata.name);
  expect(names).not.toContain('lab-visitors');
  expect(render().map(({ metadata }) => metadata.name)).toContain('lab-visitors');
});

describe('Flask', () => {
  const flask = deployments({ flask: { enabled: true } }).find(({ metadata }) => metadata.name === 'lab-flask');
  const [container] = flask ? template(flask).spec.containers : [];

  test('comes only when it is enabled, with a Service, and the guide is told', () => {
    expect(render().filter(({ metadata }) => metadata.name === 'lab-flask')).toEqual([]);
    expect(
      render({ flask: { enabled: true } })
        .filter(({ metadata }) => metadata.name === 'lab-flask')
        .map(({ kind }) => kind),
    ).toEqual(['Deployment', 'Service']);
    const told = (values: SomeValues) =>
      template(deployments(values).find(({ metadata }) => metadata.name === 'lab-guide') as Deployment).spec
        .containers[0].env;
    expect(told({})).toContainEqual({ name: 'FLASK_ENABLED', value: 'false' });
    expect(told({ flask: { enabled: true } })).toEqual(
      expect.arrayContaining([
        { name: 'FLASK_ENABLED', value: 'true' },
        { name: 'FLASK_URL', value: 'http://lab-flask:8080' },
      ]),
    );
  });

  test('fits the Pod Security Standard "restricted", and gets no token', () => {
    expect(container?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(flask && template(flask).spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001 },
    });
  });

  test('is probed by connections, which make no spans', () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
      expect(container?.[probe]).toMatchObject({ tcpSocket: { port: 8080 } });
      expect(container?.[probe]).not.toHaveProperty('httpGet');
    }
  });
});

test.each<[string, SomeValues, string[]]>([
  [
    "the Collector's configuration",
    { collector: { exporters: { debug: { verbosity: 'detailed' } } } },
    ['lab-collector'],
  ],
  ["Jaeger's configuration", { jaeger: { maxTraces: 10 } }, ['lab-jaeger']],
  ["the dice's source", { dice: { source: 'other' } }, ['lab-dice']],
  ["the dice's settings", { dice: { settings: 'INSTRUMENTATION=none' } }, ['lab-dice']],
  ["what is merged over the Collector's configuration", { collector: { own: 'exporters: {}' } }, ['lab-collector']],
  ["the arcade's budget", { arcade: { budgetMs: 100 } }, ['lab-arcade']],
  ["the guide's Service", { guide: { service: { type: 'NodePort', nodePort: 30080 } } }, []],
])('a change of %s replaces the pods that use it, and no others', (_what, values, expected) => {
  expect(replaced({}, values)).toEqual(expected);
});

test("a variable of the user's wins over the lab's own and stands there once", () => {
  const dice = deployments({ dice: { env: { OTEL_SERVICE_NAME: 'mine' } } }).find(
    (of) => of.metadata.name === 'lab-dice',
  );
  expect(dice && template(dice).spec.containers[0].env.filter(({ name }) => name === 'OTEL_SERVICE_NAME')).toEqual([
    { name: 'OTEL_SERVICE_NAME', value: 'mine' },
  ]);
});

test('exporters to other backends are bounded unless they say otherwise themselves', () => {
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

test.each(['', 'Upper', '-a', 'a-', 'a.b', 'x'.repeat(54)])('the release name "%s" is refused', (release) => {
  expect(() => render({}, release)).toThrow("A release's name must be at most 53");
});

describe('the lab of a seat', () => {
  const values: SomeValues = { instrumentation: 'manual', dice: { env: { WHERE: 'default' } } };
  const clusterRoles = { collector: 'intro-otel-seat-collector', guide: 'intro-otel-seat-guide' };

  test.each(['class-ada', 'default'])(
    'is in %s what it would be if it were rendered for that namespace',
    (namespace) => {
      expect(labTemplate(values)(namespace)).toEqual(renderLab({ release: 'lab', namespace, values, clusterRoles }));
    },
  );

  test('has no Role, and binds the Collector and the guide to their cluster roles', () => {
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

  test("is refused once and for all where its values can't be rendered", () => {
    expect(() => labTemplate({ collector: { pipelines: { traces: { exporters: ['nobody'] } } } })).toThrow(
      'collector.pipelines.traces.exporters names "nobody"',
    );
  });
});

test("the Collector's pods are the same whatever the namespace, which their pod tells them", () => {
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

describe("what is the learner's own", () => {
  const dice = (values: SomeValues = {}) =>
    render(values).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-dice',
    ) as KubernetesObject & { data: Record<string, string> };

  test('is one ConfigMap of three files, each annotated with what was given', () => {
    const given = { dice: { source: 'a', settings: 'b' }, collector: { own: 'c' } };
    expect(dice(given).data).toEqual({ 'app.ts': 'a', 'settings.env': 'b', 'collector.yaml': 'c' });
    expect(dice(given).metadata.annotations).toEqual({
      'intro-otel.dev/given-sha256': sha256('a'),
      'intro-otel.dev/given-settings-sha256': sha256('b'),
      'intro-otel.dev/given-collector-sha256': sha256('c'),
    });
  });

  test('sets nothing by default', () => {
    const { 'settings.env': settings = '', 'collector.yaml': collector = '' } = dice().data;
    expect(settings.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    expect(parse(collector)).toEqual({});
  });

  test('is where the dice and the Collector look for it', () => {
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
          args: ['--config=/etc/otelcol-contrib/config.yaml', '--config=/etc/otelcol-own/collector.yaml'],
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

describe('the guide', () => {
  const role = render().find(
    ({ kind, metadata }) => kind === 'Role' && metadata.name === 'lab-guide',
  ) as KubernetesObject & { rules: k8s.PolicyRule[] };
  const pod = template(deployments().find(({ metadata }) => metadata.name === 'lab-guide') as Deployment)
    .spec as PodSpec & { initContainers: Container[] };

  test('may write three ConfigMaps, one Secret and two Deployments, all of this lab, and only read else', () => {
    const writing = role.rules.filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
    expect(writing.map(({ resources, verbs, resourceNames }) => [resources, verbs, resourceNames])).toEqual([
      [['configmaps'], ['get', 'patch'], ['lab-dice', 'lab-progress', 'lab-faults']],
      [['secrets'], ['get', 'patch'], ['lab-guide-key']],
      [['deployments'], ['get', 'patch'], ['lab-dice', 'lab-collector']],
    ]);
    expect(
      role.rules
        .filter((rule) => !writing.includes(rule))
        .map(({ resources, resourceNames }) => [resources, resourceNames]),
    ).toEqual([
      [['configmaps'], ['lab-faults']],
      [['pods'], undefined],
      [['pods/log'], undefined],
    ]);
  });

  test('has what it writes made empty, so that no upgrade takes anything away', () => {
    const empty = render().filter(({ metadata: { name } }) =>
      ['lab-progress', 'lab-faults', 'lab-guide-key'].includes(name),
    );
    expect(empty.map(({ kind }) => kind)).toEqual(['ConfigMap', 'ConfigMap', 'Secret']);
    for (const object of empty)
      expect(Object.keys(object).filter((field) => /^(binary|string)?data$/i.test(field))).toEqual([]);
  });

  test('is told its release and its namespace', () => {
    expect(pod.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'RELEASE', value: 'lab' },
        { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      ]),
    );
  });

  test('is preceded by what puts its key where it reads it, under Pod Security "restricted" too', () => {
    const [maker] = pod.initContainers;
    expect(maker).toMatchObject({
      command: ['node', '/app/key.js'],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: expect.arrayContaining([{ name: 'key', mountPath: '/etc/intro-otel' }]) as never,
      resources: { limits: { memory: expect.anything() as never } },
    });
    expect(maker?.env).toEqual(expect.arrayContaining([{ name: 'KEY_FILE', value: '/etc/intro-otel/key' }]));
    expect(pod.containers[0]).toMatchObject({
      volumeMounts: expect.arrayContaining([{ name: 'key', mountPath: '/etc/intro-otel', readOnly: true }]) as never,
    });
  });
});

test('prizes run in the versions and pools that their faults are about, and know which lab they are of', () => {
  const running = deployments()
    .filter(({ metadata }) => metadata.name.startsWith('lab-prizes'))
    .map((of) => {
      const env = Object.fromEntries(template(of).spec.containers[0].env.map(({ name, value }) => [name, value]));
      expect(env).toMatchObject({ RELEASE: 'lab', POD_NAMESPACE: undefined });
      return { version: env['PRIZES_VERSION'], pool: env['NODE_POOL'] };
    });
  expect(running).toEqual([...RUNNING]);
});
