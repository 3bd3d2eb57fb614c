// The operator as processes of this machine, for benchmarks on a cluster without a node of its own. They find what they would
// find in a pod: the files of the ServiceAccount that the chart gives them, and the API server in their network.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { IMAGE } from '../../cluster/image.ts';
import { repoRoot } from '../../cluster/support/paths.ts';
import { layoutOf, network } from '../../cluster/throwaway/layout.ts';
import { apiGet, apply, kubectl, testCluster, tool } from './cluster.ts';
import { eventually } from './eventually.ts';
import { startInside } from './inside.ts';
import type { InsideProgram } from './inside.ts';

/** The namespace, and the release, that it runs as. */
export const OPERATOR_NAMESPACE = 'intro-otel';
/** Of every account in its namespace, and that is the operator's alone. */
export const OPERATOR_GROUP = `system:serviceaccounts:${OPERATOR_NAMESPACE}`;

const PROGRAM = join(repoRoot, 'operator', 'main.ts');
const OF_OPERATOR = 'app.kubernetes.io/component=operator';
const KINDS = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
const DEFINITION = 'CustomResourceDefinition';

/** A port of the loopback of the cluster's network, where nothing else listens. */
const FIRST_PORT = 18080;

export interface Operators {
  /** Starts one replica, with a name that no other has had. */
  start: () => Promise<InsideProgram>;
}

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/** Gives the cluster what the chart has for the operator, but for what runs it: definitions, account and rights. */
export async function installOperatorRights(): Promise<Operators> {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATOR_NAMESPACE } });
  const { stdout } = await tool('helm', ['template', 'intro-otel', join(repoRoot, 'charts', 'lab'), '--namespace', OPERATOR_NAMESPACE]);
  const manifests = parseAllDocuments(stdout).flatMap((document) => (document.toJSON() as Manifest | null) ?? []);
  const [label, value] = OF_OPERATOR.split('=') as [string, string];
  const own = manifests.filter(({ kind, metadata }) => kind === DEFINITION || (KINDS.includes(kind) && metadata.labels?.[label] === value));
  await tool('kubectl', ['apply', '--server-side', '--namespace', OPERATOR_NAMESPACE, '-f', '-'], { input: own.map((one) => stringify(one)).join('---\n') });
  await kubectl('wait', '--for=condition=Established', '--timeout=60s', 'crd/workshops.intro-otel.dev', 'crd/seats.intro-otel.dev');
  const account = own.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name;
  if (account === undefined) throw new Error('the chart has no ServiceAccount for the operator');
  return replicas(account, await filesOf(account));
}

/** What a pod has at /var/run/secrets, in a directory of the cluster's that is to stand for /run. */
async function filesOf(account: string): Promise<string> {
  const layout = layoutOf(testCluster().name);
  const run = join(layout.dir, 'operator');
  const directory = join(run, 'secrets', 'kubernetes.io', 'serviceaccount');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const token = await kubectl('create', 'token', account, '--namespace', OPERATOR_NAMESPACE, '--duration=12h');
  const files = { token: token.trim(), namespace: OPERATOR_NAMESPACE, 'ca.crt': readFileSync(join(layout.pki, 'ca.crt'), 'utf8') };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
  return run;
}

/** Each process becomes the next one, so the process id that was started is the operator's in the end. */
function inPlaceOfRun(directory: string, command: readonly string[]): string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$1" /run; shift; exec "$@"', 'sh', directory, ...command];
}

function replicas(account: string, run: string): Operators {
  let started = 0;
  return {
    start: () => {
      const index = started++;
      const env = {
        KUBERNETES_SERVICE_HOST: network.nodeAddress, // a Service's address needs a kube-proxy
        KUBERNETES_SERVICE_PORT: String(network.apiPort),
        POD_NAME: `operator-${index}`,
        POD_NAMESPACE: OPERATOR_NAMESPACE,
        OPERATOR_ACCOUNT: account,
        OPERATOR_IMAGE: IMAGE,
        PORT: String(FIRST_PORT + index),
      };
      return startInside(env.POD_NAME, inPlaceOfRun(run, [process.execPath, PROGRAM]), { env });
    },
  };
}

interface Lease {
  spec: { holderIdentity?: string };
}

/** The name of the replica that leads; undefined while none does. */
export async function leader(): Promise<string | undefined> {
  const { items } = await apiGet<{ items: Lease[] }>(`/apis/coordination.k8s.io/v1/namespaces/${OPERATOR_NAMESPACE}/leases`);
  const holder = items[0]?.spec.holderIdentity;
  // What comes after the pod's name tells one life of it from the next.
  return holder === undefined || holder === '' ? undefined : /^operator-\d+/.exec(holder)?.[0];
}

/** Waits until one of these leads. */
export function someoneLeads(programs: readonly InsideProgram[]): Promise<InsideProgram> {
  const look = async (): Promise<InsideProgram> => {
    const name = await leader();
    const found = programs.find((program) => program.name === name);
    if (found === undefined) throw new Error(`${name ?? 'none'} leads`);
    return found;
  };
  return eventually(look, { within: 60_000, every: 50 });
}

const KIBIBYTE = 1024;

/** Bytes of memory that a process has now, and the most it has had. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export function residentSet(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * KIBIBYTE;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}
