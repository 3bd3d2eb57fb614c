// Forwards a port of this machine to a component with `kubectl port-forward`, as a learner does.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { artefacts } from '../artefacts.ts';
import { testCluster } from './cluster.ts';
import type { Lab } from './lab.ts';
import { endWithTheRun } from '../program.ts';

export class Forward {
  readonly #lab: Lab;
  readonly #component: string;
  readonly #targetPort: number;
  #child: ChildProcess | undefined;
  #port = '';

  constructor(lab: Lab, component = 'guide', targetPort = 8080) {
    this.#lab = lab;
    this.#component = component;
    this.#targetPort = targetPort;
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
    const { kubeconfig, tools } = testCluster();
    const args = [
      'port-forward',
      '--namespace',
      this.#lab.namespace,
      `service/${this.#lab.release}-${this.#component}`,
      `${this.#port}:${this.#targetPort}`,
      '--address=127.0.0.1',
    ];
    const child = spawn(tools.kubectl, args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    endWithTheRun(child);
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
