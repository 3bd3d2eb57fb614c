// Tests the devcluster, on which all other tests run: it works like any Kubernetes, is isolated from other clusters,
// survives kill -9, and leaves nothing behind when it is stopped.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureImage, ensureLoaded } from '../../cluster/image/image.ts';
import { ClusterTools } from '../../cluster/kubectl.ts';
import { product as devcluster } from '../../cluster/products/devcluster.ts';
import { repoRoot } from '../../support/paths.ts';
import { silentProgress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { clusterStatus, insideNetwork, leftovers, startCluster, stopCluster } from '../../cluster/devcluster/index.ts';
import { CLUSTER_TO_CRASH, kubectl, testCluster } from '../support/cluster/cluster.ts';
import { eventually } from '../../support/waiting.ts';
import { addressOf, expectAnswer, kubectlOf, makeNeighbours, request } from '../support/cluster/neighbours.ts';
import type { Kubectl } from '../support/cluster/neighbours.ts';
import { versions } from '../../lab/versions.ts';

const { kubeconfig, tools, name } = testCluster();

test('the devcluster has a Ready node that runs the pinned Kubernetes version', async () => {
  const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as { items: Node[] };
  expect(items.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(['v1.34.4']);
  expect(items[0]?.status.conditions.find(({ type }) => type === 'Ready')?.status).toBe('True');
});

interface Node {
  status: { nodeInfo: { kubeletVersion: string }; conditions: { type: string; status: string }[] };
}

describe('networking of pods', () => {
  const here = kubectlOf(tools.kubectl, kubeconfig);

  beforeAll(() => makeNeighbours(here), 90_000);
  afterAll(() => kubectl('delete', 'namespace', 'open', 'guarded', '--wait=false'));

  test('pods reach each other by the names of Services', () => expectAnswer(here, 'open', 'http://peer/', /^here$/));

  test("pods reach pods of another namespace by the Service's longer name", () =>
    expectAnswer(here, 'guarded', 'http://peer.open.svc.cluster.local/', /^here$/));

  test('a NetworkPolicy blocks requests by Service and by pod address, except from its own namespace', async () => {
    const address = await addressOf(here, 'guarded');
    await expectAnswer(here, 'open', 'http://peer.guarded/', /ECONNREFUSED|TimeoutError/);
    await expectAnswer(here, 'open', `http://${address}:8080/`, /ECONNREFUSED|TimeoutError/);
    await expectAnswer(here, 'guarded', 'http://peer/', /^here$/);
    await expectAnswer(here, 'guarded', `http://${address}:8080/`, /^here$/);
  });

  test("pods can't reach anything outside the devcluster", async () => {
    // A documentation address that no machine has: https://www.rfc-editor.org/rfc/rfc5737
    expect(await request(here, 'open', 'http://192.0.2.1/')).toMatch(/ENETUNREACH|EHOSTUNREACH|ECONNREFUSED/);
  });

  test('kubectl logs, exec and port-forward work with a pod of the devcluster', async () => {
    await kubectl(
      'exec',
      '-n',
      'open',
      'visitor',
      '--',
      'node',
      '-e',
      "require('fs').writeFileSync('/proc/1/fd/1', 'a line\\n')",
    );
    await eventually(async () => expect(await kubectl('logs', '-n', 'open', 'visitor')).toBe('a line\n'), {
      within: 5_000,
    });
    const forward = spawn(tools.kubectl, ['port-forward', '-n', 'open', 'service/peer', ':80'], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
    });
    try {
      const port = await lineOf(forward.stdout, /127\.0\.0\.1:(\d+)/);
      await expect(fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text())).resolves.toBe('here');
    } finally {
      forward.kill();
    }
  });
});

