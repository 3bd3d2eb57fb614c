import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { versions } from '../lab/versions.ts';
import { repoRoot } from '../support/paths.ts';

const read = (...path: string[]): string => readFileSync(join(repoRoot, ...path), 'utf8');

/** Each place that states the version of this project, which `lab` in versions.ts sets. */
const STATEMENTS: readonly (readonly [file: string, text: string])[] = [
  ['apps/Dockerfile', `image.version="${versions.lab}"`],
  ['apps/flask/Dockerfile', `image.version="${versions.lab}"`],
  ['apps/terminal/Dockerfile', `image.version="${versions.lab}"`],
  ['charts/lab/Chart.yaml', `\nversion: ${versions.lab}\nappVersion: ${versions.lab}\n`],
  ['charts/lab/values.yaml', `tag: ${versions.lab}\n`],
  ['CHANGELOG.md', `\n## ${versions.lab} - `],
  ['package-lock.json', `"name": "intro-otel",\n  "version": "${versions.lab}"`],
  ...['', ...globSync('*/package.json', { cwd: repoRoot }).map(dirname)].map(
    (folder) => [join(folder, 'package.json'), `"version": "${versions.lab}"`] as const,
  ),
];

test.each(STATEMENTS)("states this project's version in %s: %s", (file, text) => {
  expect(read(file)).toContain(text);
});

test.each([
  ['apps/Dockerfile', `ARG BASE=docker.io/library/node:${versions.nodeBase}\n`],
  ['apps/flask/Dockerfile', `ARG BASE=docker.io/library/python:${versions.pythonBase}\n`],
  ['apps/terminal/Dockerfile', `registry.k8s.io/kubectl:v${versions.kubernetes} `],
  ['package.json', `"node": "${versions.nodeBase.replace(/-.*/, '')}"`],
  ['charts/lab/values.yaml', versions.collector],
  ['charts/lab/values.yaml', versions.jaeger],
  ['charts/lab/values.yaml', `v${versions.prometheus}`],
  ['README.md', `opentelemetry-collector-contrib:${versions.collector} `],
  ['README.md', `jaeger:${versions.jaeger} `],
  ['README.md', `prometheus:v${versions.prometheus} `],
])('finds the version that versions.ts pins in the file %s: %s', (file, text) => {
  expect(read(file)).toContain(text);
});

test.each([
  ['kubernetes', 'k8s.io/kubernetes', versions.kubernetes],
  ['kubectl', 'k8s.io/kubectl', versions.kubernetes.replace(/^1\./, '0.')],
  ['etcd', 'go.etcd.io/etcd/server/v3', versions.etcd],
  ['coredns', 'github.com/coredns/coredns', versions.coredns],
  ['kube-router', 'github.com/cloudnativelabs/kube-router/v2', versions.kubeRouter],
  ['collector', 'opentelemetry-collector-contrib/processor/transformprocessor', versions.collector],
  ['jaeger', 'github.com/jaegertracing/jaeger', versions.jaegerModule],
  ['prometheus', 'github.com/prometheus/prometheus', versions.prometheusModule],
  ['crane', 'github.com/google/go-containerregistry', versions.crane],
  ['cosign', 'github.com/sigstore/cosign/v3', versions.cosign],
])('builds %s from %s in the version that versions.ts pins', (component, module, version) => {
  const [file = ''] = globSync(`{cluster,release}/components/${component}/go.mod`, { cwd: repoRoot });
  expect(read(file)).toContain(`${module} v${version}`);
});
