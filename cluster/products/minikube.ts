// The product minikube: https://minikube.sigs.k8s.io
import { isOnThisMachine } from '../local-server.ts';
import type { NodeFacts, Product } from './index.ts';

const PROVIDER = 'minikube.sigs.k8s.io';

/** Returns the profile that minikube writes on its nodes. The profile is also the name that it gives the context. */
const profileOf = ({ labels }: NodeFacts): string | undefined => labels['minikube.k8s.io/name'];

export const product: Product = {
  kind: 'minikube',
  title: 'minikube',
  detects: (context) => (context.name === 'minikube' || context.provider === PROVIDER) && isOnThisMachine(context),
  madeNodes: (nodes) => nodes.some((node) => profileOf(node) !== undefined),
  contextOf: (nodes) => nodes.map(profileOf).find((name) => name !== undefined),
  startHint: (context) => `start it: minikube start${context === 'minikube' ? '' : ` --profile ${context}`}`,
  setup: 'install minikube (https://minikube.sigs.k8s.io), then: minikube start',
  loadCommand: (context, archive) => ['minikube', 'image', 'load', archive, '--profile', context],
};