test('a component of the devcluster restarts after kill -9', async () => {
  const processes = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const scheduler = processes.filter(
    (pid) => commandOf(pid).includes('kube-scheduler') && commandOf(pid).includes(`/${name}/`),
  );
  expect(scheduler).toHaveLength(1);
  process.kill(Number(scheduler[0]), 'SIGKILL');
  await kubectl(
    'run',
    'after-the-kill',
    `--image=docker.io/library/intro-otel:${versions.lab}`,
    '--restart=Never',
    '--command',
    '--',
    'node',
    '-e',
    '0',
  );
  await kubectl('wait', 'pod/after-the-kill', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
  await kubectl('delete', 'pod', 'after-the-kill');
});

describe('kill -9 during the start of a devcluster', () => {
  const machine = machineState();
  let there: Kubectl;

  beforeAll(async () => {
    const cli = join(repoRoot, 'cluster', 'cli.ts');
    const start = spawn(process.execPath, [cli, 'cluster', 'up', '--name', CLUSTER_TO_CRASH, '--no-network-policy'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await lineOf(start.stderr, /(Start Kubernetes)/);
    await eventually(
      () => expect(leftovers(CLUSTER_TO_CRASH).filter((left) => left.kind === 'process').length).toBeGreaterThan(3),
      { within: 30_000, every: 100 },
    );
    start.kill('SIGKILL');
  }, 90_000);

  afterAll(() => stopCluster(CLUSTER_TO_CRASH), 60_000);

  test('an interrupted devcluster leaves parts on the machine, and has the status "broken"', async () => {
    expect((await clusterStatus(CLUSTER_TO_CRASH)).state).toBe('broken');
  });

  test('an interrupted devcluster is replaced by the next start, even if that has other settings', async () => {
    const report = silentProgress();
    const cluster = await startCluster({ name: CLUSTER_TO_CRASH, networkPolicy: false, report });
    const destination = { product: devcluster, name: CLUSTER_TO_CRASH };
    await ensureLoaded(
      [await ensureImage(destination, report)],
      destination,
      await ClusterTools.at({ kubeconfig: cluster.kubeconfig }, report),
      report,
    );
    there = kubectlOf(tools.kubectl, cluster.kubeconfig);
    await makeNeighbours(there);
    await expectAnswer(there, 'open', 'http://peer.guarded/', /^here$/);
    await expectAnswer(there, 'open', `http://${await addressOf(there, 'guarded')}:8080/`, /^here$/);
  });

  test('the network of a devcluster contains only its own pods, and none of another devcluster', async () => {
    const [program, ...args] = insideNetwork(CLUSTER_TO_CRASH, ['ip', '-oneline', 'link']);
    const { stdout } = await run(program, args);
    const pods = (await there(['get', 'pods', '-A', '--field-selector=spec.hostNetwork=false', '-o', 'name']))
      .trim()
      .split('\n');
    expect(stdout.match(/ veth/g)).toHaveLength(pods.length);
  });

  test('a stopped devcluster leaves nothing on the machine', async () => {
    await stopCluster(CLUSTER_TO_CRASH);
    expect(leftovers(CLUSTER_TO_CRASH)).toEqual([]);
    expect((await clusterStatus(CLUSTER_TO_CRASH)).state).toBe('absent');
    expect(await machineState()).toEqual(await machine);
  });
});

/** Reads the state of the machine that a cluster must not change. */
async function machineState(): Promise<Record<string, string>> {
  const said = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, args, { allowFailure: true })).stdout;
  const withoutCounters = (rules: string): string =>
    rules
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n')
      .replace(/\[\d+:\d+\]/g, '');
  return {
    links: await said('ip', '-oneline', 'link', 'show'),
    routes: await said('ip', 'route', 'show', 'table', 'all'),
    namespaces: await said('ip', 'netns', 'list'),
    rules: withoutCounters(await said('iptables-save')),
    sets: await said('ipset', 'list', '-name'),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4])
      .join('\n'),
  };
}

/** Waits for a line of a program's output that matches. @returns the first capture group of the pattern */
async function lineOf(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  const lines = createInterface(stream);
  for await (const line of lines) {
    const found = pattern.exec(line)?.[1];
    if (found === undefined) continue;
    stream.resume();
    return found;
  }
  throw new Error(`the program ended without a line that matches ${pattern}`);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}
