// The product OrbStack: https://docs.orbstack.dev/kubernetes/
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'orbstack',
  title: 'OrbStack',
  detects: (context) => context.name === 'orbstack' && isOnThisMachine(context, ['k8s.orb.local']),
  startHint: () => 'start it: orb start k8s',
  engine: { dockerContext: (context) => context },
};
