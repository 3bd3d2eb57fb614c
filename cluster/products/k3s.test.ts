import { productOf } from './index.ts';
import { product } from './k3s.ts';

test.each([
  ['default', 'https://127.0.0.1:6443'],
  ['default', 'https://[::1]:6443'],
  ['k3s', 'https://127.0.0.1:6443'],
])('recognizes the context %s with server %s as k3s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['default', 'https://192.168.1.20:6443']])(
  'does not take the context %s with server %s for k3s',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
  },
);

test('says how to start k3s', () => {
  expect(product.startHint('default')).toBe('start it: systemctl start k3s');
});

test("loads an image archive with k3s's own command", () => {
  expect(product.loadCommand?.('default', 'a.tar').join(' ')).toBe('k3s ctr images import a.tar');
});
