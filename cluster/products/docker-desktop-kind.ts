// The product Docker Desktop, whose Kubernetes is made by kind. Its nodes have an image store of their own, so an image
// that docker has built is not there. The context has the same name as with kubeadm, so only the nodes tell the two
// apart. https://docs.docker.com/desktop/use-desktop/kubernetes/#cluster-provisioning-method
import type { Product } from './index.ts';
import { kindCluster } from './kind.ts';

/** The docker context of Docker Desktop. The default context may be another daemon. */
const DOCKER_CONTEXT = 'desktop-linux';

export const product: Product = {
  kind: 'docker-desktop-kind',
  title: 'Docker Desktop with kind',
  detects: () => false,
  madeNodes: (nodes) => nodes.every((node) => kindCluster(node) === 'desktop' && node.name.startsWith('desktop-')),
  startHint: () => 'start Docker Desktop and its Kubernetes',
  resize: 'Docker Desktop: Settings, Resources',
  importCommand: (node, dockerContexts) => [
    'docker',
    ...(dockerContexts.includes(DOCKER_CONTEXT) ? ['--context', DOCKER_CONTEXT] : []),
    'exec',
    '--interactive',
    node,
    'ctr',
    '--namespace',
    'k8s.io',
    'images',
    'import',
    '--all-platforms',
    '-',
  ],
  loadHint:
    'let docker reach the nodes, which are containers: Docker Desktop, Kubernetes, Show system containers. ' +
    'Or let kubeadm make the cluster',
};
