// The product Rancher Desktop: https://docs.rancherdesktop.io
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'rancher-desktop',
  title: 'Rancher Desktop',
  detects: (context) => context.name === 'rancher-desktop' && isOnThisMachine(context),
  startHint: () => 'start Rancher Desktop and enable Kubernetes in its settings',
  engine: { dockerContext: (context) => context, nerdctl: ['nerdctl'] },
};
