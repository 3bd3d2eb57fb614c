// The product k3s: https://k3s.io. Its context is called `default`, a name that other clusters may have too. So k3s is
// recognized only if the API server listens on loopback.
import { isOnLoopback } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'k3s',
  title: 'k3s',
  detects: (context) => /^(default|k3s)$/.test(context.name) && isOnLoopback(context),
  startHint: () => 'start it: systemctl start k3s',
  loadCommand: (_, archive) => ['k3s', 'ctr', 'images', 'import', archive],
};
