// Decides which Kubernetes to use, as pure functions of facts about the machine and the kubeconfig. A cluster that is
// not on this machine is used only if the user names it.
import { UserError } from '../support/errors.ts';
import { isOnLoopback, isOnThisMachine } from './local-server.ts';
import { productOf, productOfNodes, products, productTitles } from './products/index.ts';
import type { Context, DetectionFacts, NodeFacts, Product } from './products/index.ts';

export interface Facts extends DetectionFacts {
  readonly contexts: readonly Context[];
  /** The kubeconfig's current context. */
  readonly current: string | undefined;
  /** The value of `--context`. */
  readonly requested: string | undefined;
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
}

/** The decision to use an existing cluster, in which `up` may install the lab. */
export interface Existing {
  readonly use: 'context';
  readonly context: string;
  /**
   * The product that runs the cluster. Undefined for a cluster that is not on this machine, which only `--context`
   * allows.
   */
  readonly product: Product | undefined;
}

export interface DevclusterChoice {
  readonly use: 'devcluster';
  /** The reason why the throwaway cluster is used. The user sees it. */
  readonly because: string;
}

export type Choice = Existing | DevclusterChoice;

/**
 * Chooses a cluster without connecting to it: the one that `--context` names, else the current one if it is on this
 * machine, else the throwaway cluster. A current context with an unknown name and a server on this machine's loopback
 * address is chosen without a product: `identify` decides once its nodes are known.
 * @throws UserError if the context does not exist or must not be used, or if no throwaway cluster can run here
 */
export function choose(facts: Facts): Choice {
  if (facts.requested !== undefined) return requested(facts, facts.requested);
  const current = facts.contexts.find((context) => context.name === facts.current);
  if (current === undefined) return chooseDevcluster(facts, noContext(facts));
  const product = productOf(current, facts);
  if (product === undefined && !isOnLoopback(current)) throw notLocal(current, facts);
  return chosen(current, product, 'it is the current kubectl context');
}

/**
 * Finds the product of a chosen cluster by its nodes too.
 * @throws UserError if no product made the cluster, and `--context` does not name it
 */
export function identify(choice: Existing, facts: Facts, nodes: readonly NodeFacts[]): Existing {
  const context = facts.contexts.find(({ name }) => name === choice.context);
  if (context === undefined || !isOnThisMachine(context)) return choice;
  const product = productOfNodes(choice.product, nodes);
  if (product === undefined && facts.requested === undefined) throw notLocal(context, facts);
  return { ...choice, product };
}

/**
 * Chooses the throwaway cluster if the chosen cluster does not answer. This requires that the throwaway cluster can run
 * on this machine, and that the user named no cluster.
 * @param found the error of the attempt to connect
 * @throws UserError if the throwaway cluster can't be chosen
 */
export function whenUnreachable(choice: Existing, facts: Facts, found: string): DevclusterChoice {
  if (facts.requested === undefined && canRunDevcluster(facts)) {
    return { use: 'devcluster', because: `the current kubectl context, ${choice.context}, does not answer` };
  }
  throw new UserError(`The Kubernetes of the context ${choice.context} does not answer.`, {
    expected: 'an API server that answers',
    found,
    todo: [
      choice.product?.startHint(choice.context) ?? 'start it, or repair the connection to it',
      'name another context: --context NAME (kubectl config get-contexts lists them)',
    ],
  });
}

function requested(facts: Facts, name: string): Choice {
  const context = facts.contexts.find((candidate) => candidate.name === name);
  if (context === undefined) {
    throw new UserError(`The kubectl context ${name} does not exist.`, {
      expected: 'the name of a context in the kubeconfig',
      found: listed(facts.contexts),
      todo: 'name one of these, or leave --context out',
    });
  }
  return chosen(context, productOf(context, facts), '--context names it');
}

function chosen(context: Context, product: Product | undefined, because: string): Choice {
  if (product?.kind === 'devcluster') return { use: 'devcluster', because };
  return { use: 'context', context: context.name, product };
}

function chooseDevcluster(facts: Facts, because: string): DevclusterChoice {
  if (canRunDevcluster(facts)) return { use: 'devcluster', because };
  const linux = facts.platform === 'linux';
  throw new UserError('There is no Kubernetes on this machine to use.', {
    expected: 'a kubectl context of a Kubernetes on this machine',
    found: linux ? `${because}, and no root to start a throwaway cluster with` : because,
    todo: [
      ...products.flatMap(({ setup }) => setup ?? []),
      `start another local one (${productTitles}), then run this again`,
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

function notLocal(context: Context, facts: Facts): UserError {
  const local = facts.contexts.filter((candidate) => productOf(candidate, facts) !== undefined);
  return new UserError(
    `The current kubectl context, ${context.name}, is not a known Kubernetes on this machine, so it was left alone.`,
    {
      expected: `a local Kubernetes (${productTitles})`,
      found: `${context.name} at ${context.server ?? 'no server'}`,
      todo: [
        ...local.map(({ name }) => `use a local one: --context ${name}`),
        `if you do mean this one: --context ${context.name}`,
      ],
    },
  );
}

function listed(contexts: readonly Context[]): string {
  return contexts.length === 0 ? 'no contexts at all' : contexts.map((context) => context.name).join(', ');
}
