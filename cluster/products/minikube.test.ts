import { productOf } from './index.ts';
import { product } from './minikube.ts';

test.each([['minikube', 'https://192.168.49.2:8443']])(
  'recognizes the context %s with server %s as minikube',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
  },
);

test.each([['minikube', 'https://172.32.0.1:8443']])(
  'does not take the context %s with server %s for minikube',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
  },
);

const provider = 'minikube.sigs.k8s.io';

test('recognizes a profile of any name by the provider that minikube writes into the kubeconfig', () => {
  const facts = { devclusterServer: undefined };
  expect(productOf({ name: 'workshop', server: 'https://192.168.58.2:8443', provider }, facts)).toBe(product);
  expect(productOf({ name: 'workshop', server: 'https://kube.example.com:8443', provider }, facts)).toBeUndefined();
});

test('says how to start minikube', () => {
  expect(product.startHint('workshop')).toBe('start it: minikube start --profile workshop');
  expect(product.startHint('minikube')).toBe('start it: minikube start');
});

test("loads an image archive with minikube's own command", () => {
  expect(product.loadCommand?.('minikube', 'a.tar').join(' ')).toBe('minikube image load a.tar --profile minikube');
});
