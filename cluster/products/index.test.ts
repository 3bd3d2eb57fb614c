import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { productFiles, productOf, productOfNodes, products, productTitles } from './index.ts';

test('lists every product file, under the name of the file', () => {
  expect(products.map(({ kind }) => `${kind}.ts`)).toEqual(productFiles());
  expect(productFiles()).toContain('kind.ts');
});

test.each(productFiles())('has a test file for the product file %s', (file) => {
  expect(existsSync(join(import.meta.dirname, file.replace(/\.ts$/, '.test.ts')))).toBe(true);
});

test.each(products.map((product) => [product.kind, product] as const))(
  'knows exactly one way to bring an image to %s',
  (_, product) => {
    expect(
      [product.engine, product.loadCommand, product.importCommand].filter((way) => way !== undefined),
    ).toHaveLength(1);
  },
);

test.each([
  ['gke_team_europe_prod', 'https://127.0.0.1:6443'],
  ['docker-desktop', undefined],
])('recognizes no product for the context %s with server %s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('lists the titles of all products except our own throwaway cluster', () => {
  expect(productTitles).toContain('Docker Desktop');
  expect(productTitles).not.toContain('throwaway');
});

describe('a cluster on this machine, by its nodes', () => {
  const node = (name: string, providerId?: string, labels = {}) => ({ name, labels, providerId });
  const kindNode = (cluster: string, name: string) => node(`${cluster}-${name}`, `kind://docker/${cluster}/${name}`);
  const minikubeNode = node('workshop', undefined, { 'minikube.k8s.io/name': 'workshop' });
  const called = (kind: string | undefined) => products.find((product) => product.kind === kind);

  test.each([
    ['docker-desktop', 'docker-desktop', [node('docker-desktop')], 'docker-desktop'],
    [
      'docker-desktop',
      'docker-desktop-kind',
      [kindNode('desktop', 'control-plane'), kindNode('desktop', 'worker')],
      'docker-desktop-kind',
    ],
    ['a renamed one', 'docker-desktop-kind', [kindNode('desktop', 'control-plane')], undefined],
    ['kind-desktop, made by kind itself', 'kind', [kindNode('desktop', 'control-plane')], 'kind'],
    ['a renamed one', 'kind', [kindNode('class', 'control-plane')], undefined],
    ['a renamed one', 'minikube', [minikubeNode, node('workshop-m02')], undefined],
    ['minikube', 'minikube', [minikubeNode], 'minikube'],
    ['a renamed one', undefined, [node('gke-1', 'gce://p/z/gke-1'), kindNode('class', 'control-plane')], undefined],
    ['orbstack', 'orbstack', [node('orbstack')], 'orbstack'],
    ['docker-desktop, whose nodes may not be listed', 'docker-desktop', [], 'docker-desktop'],
    ['docker-desktop, with a node of another name', 'docker-desktop', [node('docker-for-desktop')], 'docker-desktop'],
  ])('with the context %s is %s', (_context, expected, nodes, byContext) => {
    const found = byContext?.startsWith('docker-desktop') ? 'docker-desktop' : byContext;
    expect(productOfNodes(called(found), nodes)?.kind).toBe(expected);
  });

  test.each([
    ['kind', [kindNode('class', 'control-plane')], 'kind-class'],
    ['minikube', [node('workshop-m02'), minikubeNode], 'workshop'],
    ['kind', [], undefined],
  ])('is called as %s itself calls it', (kind, nodes, context) => {
    expect(called(kind)?.contextOf?.(nodes)).toBe(context);
  });
});
