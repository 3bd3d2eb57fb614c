import { productOf } from './index.ts';
import { product } from './k3d.ts';

test.each([['k3d-class', 'https://0.0.0.0:40000']])(
  'recognizes the context %s with server %s as k3d',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
  },
);

test.each([
  ['k3d-', 'https://0.0.0.0:40000'],
  ['k3d-class', 'https://k8s.example.com'],
])('does not take the context %s with server %s for k3d', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start k3d', () => {
  expect(product.startHint('k3d-class')).toBe('start it: k3d cluster start class');
});

test("loads an image archive with k3d's own command", () => {
  expect(product.loadCommand?.('k3d-class', 'a.tar').join(' ')).toBe('k3d image import a.tar --cluster class');
});
