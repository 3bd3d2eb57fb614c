// Starts what the benchmark `portal` compares: the portal as it is in the image, configurable-http-proxy as JupyterHub
// starts it, and one upstream for both. Each is a process of its own on loopback.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { signSession } from '../../apps/portal/session.ts';
import { aClaim, aSeat, aWorkshop } from '../../apps/portal/testing/objects.ts';
import { readOnlyApi, writeSecrets } from '../../apps/portal/testing/portal-process.ts';
import { buildOutside, freePort } from '../../apps/testing/apps.ts';
import { certificate } from '../../apps/testing/certificate.ts';
import { ACCOUNT } from '../../kubernetes/in-cluster.ts';
import { PORTAL } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import { repoRoot } from '../../support/paths.ts';
import { accepts } from '../../support/ports.ts';
import { waitFor } from '../../support/waiting.ts';
import type { ProxyLoad, ProxyLoadResult } from './proxy-load.ts';

const LOOPBACK = '127.0.0.1';
/** The address of all guides. The portal always asks port 8080 of a pod, so this is not the address of others. */
const UPSTREAM = '127.80.81.82';

/** As in the image and in the chart, except that the portal exports no telemetry of its own. */
const AS_IN_THE_IMAGE = {
  NODE_ENV: 'production',
  NODE_OPTIONS: '--max-semi-space-size=4',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TOP_PAD_: '16384',
  INSTRUMENTATION: 'manual',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};

/** A running proxy. */
export interface Proxy {
  readonly port: number;
  readonly pid: number;
}

export interface Proxies {
  readonly portal: Proxy;
  readonly other: Proxy;
  /** The upstream itself, to measure what the load generator can do. */
  readonly upstream: Proxy & { readonly host: string };
  readonly people: ProxyLoad['people'];
  stop(): Promise<void>;
}

/** Starts all of them. The class has `seats` seats, and each of them has a person. */
export async function startProxies(seats: number): Promise<Proxies> {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-proxies-'));
  const built = await buildOutside();
  const names = Array.from({ length: seats }, (_, index) => String(index + 1));
  const account = join(folder, 'serviceaccount');
  mkdirSync(account);
  const api = await startApi(names, account);
  const secret = writeSecrets(folder);
  const [upstream, other] = [await startUpstream(), await startOther()];
  const portal = await startPortal(built.dist, folder, (api.address() as AddressInfo).port);
  const stop = async (): Promise<void> => {
    const ended = once(portal.child, 'close');
    [portal.child, upstream, other.child].forEach((child) => child.kill());
    await ended;
    api.close();
    api.closeAllConnections();
    built.remove();
    rmSync(folder, { recursive: true });
  };
  return {
    portal: proxyOf(portal),
    other: proxyOf(other),
    upstream: { ...proxyOf({ child: upstream, port: PORTS.http }), host: UPSTREAM },
    people: names.map((name) => personIn(name, secret)),
    stop,
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
}

const proxyOf = ({ child, port }: Started): Proxy => ({ port, pid: child.pid ?? NaN });

const claimOf = (name: string): string => `claim-${name}`;

function personIn(name: string, secret: Buffer): ProxyLoad['people'][number] {
  const seat = `otel-${name}`;
  const cookie = `${PORTAL.cookie}=${signSession({ seat, claim: claimOf(name) }, secret)}`;
  return { path: `${PORTAL.seats}${seat}`, cookie };
}

/** Starts an API server, and writes a service account for it into a folder. */
async function startApi(names: readonly string[], account: string): Promise<Server> {
  const seats = names.map((name) => aSeat(name, { claim: aClaim(claimOf(name)) }));
  const api = createServer(certificate(account), readOnlyApi(aWorkshop(names.length), seats, UPSTREAM));
  writeFileSync(join(account, 'token'), 'a-token');
  api.listen(0, LOOPBACK);
  await once(api, 'listening');
  return api;
}

/**
 * Starts the portal as a pod does. It finds its service account where Kubernetes puts it, in a mount namespace of its
 * own, because the code that reads a kubeconfig would need 36 MiB more.
 */
async function startPortal(dist: string, folder: string, apiPort: number): Promise<Started> {
  const [port, healthPort] = [await freePort(), await freePort()];
  const mount = `mount -t tmpfs none /run && mkdir -p ${dirname(ACCOUNT)} && cp -r ${folder}/serviceaccount ${ACCOUNT}`;
  const command = [process.execPath, '--import', join(dist, 'telemetry.js'), join(dist, 'portal.js')];
  const child = spawn('unshare', ['--mount', 'sh', '-c', `${mount} && exec "$@"`, 'sh', ...command], {
    cwd: dist,
    env: {
      ...AS_IN_THE_IMAGE,
      PATH: process.env['PATH'],
      KUBERNETES_SERVICE_HOST: LOOPBACK,
      KUBERNETES_SERVICE_PORT: String(apiPort),
      POD_NAMESPACE: 'ns',
      PORTAL_SECRETS: folder,
      PORT: String(port),
      HEALTH_PORT: String(healthPort),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitFor('the portal', async () => ((await accepts(`http://${LOOPBACK}:${port}`)) ? true : undefined));
  return { child, port };
}

const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });

async function startUpstream(): Promise<ChildProcess> {
  const child = start([join(import.meta.dirname, 'proxy-upstream.ts'), UPSTREAM, String(PORTS.http)]);
  await once(child.stdout ?? child, 'data');
  return child;
}

/** Starts configurable-http-proxy. It logs no requests, so it is a little faster than JupyterHub starts it. */
async function startOther(): Promise<Started> {
  const [port, apiPort] = [await freePort(), await freePort()];
  const program = join(repoRoot, 'node_modules', 'configurable-http-proxy', 'bin', 'configurable-http-proxy');
  const child = start([
    program,
    '--log-level=error',
    `--ip=${LOOPBACK}`,
    `--port=${port}`,
    `--api-ip=${LOOPBACK}`,
    `--api-port=${apiPort}`,
  ]);
  const api = `http://${LOOPBACK}:${apiPort}`;
  await waitFor('configurable-http-proxy', async () => ((await accepts(api)) ? true : undefined));
  const target = `http://${UPSTREAM}:${PORTS.http}`;
  const body = JSON.stringify({ target });
  const { status } = await fetch(`${api}/api/routes${PORTAL.seats.slice(0, -1)}`, { method: 'POST', body });
  if (status !== 201) throw new Error(`expected that configurable-http-proxy takes a route, found status ${status}`);
  return { child, port };
}

/** Runs the load generator in a process of its own. @returns what it has measured */
export async function runLoad(load: Omit<ProxyLoad, 'host'> & { readonly host?: string }): Promise<ProxyLoadResult> {
  const env = { LOAD: JSON.stringify({ host: LOOPBACK, ...load }) };
  const child = start([join(import.meta.dirname, 'proxy-load.ts')], env);
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`expected the load generator to end with exit code 0, found ${code}`);
  return JSON.parse(output) as ProxyLoadResult;
}

/** Hundredths of a second are the kernel's unit here. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10;

/** Returns the processor time that a process has used, in milliseconds. */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * Returns the memory of a process without the pages of files, in bytes. A pod is charged for this memory. The pages of
 * the program's own files are charged to whoever read them first.
 * https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function anonymousMemory(pid: number): number {
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
