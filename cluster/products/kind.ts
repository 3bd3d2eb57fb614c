// The product kind (Kubernetes in Docker): https://kind.sigs.k8s.io
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

const PREFIX = /^kind-/;

export const product: Product = {
  kind: 'kind',
  title: 'kind',
  detects: (context) => /^kind-./.test(context.name) && isOnThisMachine(context),
  startHint: (context) => `make it again: kind create cluster --name ${context.replace(PREFIX, '')}`,
  setup: 'install kind (https://kind.sigs.k8s.io), then: kind create cluster',
  loadCommand: (context, archive) => ['kind', 'load', 'image-archive', archive, '--name', context.replace(PREFIX, '')],
};
