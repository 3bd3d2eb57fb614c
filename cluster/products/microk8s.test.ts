import { productOf } from './index.ts';
import { product } from './microk8s.ts';

test.each([
  ['microk8s', 'https://10.0.0.7:16443'],
  ['microk8s', 'https://172.31.0.7:16443'],
])('recognizes the context %s with server %s as MicroK8s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['microk8s', 'https://k8s.example.com']])(
  'does not take the context %s with server %s for MicroK8s',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
  },
);

test('says how to start MicroK8s', () => {
  expect(product.startHint('microk8s')).toBe('start it: microk8s start');
});

test("loads an image archive with MicroK8s's own command", () => {
  expect(product.loadCommand?.('microk8s', 'a.tar').join(' ')).toBe('microk8s ctr image import a.tar');
});
