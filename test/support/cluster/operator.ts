// Runs the operator as processes of this machine, for benchmarks on a cluster without a real node. The processes run
// the image's files with the command of the chart's Deployment. They have what a pod has: the files of the
// ServiceAccount, the API server in their network, and a receiver of traces.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { buildApps } from '../../../cluster/image/build.ts';
import { repoRoot } from '../../../support/paths.ts';
import { layoutOf, network } from '../../../cluster/devcluster/layout.ts';
import { apiGet, apply, kubectl, testCluster, tool } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { startInCluster } from './in-cluster-network.ts';
import type { InClusterProgram } from './in-cluster-network.ts';

/** The namespace and the release name of the operator. */
export const OPERATOR_NAMESPACE = 'intro-otel';
/** The group of all ServiceAccounts in the operator's namespace. */
export const OPERATOR_GROUP = `system:serviceaccounts:${OPERATOR_NAMESPACE}`;

const COMPONENT = 'app.kubernetes.io/component';
const RIGHTS = [
  ...['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Lease', 'PriorityClass'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
];
const DEFINITION = 'CustomResourceDefinition';
/** The environment variables that apps/Dockerfile sets. */
const OF_THE_IMAGE = {
  NODE_ENV: 'production',
  NODE_OPTIONS: '--max-semi-space-size=1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TOP_PAD_: '16384',
};
/** The first port for the replicas, on the loopback of the cluster's network, where almost nothing else listens. */
const FIRST_PORT = 18080;
const OTLP_PORT = 14318;

export interface Operators {
  /** Starts a replica under a new name. */
  start: () => Promise<InClusterProgram>;
  /** Waits until a replica's readiness probe succeeds. */
  ready: (replica: InClusterProgram) => Promise<void>;
}

interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
}

interface Container {
  command: string[];
  env: { name: string; value?: string }[];
}

export interface OperatorDeployment extends Manifest {
  spec: { template: { spec: { serviceAccountName: string; containers: [Container] } } };
}

/**
 * Applies the definitions and what gives the operator and the portal their rights: accounts, RBAC and admission
 * policies of the chart. @returns the operator's Deployment
 */
export async function installOperatorRights(): Promise<OperatorDeployment> {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATOR_NAMESPACE } });
  const { stdout } = await tool('helm', [
    'template',
    'intro-otel',
    join(repoRoot, 'charts', 'lab'),
    '--namespace',
    OPERATOR_NAMESPACE,
  ]);
  const manifests = parseAllDocuments(stdout).flatMap((document) => (document.toJSON() as Manifest | null) ?? []);
  const isOf = ({ metadata: { labels } }: Manifest, ...components: string[]): boolean =>
    components.includes(labels?.[COMPONENT] ?? '');
  const rights = manifests.filter(
    (one) => one.kind === DEFINITION || (RIGHTS.includes(one.kind) && isOf(one, 'operator', 'portal')),
  );
  await tool('kubectl', ['apply', '--server-side', '-f', '-'], {
    input: rights.map((one) => stringify(one)).join('---\n'),
  });
  await kubectl(
    'wait',
    '--for=condition=Established',
    '--timeout=60s',
    'crd/workshops.intro-otel.dev',
    'crd/seats.intro-otel.dev',
  );
  const deployment = manifests.find((one) => one.kind === 'Deployment' && isOf(one, 'operator'));
  if (deployment === undefined) throw new Error('the chart has no Deployment of the operator');
  return deployment as OperatorDeployment;
}

/** Prepares the cluster, and builds the image's files. @returns functions that start replicas of the operator */
export async function installOperator(): Promise<Operators> {
  const deployment = await installOperatorRights();
  const {
    serviceAccountName,
    containers: [container],
  } = deployment.spec.template.spec;
  const { dir } = layoutOf(testCluster().name);
  await buildApps(join(dir, 'app'));
  await writeAccount(serviceAccountName, join(dir, 'operator'));
  await startInCluster('otlp', [process.execPath, '-e', TAKES_ANYTHING]);
  return replicas(container, dir);
}

/** The program of a receiver of traces. It accepts OTLP requests and discards the data. */
const TAKES_ANYTHING = `require('http')
  .createServer((request, response) => request.resume().on('end', () => response.end()))
  .listen(${OTLP_PORT}, '127.0.0.1')`;

