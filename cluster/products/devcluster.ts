// The product for our own throwaway cluster (../devcluster), for a Linux machine without Kubernetes. Here the parameter
// `context` is the cluster's name.
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
