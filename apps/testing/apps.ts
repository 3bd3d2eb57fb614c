// The built apps as child processes on loopback, as the image would run them.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort as freeFrom } from '../../support/ports.ts';
import { copyBuilt } from './built.ts';
import { eventually } from './eventually.ts';

/** A build of the apps in a folder outside the checkout, so that nothing is found which the image would not have. */
export async function buildOutside(): Promise<{ dist: string; remove: () => void }> {
  const dist = mkdtempSync(join(tmpdir(), 'intro-otel-apps-'));
  await copyBuilt(dist);
  const remove = () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(dist, { recursive: true, force: true });
  };
  return { dist, remove };
}

/** What has been started and has not ended: a failed test must not leave any of it behind. */
const running = new Set<ChildProcess>();

/** The kernel gives none of these to whoever asks for any port, so one that is free now still is when an app opens it, a second later. */
const PORTS = { from: 20_000, each: 1_000 };
let last = Promise.resolve(PORTS.from + (Number(process.env['JEST_WORKER_ID'] ?? 1) % 10) * PORTS.each);

/** Another one each time. */
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

  /** Starts a component of `dist`, preloaded as in the image; `env` is all of its environment but the ports and its name. */
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

  /** Starts Node with these arguments. */
  static async run(dist: string, args: string[], env: Record<string, string | undefined>): Promise<App> {
    const [port, healthPort] = await Promise.all([freePort(), freePort()]);
    // Compiled once, not at each of a hundred starts: a tenth less to compute.
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

  async ready(): Promise<this> {
    await eventually(`a ready component at ${this.url}`, async () => {
      if (this.exitCode !== undefined)
        throw new Error(`expected the component to run, found it ended with ${this.exitCode}: ${this.stderr}`);
      const answer = await fetch(`${this.health}/readyz`).catch(() => undefined);
      return answer?.ok ? true : undefined;
    });
    return this;
  }

  /** The lines of its log, as pino wrote them. */
  log(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{"level"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  exited(): Promise<number> {
    return eventually('the process to end', () => this.exitCode);
  }

  /** Ends it as Kubernetes would. @returns its exit code, and how many milliseconds it took */
  async stop(): Promise<{ code: number; took: number }> {
    const start = Date.now();
    this.#child.kill('SIGTERM');
    return { code: await this.exited(), took: Date.now() - start };
  }
}
