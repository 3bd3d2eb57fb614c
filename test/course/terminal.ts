// A terminal with an attendee's rights. It runs the commands that the course prints, in a directory of its own.
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEAT_RULES } from '../../cdk8s/operator/rbac.ts';
import { ROLES } from '../../operator/api/types.ts';
import { run } from '../../support/run.ts';
import { apply, kubeconfigOf, testCluster } from '../support/cluster/cluster.ts';
import type { Lab } from '../support/cluster/lab.ts';

const NAME = 'learner';

export class Terminal {
  readonly #lab: Lab;
  #directory = '';

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async open(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'learner-'));
    await giveRights(this.#lab.namespace);
    await writeFile(this.#path('kubeconfig'), await kubeconfigOf(NAME, this.#lab.namespace), { mode: 0o600 });
    // The printed commands call `kubectl`, but the tool's file may have another name here.
    await symlink(testCluster().tools.kubectl, this.#path('kubectl'));
  }

  async close(): Promise<void> {
    if (this.#directory !== '') await rm(this.#directory, { recursive: true });
  }

  /** Runs one command, word for word. @returns its output @throws Error with its output if it fails */
  async run(command: string): Promise<string> {
    const env = { KUBECONFIG: this.#path('kubeconfig'), PATH: `${this.#directory}:${process.env['PATH'] ?? ''}` };
    const { code, stdout, stderr } = await run('bash', ['-o', 'pipefail', '-c', command], {
      cwd: this.#directory,
      env,
      allowFailure: true,
      timeout: 150_000,
    });
    if (code !== 0)
      throw new Error(
        `expected exit code 0 from: ${command}\n` +
          `found ${code}, and this output: ${stdout.slice(-2_000)}${stderr.slice(-2_000)}`,
      );
    return stdout;
  }

  read(file: string): Promise<string> {
    return readFile(this.#path(file), 'utf8');
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(this.#path(file), text);
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }
}

/** Gives the terminal's ServiceAccount the rights of an attendee, in this namespace only. */
async function giveRights(namespace: string): Promise<void> {
  const rules = SEAT_RULES.find(([name]) => name === ROLES.attendee)?.[1];
  const metadata = { name: NAME, namespace };
  await apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  );
}
