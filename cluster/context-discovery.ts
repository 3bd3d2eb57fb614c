// Finds the Kubernetes to use: reads the kubeconfig, lets context.ts choose a cluster, and asks only this cluster for
// its version.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { V1Node } from '@kubernetes/client-node';
import { choose, identify, whenUnreachable } from './context.ts';
import type { DevclusterChoice, Existing, Facts } from './context.ts';
import type { Context, NodeFacts } from './products/index.ts';
import { run } from '../support/run.ts';
import type { RunResult } from '../support/run.ts';
import { stateDir } from '../support/paths.ts';
import type { Progress } from '../support/progress.ts';
import { anyKubectl, numbers } from './tools.ts';

/** The name of the throwaway cluster that `npm run up` uses. */
export const DEVCLUSTER = 'intro-otel';

/** A cluster that exists, and the version of its API server. */
export interface Discovery extends Existing {
  readonly version: string;
  readonly minor: number;
  /** The nodes, or an empty list if the user may not list them. */
  readonly nodes: readonly NodeFacts[];
}

/** Finds the Kubernetes to use. @param context the value of `--context` */
export async function findKubernetes(
  context: string | undefined,
  report: Progress,
): Promise<Discovery | DevclusterChoice> {
  const facts = await readFacts(context, report);
  const choice = choose(facts);
  if (choice.use === 'devcluster') return choice;
  const answer = await askVersion(choice, report);
  if (answer.version === undefined) return whenUnreachable(choice, facts, answer.output);
  const nodes = await readNodes(choice, report);
  return { ...identify(choice, facts, nodes), version: answer.version, minor: numbers(answer.version)[1] ?? 0, nodes };
}

async function readFacts(requested: string | undefined, report: Progress): Promise<Facts> {
  const config = hasKubeconfig() ? await readKubeconfig(report) : {};
  return {
    contexts: contextsOf(config),
    current: config['current-context'] === '' ? undefined : config['current-context'],
    requested,
    devclusterServer: devclusterServer(DEVCLUSTER),
    platform: process.platform,
    root: process.getuid?.() === 0,
  };
}

/** Returns whether a kubeconfig exists. If none exists, no kubectl is needed to read it. */
function hasKubeconfig(): boolean {
  const files =
    process.env['KUBECONFIG']?.split(process.platform === 'win32' ? ';' : ':').filter((file) => file !== '') ?? [];
  return (files.length > 0 ? files : [join(homedir(), '.kube', 'config')]).some((file) => existsSync(file));
}

interface Cluster {
  readonly server?: string;
  /** Entries of other programs, such as minikube's with its name as the provider. */
  readonly extensions?: readonly { readonly extension?: { readonly provider?: unknown } | null }[] | null;
}

/**
 * The fields of a kubeconfig that we read. Lists may be null.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string; context: { cluster: string } }[] | null;
  clusters?: { name: string; cluster: Cluster }[] | null;
}

async function readKubeconfig(report: Progress): Promise<Kubeconfig> {
  const kubectl = await anyKubectl(report);
  const { stdout } = await run(kubectl.path, ['config', 'view', '--output=json'], { timeout: 20_000 });
  return JSON.parse(stdout) as Kubeconfig;
}

/** Lists the contexts of a kubeconfig, each with the URL of its cluster's API server. */
export function contextsOf(config: Kubeconfig): Context[] {
  const clusters = new Map((config.clusters ?? []).map(({ name, cluster }) => [name, cluster]));
  return (config.contexts ?? []).map(({ name, context }) => {
    const cluster = clusters.get(context.cluster);
    return { name, server: cluster?.server, ...providerOf(cluster) };
  });
}

function providerOf(cluster: Cluster | undefined): Pick<Context, 'provider'> {
  const providers = (cluster?.extensions ?? []).map(({ extension }) => extension?.provider);
  const provider = providers.find((one) => typeof one === 'string');
  return provider === undefined ? {} : { provider };
}

/** Reads the API server's URL of the throwaway cluster `name` from its kubeconfig. */
function devclusterServer(name: string): string | undefined {
  const file = stateDir(name, 'kubeconfig');
  return existsSync(file) ? /server:\s*"?([^"\s]+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

async function askVersion({ context }: Existing, report: Progress): Promise<{ version?: string; output: string }> {
  const kubectl = await anyKubectl(report);
  const args = ['version', '--output=json', '--context', context, '--request-timeout=5s'];
  const result = await run(kubectl.path, args, { timeout: 30_000, allowFailure: true });
  const version = serverVersion(result);
  return version === undefined ? { output: lastLine(result) } : { version, output: '' };
}

async function readNodes({ context }: Existing, report: Progress): Promise<NodeFacts[]> {
  const kubectl = await anyKubectl(report);
  const args = ['get', 'nodes', '--output=json', '--context', context, '--request-timeout=5s'];
  const { code, stdout } = await run(kubectl.path, args, { timeout: 30_000, allowFailure: true });
  return code === 0 ? nodesOf(JSON.parse(stdout) as { items: V1Node[] }) : [];
}

/** Returns what nodes say about the product that made them. */
export const nodesOf = ({ items }: { readonly items: readonly V1Node[] }): NodeFacts[] =>
  items.map(({ metadata, spec }) => ({
    name: metadata?.name ?? '',
    labels: metadata?.labels ?? {},
    providerId: spec?.providerID,
  }));

function serverVersion({ stdout }: RunResult): string | undefined {
  try {
    return (JSON.parse(stdout) as { serverVersion?: { gitVersion?: string } }).serverVersion?.gitVersion;
  } catch {
    return undefined;
  }
}

function lastLine({ stdout, stderr }: RunResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
}
