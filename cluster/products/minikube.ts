// The product minikube: https://minikube.sigs.k8s.io
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'minikube',
  title: 'minikube',
  detects: (context) => context.name === 'minikube' && isOnThisMachine(context),
  startHint: () => 'start it: minikube start',
  setup: 'install minikube (https://minikube.sigs.k8s.io), then: minikube start',
  loadCommand: (context, archive) => ['minikube', 'image', 'load', archive, '--profile', context],
};
