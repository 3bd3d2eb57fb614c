// Tests `npm run up` on an existing Kubernetes. It uses the cluster that --context names. It refuses a current context
// that is not on this machine.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';
import { run } from '../../support/run.ts';
import type { RunResult } from '../../support/run.ts';
import { kubectl, testCluster } from '../support/cluster/cluster.ts';
import { eventually } from '../../support/waiting.ts';
import { versions } from '../../lab/versions.ts';

const { kubeconfig, name } = testCluster();
const namespace = 'e2e-context';

let state: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'intro-otel-state-'));
});
afterAll(() => rm(state, { recursive: true, force: true }));

function npmRun(words: readonly string[], config: string): Promise<RunResult> {
  return run('npm', ['run', '--silent', ...words], {
    cwd: repoRoot,
    allowFailure: true,
    env: { KUBECONFIG: config, INTRO_OTEL_STATE: state },
  });
}

describe('an existing cluster that --context names', () => {
  let up: RunResult;
  let url: string;

  beforeAll(async () => {
    const place = ['--context', name, '--namespace', namespace];
    // The node has the image already. `up` builds no image if a value names one. The operator is off, because its
    // definitions would stay in the cluster.
    up = await npmRun(
      [
        'up',
        '--',
        ...place,
        '--set',
        `image.tag=${versions.lab}`,
        '--set',
        'arcade.budgetMs=10000',
        '--set',
        'operator.enabled=false',
      ],
      kubeconfig,
    );
    url = /the lab\s+(http:\/\/127\.0\.0\.1:\d+\/)/.exec(up.stdout)?.[1] ?? '';
  }, 180_000);

  afterAll(() => npmRun(['down'], kubeconfig), 90_000);

  test('npm run up prints a trace across four services at its end', () => {
    expect([up.code, up.code === 0 ? '' : up.stderr]).toEqual([0, '']);
    expect(up.stdout).toMatch(/one trace of \d+ spans across 4 services/);
  });

  test('npm run up prints which Kubernetes it uses', () => {
    expect(up.stderr).toMatch(new RegExp(`Using the Kubernetes of the context ${name} `));
  });

  test('npm run up keeps a port-forward open on 127.0.0.1 after the pod behind it is replaced', async () => {
    expect((await fetch(url)).status).toBe(200);
    await kubectl('-n', namespace, 'rollout', 'restart', 'deployment/intro-otel-guide');
    await kubectl('-n', namespace, 'rollout', 'status', 'deployment/intro-otel-guide', '--timeout=60s');
    await eventually(async () => expect((await fetch(url)).status).toBe(200));
  });

  test('npm run down removes the lab, its namespace and the port-forward, but keeps the cluster', async () => {
    const down = await npmRun(['down'], kubeconfig);
    expect([down.code, down.code === 0 ? '' : down.stderr]).toEqual([0, '']);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(await kubectl('get', 'namespaces', '-o', 'name', '--field-selector', `metadata.name=${namespace}`)).toBe('');
    expect(await kubectl('get', 'nodes', '-o', 'name')).toBe(`node/${name}\n`);
    expect(await readdir(state)).toEqual([]);
  });
});

test('npm run up refuses a current kubectl context that is not on this machine, and suggests --context', async () => {
  const file = join(state, 'elsewhere.kubeconfig');
  // A documentation address that no machine has: https://www.rfc-editor.org/rfc/rfc5737
  const cluster = { name: 'prod', cluster: { server: 'https://203.0.113.1:6443' } };
  const context = { name: 'prod', context: { cluster: 'prod', user: 'prod' } };
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'prod',
      clusters: [cluster],
      contexts: [context],
      users: [{ name: 'prod', user: {} }],
    }),
  );
  const refused = await npmRun(['up'], file);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/context, prod, .*left alone/);
  expect(refused.stderr).toContain('--context prod');
});
