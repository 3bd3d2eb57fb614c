import { productOf } from './index.ts';
import { product } from './microk8s.ts';

test.each([
  ['microk8s', 'https://10.0.0.7:16443'],
  ['microk8s', 'https://172.31.0.7:16443'],
])('recognizes %s at %s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['microk8s', 'https://k8s.example.com']])('leaves %s at %s alone', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start it', () => {
  expect(product.startHint('microk8s')).toBe('start it: microk8s start');
});

test('loads an archive with its own command', () => {
  expect(product.loadCommand?.('microk8s', 'a.tar').join(' ')).toBe('microk8s ctr image import a.tar');
});
