// Runs a portal as a process on this machine, against the tests' API server.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOARD, PORTAL } from '../../../lab/names.ts';
import { repoRoot } from '../../../support/paths.ts';
import { freePort } from '../../../support/ports.ts';
import { eventually } from '../../../support/waiting.ts';
import { testCluster } from './cluster.ts';

/** The instructor key of these portals. */
export const INSTRUCTOR_KEY = randomBytes(32).toString('base64url');

/** Writes secrets as the operator makes them. @returns the folder, which the caller removes */
export function writeSecrets(): string {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-portal-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  const { signing, cookie, people } = PORTAL.secretKeys;
  writeFileSync(join(folder, signing), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const name of [cookie, people]) writeFileSync(join(folder, name), randomBytes(32).toString('base64url'));
  writeFileSync(join(folder, BOARD.key), INSTRUCTOR_KEY);
  return folder;
}

export class LocalPortal {
  readonly url: string;
  /** Where its board is. */
  readonly board: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, boardPort: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
    this.board = `http://127.0.0.1:${boardPort}`;
  }

  /** Starts a portal with the secrets in a folder, and waits until it is open. */
  static async start(secrets: string, from: number): Promise<LocalPortal> {
    const port = await freePort(from);
    const boardPort = await freePort(port + 1);
    const child = spawn(process.execPath, [join(repoRoot, 'apps', 'portal', 'main.ts')], {
      env: {
        KUBECONFIG: testCluster().kubeconfig,
        PORT: String(port),
        PORTAL_SECRETS: secrets,
        BOARD_PORT: String(boardPort),
        BOARD_SECRET: secrets,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const portal = new LocalPortal(child, port, boardPort);
    const isOpen = async (): Promise<void> => {
      for (const url of [portal.url, `${portal.board}/login`]) expect((await fetch(url)).status).toBe(200);
    };
    await eventually(isOpen, { within: 60_000, every: 100 });
    return portal;
  }

  /** Ends the process at once, as when its node fails. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

export const removeSecrets = (folder: string): void => rmSync(folder, { recursive: true, force: true });
