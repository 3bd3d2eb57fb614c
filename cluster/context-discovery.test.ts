import { contextsOf } from './context-discovery.ts';

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

test('finds no contexts in an empty kubeconfig', () => {
  expect(contextsOf({ contexts: null, clusters: null })).toEqual([]);
  expect(contextsOf({})).toEqual([]);
});
