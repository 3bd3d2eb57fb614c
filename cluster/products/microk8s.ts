// The product MicroK8s: https://microk8s.io
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'microk8s',
  title: 'MicroK8s',
  detects: (context) => context.name === 'microk8s' && isOnThisMachine(context),
  startHint: () => 'start it: microk8s start',
  loadCommand: (_, archive) => ['microk8s', 'ctr', 'image', 'import', archive],
};
