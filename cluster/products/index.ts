// The local cluster products that `npm run up` knows. The folder has two files for each product: one that is named
// after the product's kind, and its test. To add a product, add these two files.
import { readdirSync } from 'node:fs';

/** A context of the kubeconfig, and the URL of its API server. */
export interface Context {
  readonly name: string;
  /** The URL of the API server, or undefined if the kubeconfig lacks the context's cluster. */
  readonly server: string | undefined;
  /** The provider that minikube writes into the kubeconfig, whatever name its profile has. */
  readonly provider?: string;
}

/** What a node of a cluster says about the product that made it. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The node's id at its provider. kind writes one that begins with `kind://`. */
  readonly providerId: string | undefined;
}

/** Facts, other than the context, from which a product can recognize its own cluster. */
export interface DetectionFacts {
  /** The URL of our throwaway cluster's API server, if the cluster exists. */
  readonly devclusterServer: string | undefined;
}

/**
 * A product that runs a Kubernetes on this machine. In its functions, `context` is the name of the kubectl context of
 * the product's cluster.
 */
export interface Product {
  /** The short name in messages. It is also the name of the product's file. */
  readonly kind: string;
  /** The official name of the product. */
  readonly title: string;
  /**
   * Returns whether this product made the cluster of a context. This requires that the API server is on this machine.
   * The context's name alone is not enough.
   */
  detects(context: Context, facts: DetectionFacts): boolean;
  /**
   * Returns whether this product made a cluster on this machine, by its nodes. Contexts can be renamed, and two
   * products can give theirs the same name. Without this function, only `detects` counts.
   */
  readonly madeNodes?: (nodes: readonly NodeFacts[]) => boolean;
  /** Returns the name that the product itself gives the cluster's context, whatever the kubeconfig calls it. */
  readonly contextOf?: (nodes: readonly NodeFacts[]) => string | undefined;
  /** Says what to do if the cluster does not answer. */
  startHint(context: string): string;
  /** Says how to get a cluster of this product on a machine without Kubernetes. */
  readonly setup?: string;
  /** Says how to give the cluster more CPU and memory. */
  readonly resize?: string;
  /**
   * The container engine whose images the cluster can run without a copy. A product without such an engine needs
   * `loadCommand` or `importCommand`.
   */
  readonly engine?: ProductEngine;
  /** Returns the command that copies an image archive to the cluster's nodes. */
  readonly loadCommand?: (context: string, archive: string) => readonly string[];
  /**
   * Returns the command that copies the image archive in its standard input to one node.
   * @param dockerContexts the names of docker's contexts
   */
  readonly importCommand?: (node: string, dockerContexts: readonly string[]) => readonly string[];
  /** Says what to do if an image can't be copied to the nodes. */
  readonly loadHint?: string;
}

/** A container engine that is part of a product. */
export interface ProductEngine {
  /** Returns the docker context of the product's own daemon. */
  dockerContext(context: string): string;
  /** The first words of the command for the product's own nerdctl, if the product can work without docker. */
  readonly nerdctl?: readonly [string, ...string[]];
}

/** All products, in alphabetical order of kind. */
export const products: readonly Product[] = await Promise.all(productFiles().map(loadProduct));

/** The official names of all products except our own throwaway cluster, for messages. */
export const productTitles = products
  .filter(({ kind }) => kind !== 'devcluster')
  .map(({ title }) => title)
  .join(', ');

/** Returns the product that made the cluster of a context, or undefined if the cluster is not on this machine. */
export function productOf(context: Context, facts: DetectionFacts): Product | undefined {
  return products.find((product) => product.detects(context, facts));
}

/**
 * Returns the product that made the nodes of a cluster on this machine.
 * @param byContext the product that the context points to. It counts if the nodes don't contradict it
 */
export function productOfNodes(byContext: Product | undefined, nodes: readonly NodeFacts[]): Product | undefined {
  if (nodes.length === 0 || byContext?.madeNodes?.(nodes)) return byContext;
  return products.find((product) => product.madeNodes?.(nodes)) ?? byContext;
}

/** Lists the names of the product files, without the folder. */
export function productFiles(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .sort();
}

async function loadProduct(file: string): Promise<Product> {
  const { product } = (await import(`./${file}`)) as { product: Product };
  return product;
}
