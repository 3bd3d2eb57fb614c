// Which Kubernetes to use. Deciding is a pure function of what was found; finding never touches a cluster that is neither
// on this machine nor asked for by name.
import { UserError } from '../support/errors.ts';

/** What a local cluster was made by; it says where an image has to be put. */
export type LocalKind =
  'docker-desktop' | 'kind' | 'minikube' | 'k3d' | 'rancher-desktop' | 'colima' | 'orbstack' | 'microk8s' | 'k3s';

/** A context of the kubeconfig, and where its API server is. */
export interface Context {
  name: string;
  /** The server's URL, or undefined where the kubeconfig has no such cluster. */
  server: string | undefined;
}

export interface Facts {
  contexts: readonly Context[];
  /** The kubeconfig's current-context. */
  current: string | undefined;
  /** What `--context` named. */
  requested: string | undefined;
  /** A throwaway cluster that `up` recorded: the URL of its API server. */
  devclusterServer: string | undefined;
  platform: NodeJS.Platform;
  root: boolean;
}

/** A cluster that may be touched: `kind` is 'other' for one that only `--context` made eligible. */
export interface Existing {
  use: 'context';
  context: string;
  kind: LocalKind | 'other';
}

export interface DevclusterChoice {
  use: 'throwaway';
  /** Why not another, for the person at the terminal. */
  because: string;
}

export type Choice = Existing | DevclusterChoice;

const NAMES: readonly (readonly [LocalKind, RegExp])[] = [
  ['docker-desktop', /^docker-(desktop|for-desktop)$/],
  ['kind', /^kind-./],
  ['minikube', /^minikube$/],
  ['k3d', /^k3d-./],
  ['rancher-desktop', /^rancher-desktop$/],
  ['colima', /^colima(-.+)?$/],
  ['orbstack', /^orbstack$/],
  ['microk8s', /^microk8s$/],
  ['k3s', /^(default|k3s)$/],
];

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;
/** Names that only a desktop's own virtual machine has, and the private addresses that such machines are given. */
const OWN_MACHINE =
  /^(kubernetes\.docker\.internal|host\.docker\.internal|k8s\.orb\.local|(10|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d+){2,3})$/;

/**
 * What made the cluster behind this context, or undefined where it is not a cluster on this machine. The name alone is
 * not trusted: a `kind-prod` behind a public address is nobody's laptop.
 */
export function localKind(context: Context): LocalKind | undefined {
  const kind = NAMES.find(([, name]) => name.test(context.name))?.[0];
  const host = hostOf(context.server);
  if (kind === undefined || host === undefined) return undefined;
  if (LOOPBACK.test(host)) return kind;
  return kind !== 'k3s' && OWN_MACHINE.test(host) ? kind : undefined;
}

function hostOf(server: string | undefined): string | undefined {
  return server !== undefined && URL.canParse(server) ? new URL(server).hostname : undefined;
}

/**
 * The cluster to use, before anything was asked of it: the one `--context` names, else the current one when it is on this
 * machine, else the throwaway cluster.
 * @throws UserError for a context that does not exist or must not be touched, and where no throwaway cluster can run.
 */
export function choose(facts: Facts): Choice {
  if (facts.requested !== undefined) return requested(facts, facts.requested);
  const current = facts.contexts.find((context) => context.name === facts.current);
  if (current === undefined) return chooseDevcluster(facts, noContext(facts));
  if (isDevcluster(current, facts)) return { use: 'throwaway', because: 'it is the current kubectl context' };
  const kind = localKind(current);
  if (kind === undefined) throw notLocal(current, facts.contexts);
  return { use: 'context', context: current.name, kind };
}

/**
 * What to do when the chosen cluster did not answer: the throwaway cluster, where one can run and nobody asked for this one.
 * @param found what the attempt said
 * @throws UserError otherwise
 */
