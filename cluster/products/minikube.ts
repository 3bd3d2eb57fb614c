// The product minikube: https://minikube.sigs.k8s.io
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

const PROVIDER = 'minikube.sigs.k8s.io';

export const product: Product = {
  kind: 'minikube',
  title: 'minikube',
  detects: (context) => (context.name === 'minikube' || context.provider === PROVIDER) && isOnThisMachine(context),
  startHint: (context) => `start it: minikube start${context === 'minikube' ? '' : ` --profile ${context}`}`,
  setup: 'install minikube (https://minikube.sigs.k8s.io), then: minikube start',
  loadCommand: (context, archive) => ['minikube', 'image', 'load', archive, '--profile', context],
};
