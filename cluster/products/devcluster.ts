// The product for our own throwaway cluster (../devcluster), for a Linux machine without Kubernetes. For this product,
// the parameter `context` is the name of the throwaway cluster, not of a kubectl context.
import { importCommand } from '../devcluster/containerd.ts';
import { layoutOf } from '../devcluster/layout.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'devcluster',
  title: 'a throwaway cluster',
  detects: ({ server }, { devclusterServer }) => server !== undefined && server === devclusterServer,
  startHint: () => 'start it: npm run cluster -- up',
  loadCommand: (name, archive) => importCommand(layoutOf(name), archive),
};
