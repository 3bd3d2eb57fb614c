// Our own throwaway cluster (../devcluster), for a Linux machine that has no Kubernetes. Here `context` is its name.
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
