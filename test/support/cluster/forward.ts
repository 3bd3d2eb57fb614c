// Forwards a port of this machine to a component with `kubectl port-forward`, as a learner does.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { say } from '../../../support/output.ts';
import { artefacts } from '../artefacts.ts';
import { testCluster } from './cluster.ts';
import type { Lab } from './lab.ts';
import { endWithTheRun } from '../program.ts';

export interface ForwardOptions {
  /** The component whose Service gets the connections. The default is the guide. */
  readonly component?: string;
  /** The port of the Service. The default is 8080. */
  readonly targetPort?: number;
  /** The path of a kubeconfig file. The default is that of the test cluster's administrator. */
  readonly kubeconfig?: string;
}

export class Forward {
  readonly #lab: Lab;
  readonly #options: Required<ForwardOptions>;
  #child: ChildProcess | undefined;
  #port = '';

  constructor(lab: Lab, { component = 'guide', targetPort = 8080, kubeconfig }: ForwardOptions = {}) {
    this.#lab = lab;
    this.#options = { component, targetPort, kubeconfig: kubeconfig ?? testCluster().kubeconfig };
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * Starts `kubectl port-forward`. Uses the same port as the last call, if there was one. kubectl ends when its pod is
   * gone.
   */
  async open(): Promise<void> {
    this.close();
    const { tools } = testCluster();
    const args = [
      'port-forward',
      '--namespace',
      this.#lab.namespace,
      `service/${this.#lab.release}-${this.#options.component}`,
      `${this.#port}:${this.#options.targetPort}`,
      '--address=127.0.0.1',
    ];
    const child = spawn(tools.kubectl, args, {
      env: { ...process.env, KUBECONFIG: this.#options.kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    endWithTheRun(child);
    // Otherwise only errors of connections would show that port-forward ended by itself, in every test from there on.
    child.once('exit', (code) => {
      if (this.#child === child)
        say(`kubectl port-forward to ${this.#lab.namespace} ended by itself with code ${code}: see its log`);
    });
    child.stderr.pipe(createWriteStream(join(artefacts, `${this.#lab.namespace}-forward.log`), { flags: 'a' }));
    this.#port = await new Promise((resolve, reject) => {
      // kubectl prints a line for each connection, so its output must be read to the end.
      createInterface(child.stdout).on('line', (line) => {
        const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port !== undefined) resolve(port);
      });
      child.once('close', () => reject(new Error('kubectl port-forward ended without saying where it listens')));
    });
  }

  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}