export function whenUnreachable(choice: Existing, facts: Facts, found: string): DevclusterChoice {
  if (facts.requested === undefined && canRunDevcluster(facts)) {
    return { use: 'throwaway', because: `the current kubectl context, ${choice.context}, does not answer` };
  }
  throw new UserError(`The Kubernetes of the context ${choice.context} does not answer.`, {
    expected: 'an API server that answers',
    found,
    todo: [startHint(choice), 'name another context: --context NAME (kubectl config get-contexts lists them)'],
  });
}

function requested(facts: Facts, name: string): Choice {
  const context = facts.contexts.find((candidate) => candidate.name === name);
  if (context === undefined) {
    throw new UserError(`There is no kubectl context ${name}.`, {
      expected: 'the name of a context in the kubeconfig',
      found: listed(facts.contexts),
      todo: 'name one of these, or leave --context out',
    });
  }
  if (isDevcluster(context, facts)) return { use: 'throwaway', because: 'the context named is its own' };
  return { use: 'context', context: name, kind: localKind(context) ?? 'other' };
}

function isDevcluster(context: Context, facts: Facts): boolean {
  return context.server !== undefined && context.server === facts.devclusterServer;
}

function chooseDevcluster(facts: Facts, because: string): DevclusterChoice {
  if (canRunDevcluster(facts)) return { use: 'throwaway', because };
  const linux = facts.platform === 'linux';
  throw new UserError('There is no Kubernetes to use.', {
    expected: 'a kubectl context of a Kubernetes on this machine',
    found: linux ? `${because}, and no root to start a throwaway cluster with` : because,
    todo: [
      'enable Kubernetes in Docker Desktop: Settings, Kubernetes, Enable Kubernetes (https://docs.docker.com/desktop/features/kubernetes/)',
      'start another local one (kind, minikube, k3d, Rancher Desktop, Colima, OrbStack, MicroK8s, k3s), then run this again',
      ...(linux ? ['run this as root, which starts a throwaway Kubernetes: sudo npm run up'] : []),
    ],
  });
}

function canRunDevcluster(facts: Facts): boolean {
  return facts.platform === 'linux' && facts.root;
}

function noContext(facts: Facts): string {
  if (facts.contexts.length === 0) return 'there is no kubectl context';
  if (facts.current === undefined) return `no kubectl context is current (there are ${listed(facts.contexts)})`;
  return `the current kubectl context, ${facts.current}, is not in the kubeconfig`;
}

function notLocal(context: Context, all: readonly Context[]): UserError {
  const local = all.filter((candidate) => localKind(candidate) !== undefined).map((candidate) => candidate.name);
  return new UserError(
    `The current kubectl context, ${context.name}, is not known as a Kubernetes on this machine, so it was left alone.`,
    {
      expected:
        'a local Kubernetes (Docker Desktop, kind, minikube, k3d, Rancher Desktop, Colima, OrbStack, MicroK8s, k3s)',
      found: `${context.name} at ${context.server ?? 'no server'}`,
      todo: [
        ...local.map((name) => `use a local one: --context ${name}`),
        `if you do mean this one: --context ${context.name}`,
      ],
    },
  );
}

function startHint(choice: Existing): string {
  const hints: Partial<Record<Existing['kind'], string>> = {
    'docker-desktop': 'start Docker Desktop and enable Kubernetes in its settings',
    kind: `make it again: kind create cluster --name ${choice.context.replace(/^kind-/, '')}`,
    minikube: 'start it: minikube start',
    k3d: `start it: k3d cluster start ${choice.context.replace(/^k3d-/, '')}`,
    'rancher-desktop': 'start Rancher Desktop and enable Kubernetes in its settings',
    colima: 'start it: colima start --kubernetes',
    orbstack: 'start it: orb start k8s',
    microk8s: 'start it: microk8s start',
    k3s: 'start it: systemctl start k3s',
  };
  return hints[choice.kind] ?? 'start it, or mend the way to it';
}

function listed(contexts: readonly Context[]): string {
  return contexts.length === 0 ? 'no contexts at all' : contexts.map((context) => context.name).join(', ');
}
