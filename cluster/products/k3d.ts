// The product k3d: https://k3d.io
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

const PREFIX = /^k3d-/;

export const product: Product = {
  kind: 'k3d',
  title: 'k3d',
  detects: (context) => /^k3d-./.test(context.name) && isOnThisMachine(context),
  startHint: (context) => `start it: k3d cluster start ${context.replace(PREFIX, '')}`,
  setup: 'install k3d (https://k3d.io), then: k3d cluster create',
  loadCommand: (context, archive) => ['k3d', 'image', 'import', archive, '--cluster', context.replace(PREFIX, '')],
};
