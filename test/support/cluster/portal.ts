// Runs a portal as a process on this machine, against the tests' API server.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PORTAL } from '../../../lab/names.ts';
import { repoRoot } from '../../../support/paths.ts';
import { freePort } from '../../../support/ports.ts';
import { eventually } from '../../../support/waiting.ts';
import { testCluster } from './cluster.ts';

/** Writes secrets as the operator makes them. @returns the folder, which the caller removes */
export function writeSecrets(): string {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-portal-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  const { signing, cookie, people } = PORTAL.secretKeys;
  writeFileSync(join(folder, signing), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const name of [cookie, people]) writeFileSync(join(folder, name), randomBytes(32).toString('base64url'));
  return folder;
}

export class LocalPortal {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts a portal with the secrets in a folder, and waits until it is open. */
  static async start(secrets: string, from: number): Promise<LocalPortal> {
    const port = await freePort(from);
    const child = spawn(process.execPath, [join(repoRoot, 'apps', 'portal', 'main.ts')], {
      env: { KUBECONFIG: testCluster().kubeconfig, PORT: String(port), PORTAL_SECRETS: secrets },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const portal = new LocalPortal(child, `http://127.0.0.1:${port}`);
    await eventually(async () => expect((await fetch(portal.url)).status).toBe(200), { within: 20_000, every: 100 });
    return portal;
  }

  /** Ends the process at once, as when its node fails. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

export const removeSecrets = (folder: string): void => rmSync(folder, { recursive: true, force: true });