/**
 * A program that requests the URL in its argument. It exits with 0 as soon as an answer is a success, or with 1 after
 * 30 s.
 */
const ASKS_UNTIL_OK = `(async () => {
  const isOk = () => fetch(process.argv[1]).then(({ ok }) => ok, () => false);
  const end = Date.now() + 30_000;
  for (; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) if (await isOk()) return;
  process.exitCode = 1;
})()`;

/**
 * Writes the files that a pod has in /var/run/secrets to `run`, the directory that the operator's process sees as /run.
 */
async function writeAccount(account: string, run: string): Promise<void> {
  const directory = join(run, 'secrets', 'kubernetes.io', 'serviceaccount');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const token = await kubectl('create', 'token', account, '--namespace', OPERATOR_NAMESPACE, '--duration=12h');
  const authority = readFileSync(join(layoutOf(testCluster().name).pki, 'ca.crt'), 'utf8');
  const files = { token: token.trim(), namespace: OPERATOR_NAMESPACE, 'ca.crt': authority };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
}

function replicas({ command, env }: Container, dir: string): Operators {
  const given = Object.fromEntries(
    env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  ) as Record<string, string>;
  const [, ...args] = command.map((word) => word.replace(/^\/app\//, `${join(dir, 'app')}/`));
  let started = 0;
  const portOf = (index: number): number => FIRST_PORT + 2 * index;
  return {
    ready: async ({ name }) => {
      const url = `http://127.0.0.1:${portOf(Number(name.replace(/\D+/, '')))}/readyz`;
      const how = await (await startInCluster('asks', [process.execPath, '-e', ASKS_UNTIL_OK, url])).ended;
      if (how !== 'exit code 0')
        throw new Error(
          `Expected ${name} to be ready at ${url} within 30 s, found: ${how}. Its log is in test/artefacts.`,
        );
    },
    start: () => {
      const index = started++;
      const name = `operator-${index}`;
      const here = {
        POD_NAME: name,
        POD_NAMESPACE: OPERATOR_NAMESPACE,
        KUBERNETES_SERVICE_HOST: network.nodeAddress, // not the Service's address, which needs kube-proxy
        KUBERNETES_SERVICE_PORT: String(network.apiPort),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${OTLP_PORT}`,
        // Each replica has its own ports, because all replicas share a loopback, unlike pods.
        PORT: String(portOf(index)),
        HEALTH_PORT: String(portOf(index) + 1),
      };
      return startInCluster(name, inPlaceOfRun(join(dir, 'operator'), [process.execPath, ...args]), {
        env: { ...OF_THE_IMAGE, ...given, ...here },
        first: true,
      });
    },
  };
}

/**
 * Builds a command that runs `command` with `directory` in the place of /run. Each program in between replaces itself
 * with the next, so the process id stays the same and is that of `command`.
 */
function inPlaceOfRun(directory: string, command: readonly string[]): string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$1" /run; shift; exec "$@"', 'sh', directory, ...command];
}

interface Lease {
  spec: { holderIdentity?: string };
}

/** Returns the name of the replica that leads. Undefined while no replica leads. */
export async function leader(): Promise<string | undefined> {
  const { items } = await apiGet<{ items: Lease[] }>(
    `/apis/coordination.k8s.io/v1/namespaces/${OPERATOR_NAMESPACE}/leases`,
  );
  // The holder's name may have a suffix that changes with each restart.
  return /^operator-\d+/.exec(items[0]?.spec.holderIdentity ?? '')?.[0];
}

/** Waits until one of these replicas leads. @returns that replica */
export function someoneLeads(programs: readonly InClusterProgram[]): Promise<InClusterProgram> {
  const look = async (): Promise<InClusterProgram> => {
    const name = await leader();
    const found = programs.find((program) => program.name === name);
    if (found === undefined) throw new Error(`expected one of the running replicas to lead, found ${name ?? 'none'}`);
    return found;
  };
  return eventually(look, { within: 60_000, every: 50 });
}

const KIBIBYTE = 1024;

/**
 * Returns the resident memory of a process and its highest value so far, in bytes.
 * https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function residentSet(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * KIBIBYTE;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}
