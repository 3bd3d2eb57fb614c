import type { PolicyRule } from './manifest.ts';
import { deployments, render, template } from '../testing/rendered.ts';
import type { Container, Deployment, PodSpec } from '../testing/rendered.ts';
import { labTemplate } from '../render.ts';
import type { KubernetesObject } from '../render.ts';

type MountingPod = PodSpec & { containers: [{ volumeMounts: object[] }] };

describe('the guide', () => {
  const role = render().find(
    ({ kind, metadata }) => kind === 'Role' && metadata.name === 'lab-guide',
  ) as KubernetesObject & { rules: PolicyRule[] };
  const pod = template(deployments().find(({ metadata }) => metadata.name === 'lab-guide') as Deployment)
    .spec as PodSpec & { initContainers: Container[] };

  test('may only write three ConfigMaps, a Secret and two Deployments, and read faults, pods and logs', () => {
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

  test('gets its ConfigMaps and Secret without data, so that an upgrade keeps the data that the guide wrote', () => {
    const empty = render().filter(({ metadata: { name } }) =>
      ['lab-progress', 'lab-faults', 'lab-guide-key'].includes(name),
    );
    expect(empty.map(({ kind }) => kind)).toEqual(['ConfigMap', 'ConfigMap', 'Secret']);
    for (const object of empty)
      expect(Object.keys(object).filter((field) => /^(binary|string)?data$/i.test(field))).toEqual([]);
  });

  test('gets the names of its release, its namespace and the attendee as environment variables', () => {
    expect(pod.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'RELEASE', value: 'lab' },
        { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        {
          name: 'DISPLAY_NAME',
          valueFrom: { fieldRef: { fieldPath: "metadata.annotations['intro-otel.dev/display-name']" } },
        },
      ]),
    );
  });

  test("mounts the portal's public key in a seat, if there is one, and nothing of it in a lab outside a class", () => {
    const guide = labTemplate()('class-ada').find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'lab-guide',
    );
    const { volumes, containers } = template(guide as Deployment).spec as MountingPod;
    expect(volumes).toContainEqual({ name: 'portal', configMap: { name: 'lab-portal', optional: true } });
    expect(containers[0].volumeMounts).toContainEqual({
      name: 'portal',
      mountPath: '/etc/intro-otel-portal',
      readOnly: true,
    });
    expect(JSON.stringify(pod)).not.toContain('portal');
  });

  test.each(['ClusterIP', 'NodePort', 'LoadBalancer'] as const)(
    'receives telemetry at a Service of its own inside the cluster if its Service for people is of type %s',
    (type) => {
      const services = render({ guide: { service: { type } } }).filter(({ kind }) => kind === 'Service');
      const [people, otlp] = ['lab-guide', 'lab-guide-otlp'].map(
        (name) => services.find(({ metadata }) => metadata.name === name)?.['spec'],
      );
      expect(people).toMatchObject({ type, ports: [{ name: 'http' }] });
      expect(otlp).toEqual({
        selector: (people as { selector: object }).selector,
        ports: [{ name: 'otlp-http', port: 4318, targetPort: 'otlp-http' }],
      });
      expect(pod.containers[0]).toMatchObject({
        env: expect.arrayContaining([{ name: 'OTLP_PORT', value: '4318' }]) as never,
        ports: expect.arrayContaining([{ name: 'otlp-http', containerPort: 4318 }]) as never,
      });
    },
  );

  test('has an init container that writes the guide\'s key file and meets Pod Security "restricted"', () => {
    const [keyContainer] = pod.initContainers;
    expect(keyContainer).toMatchObject({
      command: ['node', '/app/key.js'],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: expect.arrayContaining([{ name: 'key', mountPath: '/etc/intro-otel' }]) as never,
      resources: { limits: { memory: expect.anything() as never } },
    });
    expect(keyContainer?.env).toEqual(expect.arrayContaining([{ name: 'KEY_FILE', value: '/etc/intro-otel/key' }]));
    expect(pod.containers[0]).toMatchObject({
      volumeMounts: expect.arrayContaining([{ name: 'key', mountPath: '/etc/intro-otel', readOnly: true }]) as never,
    });
  });
});
