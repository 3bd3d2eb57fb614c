// Runs the built apps as child processes on loopback, with the same command as in the image.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort as freeFrom } from '../../support/ports.ts';
import { copyBuilt } from './built.ts';
import { waitFor } from '../../support/waiting.ts';

/** Copies the built apps into a folder outside the checkout, so that they find no files that the image lacks. */
export async function buildOutside(): Promise<{ dist: string; remove: () => void }> {
  const dist = mkdtempSync(join(tmpdir(), 'intro-otel-apps-'));
  await copyBuilt(dist);
  const remove = () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(dist, { recursive: true, force: true });
  };
  return { dist, remove };
}

/** The running child processes, which are killed even if a test fails. */
const running = new Set<ChildProcess>();

/**
 * First port for the apps under test, and the number of ports for each worker of jest. The ports are outside the
 * kernel's ephemeral range, so a free port stays free until an app opens it a second later. Two runs of jest at the
 * same time need different TEST_PORTS_FROM.
 */
const PORTS = { from: Number(process.env['TEST_PORTS_FROM'] ?? 20_000), each: 1_000 };
let last = Promise.resolve(PORTS.from + (Number(process.env['JEST_WORKER_ID'] ?? 1) % 10) * PORTS.each);

/** Returns a free port, and a different one each time. */
export function freePort(): Promise<number> {
  last = last.then((port) => freeFrom(port + 1));
  return last;
}

export class App {
  readonly url: string;
  readonly health: string;
  stdout = '';
  stderr = '';
  exitCode: number | undefined;
  readonly #child: ChildProcess;

  /**
   * Starts an app from the folder `dist` with the same command as in the image. `env` has the app's environment
   * variables, except its ports and its service name.
   */
  static start(
    dist: string,
    component: string,
    env: Record<string, string | undefined>,
    args: string[] = [],
  ): Promise<App> {
    return App.run(dist, ['--import', join(dist, 'telemetry.js'), join(dist, `${component}.js`), ...args], {
      OTEL_SERVICE_NAME: component,
      ...env,
    });
  }

  /** Starts Node in the folder `dist` with the given arguments. */
  static async run(dist: string, args: string[], env: Record<string, string | undefined>): Promise<App> {
    const [port, healthPort] = await Promise.all([freePort(), freePort()]);
    // The compile cache saves a tenth of the CPU time, because tests start apps often.
    const child = spawn(process.execPath, args, {
      cwd: dist,
      env: { PORT: String(port), HEALTH_PORT: String(healthPort), NODE_COMPILE_CACHE: join(dist, '.compiled'), ...env },
    });
    return new App(child, port, healthPort);
  }

  private constructor(child: ChildProcess, port: number, healthPort: number) {
    this.#child = child;
    running.add(child);
    this.url = `http://127.0.0.1:${port}`;
    this.health = `http://127.0.0.1:${healthPort}`;
    child.stdout?.on('data', (text: Buffer) => {
      this.stdout += text.toString();
    });
    child.stderr?.on('data', (text: Buffer) => {
      this.stderr += text.toString();
    });
    child.on('close', (code) => {
      this.exitCode = code ?? -1;
      running.delete(child);
    });
  }

  /** Id of the process. */
  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  async ready(): Promise<this> {
    await waitFor(`a ready app at ${this.url}`, async () => {
      if (this.exitCode !== undefined)
        throw new Error(`expected the app to run, found that it exited with code ${this.exitCode}: ${this.stderr}`);
      const answer = await fetch(`${this.health}/readyz`).catch(() => undefined);
      return answer?.ok ? true : undefined;
    });
    return this;
  }

  /** Returns the app's log lines as parsed JSON. */
  log(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{"level"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  exited(): Promise<number> {
    return waitFor('the process to end', () => this.exitCode);
  }

  /** Stops the app with SIGTERM, as Kubernetes does. @returns the exit code, and how many milliseconds it took */
  async stop(): Promise<{ code: number; took: number }> {
    const start = Date.now();
    this.#child.kill('SIGTERM');
    return { code: await this.exited(), took: Date.now() - start };
  }
}
