// Tests that the real API server accepts every object of the rendered chart unchanged and without a warning.
import { tool } from '../support/cluster/cluster.ts';
import { example } from '../support/chart-examples.ts';
import { chart } from '../support/cluster/lab.ts';
import type { Values } from '../support/cluster/lab.ts';
import { makeNamespace } from '../support/cluster/namespace.ts';

const namespace = 'e2e-chart';

beforeAll(async () => {
  await makeNamespace(namespace);
  // Pod Security refuses only pods. With this label, the API server also warns about Deployments.
  await tool('kubectl', ['label', 'namespace', namespace, 'pod-security.kubernetes.io/warn=restricted']);
}, 60_000);

afterAll(() => tool('kubectl', ['delete', 'namespace', namespace, '--wait=false']));

/**
 * The kubectl arguments for a server-side apply, which also works if another release has created the cluster-scoped
 * objects.
 */
const SERVER_SIDE = ['apply', '--server-side', '--force-conflicts'];

const everything: Values = {
  instrumentation: 'manual',
  image: {
    registry: 'registry.example.com:5000',
    repository: 'workshop/intro-otel',
    tag: `1.0@sha256:${'0'.repeat(64)}`,
    pullPolicy: 'Always',
  },
  imagePullSecrets: [{ name: 'regcred' }],
  telemetry: {
    tracesExporter: 'otlp,console',
    metricsExporter: 'none',
    logsExporter: 'console',
    batchDelayMs: 100,
    metricIntervalMs: 1000,
  },
  dice: { source: '// {{ nothing }} of "Helm\'s"\n', env: { OTEL_LOG_LEVEL: 'debug', A: 1, B: true } },
  arcade: { budgetMs: 1, resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { memory: '2Gi' } } },
  visitors: { enabled: false },
  prometheus: { enabled: true, retention: { time: '30m', size: '1GB' } },
  guide: { service: { type: 'NodePort', port: 80, nodePort: 30999 } },
  operator: { replicas: 3, logLevel: 'debug', env: { A: 1 }, crds: { keep: false } },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
};

const cases: Record<string, Values> = {
  'the defaults': {},
  'every value set to something else': everything,
  'instrumentation none': { instrumentation: 'none' },
  'a LoadBalancer': { guide: { service: { type: 'LoadBalancer' } } },
  'a second backend': example('Send traces and metrics to a second OTLP backend'),
  'tail sampling': example('Keep all traces that have an error'),
};

describe.each(Object.entries(cases))('the chart with %s', (_, values) => {
  test('renders only objects that the API server accepts without a warning', async () => {
    const input = JSON.stringify(values);
    const { stdout } = await tool('helm', ['template', 'a-lab', chart, '--namespace', namespace, '--values=-'], {
      input,
    });
    const { stdout: taken, stderr } = await tool('kubectl', [...SERVER_SIDE, '--dry-run=server', '--filename=-'], {
      input: stdout,
    });
    expect(stderr).toBe('');
    const lines = taken.trim().split('\n');
    expect(lines.length).toBeGreaterThan(15);
    expect(lines.filter((line) => !line.endsWith('serverside-applied (server dry run)'))).toEqual([]);
  });
});

test('an apply of the rendered chart keeps a file that the learner has edited, and names the file', async () => {
  const { stdout } = await tool('helm', [
    ...['template', 'edited', chart, '--namespace', namespace, '--show-only=templates/dice.yaml'],
    '--set=nodeSelector.nowhere=yes',
  ]);
  const apply = () =>
    tool('kubectl', ['apply', '--server-side', '--filename=-'], { input: stdout, allowFailure: true });
  expect((await apply()).code).toBe(0);
  const patch = JSON.stringify({ data: { 'app.ts': '// mine\n' } });
  await tool('kubectl', ['patch', 'configmap', 'edited-dice', '--namespace', namespace, '--patch', patch]);
  const { code, stderr } = await apply();
  expect([code, stderr]).toEqual([1, expect.stringMatching(/conflict.*kubectl-patch[^]*\.data\.app\.ts/)]);
  const read = ['get', 'configmap', 'edited-dice', '--namespace', namespace, '--output=jsonpath={.data.app\\.ts}'];
  expect((await tool('kubectl', read)).stdout).toBe('// mine\n');
});

test.each(['helm', 'helm3'] as const)('passes a server-side dry run of an install with %s', async (helm) => {
  const { stdout } = await tool(helm, ['install', 'a-lab', chart, '--namespace', namespace, '--dry-run=server']);
  expect(stdout).toContain('kubectl -n e2e-chart port-forward service/a-lab-guide 8080:8080');
});
