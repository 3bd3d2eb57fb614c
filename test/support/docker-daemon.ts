// Starts a real docker daemon with a store and a containerd of its own. It changes nothing in this machine's network:
// its containers have none.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, SYSTEM_PATH } from '../../cluster/components/packages.ts';
import { silentProgress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import type { RunOptions, RunResult } from '../../support/run.ts';
import { eventually } from '../../support/waiting.ts';

/** Debian's docker, which the test installs on a machine that lacks it. */
const PACKAGES = { 'docker.io': ['/usr/sbin/dockerd', 'docker'] };

const WITHOUT_NETWORK = ['--iptables=false', '--ip-forward=false', '--ip-masq=false', '--bridge=none'];

export class DockerDaemon {
  readonly #process: ChildProcess;
  /** The directory with everything that belongs to the daemon. A test may put its own files there. */
  readonly directory: string;

  static async start(): Promise<DockerDaemon> {
    await ensurePackages(silentProgress(), PACKAGES);
    const daemon = new DockerDaemon(await mkdtemp(join(tmpdir(), 'docker-')));
    await eventually(() => daemon.docker(['version']), { within: 30_000 });
    return daemon;
  }

  private constructor(directory: string) {
    this.directory = directory;
    const log = openSync(join(directory, 'log'), 'w');
    const places = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(directory, name)}`);
    const args = [...WITHOUT_NETWORK, ...places, `--host=${this.env.DOCKER_HOST}`];
    const env = { ...process.env, PATH: SYSTEM_PATH };
    this.#process = spawn('/usr/sbin/dockerd', args, { stdio: ['ignore', log, log], env });
  }

  /** The variables that lead the command docker to this daemon, without the user's own settings. */
  get env(): { readonly DOCKER_HOST: string; readonly DOCKER_CONFIG: string } {
    return { DOCKER_HOST: `unix://${join(this.directory, 'socket')}`, DOCKER_CONFIG: join(this.directory, 'config') };
  }

  /** The directory with the socket of the daemon's containerd. */
  get containerd(): string {
    return join(this.directory, 'exec-root', 'containerd');
  }

  docker(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return run('docker', args, { ...options, env: { ...this.env, ...options.env } });
  }

  /** Ends the daemon with its containerd, and removes its directory. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null && this.#process.kill()) await ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}
