// The product Docker Desktop, whose Kubernetes is made by kubeadm. That of kind is in docker-desktop-kind.ts.
// https://docs.docker.com/desktop/features/kubernetes/
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'docker-desktop',
  title: 'Docker Desktop',
  detects: (context) => /^docker-(desktop|for-desktop)$/.test(context.name) && isOnThisMachine(context),
  madeNodes: (nodes) => nodes.every(({ name }) => name === 'docker-desktop'),
  startHint: () => 'start Docker Desktop and enable Kubernetes in its settings',
  setup:
    'enable Kubernetes in Docker Desktop: Settings, Kubernetes, Enable Kubernetes\n' +
    '(https://docs.docker.com/desktop/features/kubernetes/)',
  resize: 'Docker Desktop: Settings, Resources',
  engine: { dockerContext: () => 'desktop-linux' },
};
