import { deployments, replaced, template } from '../testing/rendered.ts';
import type { SomeValues } from '../render.ts';
import { versions } from '../../lab/versions.ts';

const OPTIONAL = { flask: { enabled: true }, prometheus: { enabled: true } };

describe.each(deployments(OPTIONAL).map((deployment) => [deployment.metadata.name, deployment] as const))(
  'the Deployment %s',
  (_name, deployment) => {
    const pod = template(deployment).spec;
    const [container] = pod.containers;

    test('meets the Pod Security Standard "restricted"', () => {
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

    test('has startup, readiness and liveness probes', () => {
      expect(Object.keys(container)).toEqual(
        expect.arrayContaining(['startupProbe', 'readinessProbe', 'livenessProbe']),
      );
    });

    test('requests CPU and memory, and limits memory', () => {
      expect(container.resources).toMatchObject({
        requests: { cpu: /./, memory: /./ } as never,
        limits: { memory: expect.any(String) as string },
      });
    });

    test('bounds what its pod may write to /tmp', () => {
      expect(pod.volumes).toContainEqual({ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } });
    });

    test('puts the last log lines into the container status after a failure', () => {
      expect(container.terminationMessagePolicy).toBe('FallbackToLogsOnError');
    });

    test('pins the image version and pulls the image only if the node lacks it', () => {
      expect(container.image).toMatch(/:v?\d+\.\d+\.\d+$/);
      expect(container.imagePullPolicy).toBe('IfNotPresent');
    });

    test('sets no empty variable: the API server omits the value, and the operator would always repair it', () => {
      expect((container.env ?? []).filter(({ value }) => value === '')).toEqual([]);
    });

    test('has a selector that matches its own pods', () => {
      expect(template(deployment).metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    });

    test("has no pod label with the lab's version, so that an upgrade doesn't replace the pods", () => {
      expect(Object.values(template(deployment).metadata.labels)).not.toContain(versions.lab);
    });
  },
);

test('gives a Kubernetes API token only to the Collector and the guide', () => {
  const privileged = deployments(OPTIONAL)
    .filter((deployment) => template(deployment).spec.automountServiceAccountToken)
    .map(({ metadata }) => metadata.name);
  expect(privileged).toEqual(['lab-collector', 'lab-guide']);
});

test('requests little enough for thirty labs in four cores and nine GiB', () => {
  const requested = (resource: string): number =>
    deployments().reduce(
      (sum, deployment) =>
        sum + parseInt(template(deployment).spec.containers[0].resources.requests[resource] ?? '', 10),
      0,
    );
  expect(30 * requested('cpu')).toBeLessThanOrEqual(4_000);
  expect(30 * requested('memory')).toBeLessThanOrEqual(9 * 1024);
});

test.each<[string, SomeValues, string[]]>([
  [
    "the Collector's configuration",
    { collector: { exporters: { debug: { verbosity: 'detailed' } } } },
    ['lab-collector'],
  ],
  ["Jaeger's configuration", { jaeger: { maxTraces: 10 } }, ['lab-jaeger', 'lab-guide']],
  ["the dice's source", { dice: { source: 'other' } }, ['lab-dice']],
  ["the dice's settings", { dice: { settings: 'INSTRUMENTATION=none' } }, ['lab-dice']],
  [
    "the learner's additions to the Collector's configuration",
    { collector: { own: 'exporters: {}' } },
    ['lab-collector'],
  ],
  ["the arcade's budget", { arcade: { budgetMs: 100 } }, ['lab-arcade']],
  ['Prometheus', { prometheus: { enabled: true } }, ['lab-collector', 'lab-jaeger', 'lab-prometheus', 'lab-guide']],
  ["the guide's Service", { guide: { service: { type: 'NodePort', nodePort: 30080 } } }, []],
])('replaces only the pods that use %s when it changes', (_what, values, expected) => {
  expect(replaced({}, values)).toEqual(expected);
});

test("prefers the user's environment variable to the lab's variable of the same name", () => {
  const dice = deployments({ dice: { env: { OTEL_SERVICE_NAME: 'mine' } } }).find(
    ({ metadata }) => metadata.name === 'lab-dice',
  );
  expect(dice && template(dice).spec.containers[0].env.filter(({ name }) => name === 'OTEL_SERVICE_NAME')).toEqual([
    { name: 'OTEL_SERVICE_NAME', value: 'mine' },
  ]);
});
