// The product kind (Kubernetes in Docker): https://kind.sigs.k8s.io
import { isOnThisMachine } from '../local-server.ts';
import type { NodeFacts, Product } from './index.ts';

const PREFIX = /^kind-/;

/** Returns the name of the kind cluster that a node belongs to. Its id is kind://PROVIDER/CLUSTER/NODE. */
export const kindCluster = ({ providerId = '' }: NodeFacts): string | undefined =>
  /^kind:\/\/[^/]*\/([^/]+)\//.exec(providerId)?.[1];

export const product: Product = {
  kind: 'kind',
  title: 'kind',
  detects: (context) => /^kind-./.test(context.name) && isOnThisMachine(context),
  madeNodes: (nodes) => nodes.every((node) => kindCluster(node) !== undefined),
  contextOf: (nodes) => nodes.flatMap((node) => kindCluster(node) ?? []).map((name) => `kind-${name}`)[0],
  startHint: (context) => `make it again: kind create cluster --name ${context.replace(PREFIX, '')}`,
  setup: 'install kind (https://kind.sigs.k8s.io), then: kind create cluster',
  loadCommand: (context, archive) => ['kind', 'load', 'image-archive', archive, '--name', context.replace(PREFIX, '')],
};
