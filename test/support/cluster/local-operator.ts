// Runs the operator as a process on this machine, with the rights of its ServiceAccount. Each test chooses the path to
// the API server, for example through a proxy.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { IMAGE } from '../../../cluster/image/image.ts';
import { repoRoot } from '../../../support/paths.ts';
import { freePort } from '../../../support/ports.ts';
import { artefacts } from '../artefacts.ts';
import { kubectl, textOf } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { samplesOf, total } from '../matchers/metrics.ts';
import { OPERATOR_NAMESPACE } from './operator.ts';

/**
 * The time limit until the operator leads, in milliseconds. The control plane may have been frozen, and an old Lease
 * may have to expire first.
 */
const LEADS_WITHIN = 60_000;

export class LocalOperator {
  readonly #child: ChildProcess;
  readonly #address: string;
  #how: string | undefined;

  private constructor(child: ChildProcess, address: string, directory: string) {
    this.#child = child;
    this.#address = address;
    child.once('exit', (code, signal) => {
      this.#how = signal ?? `exit code ${code}`;
      rmSync(directory, { recursive: true });
    });
  }

  /**
   * Starts the operator.
   * @param server the URL, without TLS, of the API server or of a proxy in front of it
   * @param root the checkout whose operator runs
   */
  static async start(name: string, server: string, root = repoRoot): Promise<LocalOperator> {
    await mkdir(artefacts, { recursive: true });
    const directory = await mkdtemp(join(tmpdir(), 'operator-'));
    const account = await kubectl(
      'get',
      'serviceaccounts',
      '--namespace',
      OPERATOR_NAMESPACE,
      '--selector=app.kubernetes.io/component=operator',
      '--output=jsonpath={.items[0].metadata.name}',
    );
    const token = (
      await kubectl('create', 'token', account, '--namespace', OPERATOR_NAMESPACE, '--duration=1h')
    ).trim();
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, stringify(kubeconfigFor(server, token)), { mode: 0o600 });
    const port = await freePort(18080);
    const env = {
      PATH: process.env['PATH'],
      KUBECONFIG: kubeconfig,
      POD_NAME: name,
      POD_NAMESPACE: OPERATOR_NAMESPACE,
      OPERATOR_ACCOUNT: account,
      OPERATOR_IMAGE: IMAGE,
      PORT: String(port),
    };
    const log = openSync(join(artefacts, `${name}.log`), 'a');
    const child = spawn(process.execPath, [join(root, 'operator', 'main.ts')], { env, stdio: ['ignore', log, log] });
    return new LocalOperator(child, `http://127.0.0.1:${port}`, directory);
  }

  /** How the process ended: its exit code or signal as text. Undefined while it runs. */
  get ended(): string | undefined {
    return this.#how;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async metrics(): Promise<string> {
    return textOf(await fetch(`${this.#address}/metrics`));
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.#address}/readyz`)).ok;
  }

  /** Returns whether the operator leads. False before it answers requests and after it ended. */
  async leads(): Promise<boolean> {
    const text = await this.metrics().catch(() => '');
    return total(samplesOf(text, 'leader_election_master_status')) === 1;
  }

  /** Waits until the operator leads and is ready. */
  async atWork(within = LEADS_WITHIN): Promise<void> {
    await eventually(
      async () => expect([this.ended, await this.leads(), await this.isReady()]).toEqual([undefined, true, true]),
      { within },
    );
  }

  /** Kills the operator with SIGKILL, like a crash of the machine. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await eventually(() => expect(this.ended).toBeDefined(), { within: 15_000 }).finally(() => this.kill());
  }
}

function kubeconfigFor(server: string, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    // client-node accepts http only if TLS checks are off.
    clusters: [{ name: 'cluster', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'operator' } }],
    'current-context': 'context',
  };
}
