import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../lab/versions.ts';
import { repoRoot } from '../support/paths.ts';

const read = (...path: string[]): string => readFileSync(join(repoRoot, ...path), 'utf8');

test.each([
  ['apps/Dockerfile', `ARG BASE=docker.io/library/node:${versions.nodeBase}\n`],
  ['apps/Dockerfile', `image.version="${versions.lab}"`],
  ['apps/flask/Dockerfile', `ARG BASE=docker.io/library/python:${versions.pythonBase}\n`],
  ['apps/flask/Dockerfile', `image.version="${versions.lab}"`],
  ['package.json', `"version": "${versions.lab}"`],
  ['package.json', `"node": "${versions.nodeBase.replace(/-.*/, '')}"`],
  ['charts/lab/values.yaml', versions.collector],
  ['charts/lab/values.yaml', versions.jaeger],
])('finds the version that versions.ts pins in the file %s: %s', (file, text) => {
  expect(read(file)).toContain(text);
});

test.each([
  ['kubernetes', 'k8s.io/kubernetes', versions.kubernetes],
  ['etcd', 'go.etcd.io/etcd/server/v3', versions.etcd],
  ['coredns', 'github.com/coredns/coredns', versions.coredns],
  ['kube-router', 'github.com/cloudnativelabs/kube-router/v2', versions.kubeRouter],
  ['collector', 'opentelemetry-collector-contrib/processor/transformprocessor', versions.collector],
  ['jaeger', 'github.com/jaegertracing/jaeger', versions.jaegerModule],
])('builds %s from %s in the version that versions.ts pins', (component, module, version) => {
  expect(read('cluster', 'components', component, 'go.mod')).toContain(`${module} v${version}`);
});
