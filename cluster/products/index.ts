// The local cluster products that `npm run up` knows. Each is one file in this folder, named for its kind, with its
// test beside it. Adding a product is adding these two files.
import { readdirSync } from 'node:fs';

/** A context of the kubeconfig, and where its API server is. */
export interface Context {
  readonly name: string;
  /** The server's URL, or undefined when the kubeconfig has no such cluster. */
  readonly server: string | undefined;
}

/** What a product may look at besides the context to recognize a cluster of its own. */
export interface DetectionFacts {
  /** The URL of the API server of our own throwaway cluster, if there is one. */
  readonly devclusterServer: string | undefined;
}

/** Something that makes a Kubernetes on this machine. `context` is the name of its kubectl context throughout. */
export interface Product {
  /** Short name in messages. It is also the name of the product's file. */
  readonly kind: string;
  /** The name as its makers write it. */
  readonly title: string;
  /** Whether this product made the cluster behind a context. A name alone is not enough: the server must be local. */
  detects(context: Context, facts: DetectionFacts): boolean;
  /** What to do when the cluster does not answer. */
  startHint(context: string): string;
  /** How to get such a cluster on a machine that has no Kubernetes. */
  readonly setup?: string;
  /** How to give the cluster more CPU and memory. */
  readonly resize?: string;
  /** The container engine whose store the cluster runs images from. Other products need `loadCommand`. */
  readonly engine?: ProductEngine;
  /** The command that copies an image archive to the cluster's nodes. */
  readonly loadCommand?: (context: string, archive: string) => readonly string[];
}

/** A container engine that belongs to a product. */
export interface ProductEngine {
  /** The docker context that leads to the product's own daemon. */
  dockerContext(context: string): string;
  /** The words that run the product's own nerdctl, for a product that can do without docker. */
  readonly nerdctl?: readonly [string, ...string[]];
}

/** Every product, in alphabetical order of kind. */
export const products: readonly Product[] = await Promise.all(productFiles().map(loadProduct));

/** The names of all products that other people make, for messages. */
export const productTitles = products
  .filter(({ kind }) => kind !== 'devcluster')
  .map(({ title }) => title)
  .join(', ');

/** The product that made the cluster behind a context, or undefined when the cluster is not on this machine. */
export function productOf(context: Context, facts: DetectionFacts): Product | undefined {
  return products.find((product) => product.detects(context, facts));
}

/** The names of the product files, without the folder. */
export function productFiles(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .sort();
}

async function loadProduct(file: string): Promise<Product> {
  const { product } = (await import(`./${file}`)) as { product: Product };
  return product;
}
