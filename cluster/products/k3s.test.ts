import { productOf } from './index.ts';
import { product } from './k3s.ts';

test.each([
  ['default', 'https://127.0.0.1:6443'],
  ['default', 'https://[::1]:6443'],
  ['k3s', 'https://127.0.0.1:6443'],
])('recognizes %s at %s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['default', 'https://192.168.1.20:6443']])('leaves %s at %s alone', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start it', () => {
  expect(product.startHint('default')).toBe('start it: systemctl start k3s');
});

test('loads an archive with its own command', () => {
  expect(product.loadCommand?.('default', 'a.tar').join(' ')).toBe('k3s ctr images import a.tar');
});
