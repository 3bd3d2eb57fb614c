import { contextsOf, nodesOf } from './context-discovery.ts';

test('reads the contexts of a kubeconfig, each with the server of its cluster', () => {
  const config = {
    contexts: [
      { name: 'kind-a', context: { cluster: 'a' } },
      { name: 'lost', context: { cluster: 'nowhere' } },
    ],
    clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:6443' } }],
  };
  expect(contextsOf(config)).toEqual([
    { name: 'kind-a', server: 'https://127.0.0.1:6443' },
    { name: 'lost', server: undefined },
  ]);
});

test("reads the provider that minikube writes into its cluster's entry", () => {
  const extension = { provider: 'minikube.sigs.k8s.io', version: 'v1.37.0' };
  const config = {
    contexts: [{ name: 'workshop', context: { cluster: 'workshop' } }],
    clusters: [
      {
        name: 'workshop',
        cluster: { server: 'https://192.168.49.2:8443', extensions: [{ extension: null }, { extension }] },
      },
    ],
  };
  expect(contextsOf(config)).toMatchObject([{ name: 'workshop', provider: 'minikube.sigs.k8s.io' }]);
});

test('finds no contexts in an empty kubeconfig', () => {
  expect(contextsOf({ contexts: null, clusters: null })).toEqual([]);
  expect(contextsOf({})).toEqual([]);
});

test('reads what nodes say about the product that made them', () => {
  const metadata = { name: 'desktop-worker', labels: { a: 'b' } };
  expect(nodesOf({ items: [{ metadata, spec: { providerID: 'kind://docker/desktop/desktop-worker' } }, {}] })).toEqual([
    { name: 'desktop-worker', labels: { a: 'b' }, providerId: 'kind://docker/desktop/desktop-worker' },
    { name: '', labels: {}, providerId: undefined },
  ]);
});
