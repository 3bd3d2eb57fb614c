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
  /** Says what to do if the cluster does not answer. */
  startHint(context: string): string;
  /** Says how to get a cluster of this product on a machine without Kubernetes. */
  readonly setup?: string;
  /** Says how to give the cluster more CPU and memory. */
  readonly resize?: string;
  /**
   * The container engine whose images the cluster can run without a copy. A product without such an engine needs
   * `loadCommand`.
   */
  readonly engine?: ProductEngine;
  /** Returns the command that copies an image archive to the cluster's nodes. */
  readonly loadCommand?: (context: string, archive: string) => readonly string[];
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
