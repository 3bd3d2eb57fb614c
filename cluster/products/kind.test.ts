import { productOf } from './index.ts';
import { product } from './kind.ts';

test.each([
  ['kind-kind', 'https://127.0.0.1:40123'],
  ['kind-class', 'https://host.docker.internal:6443'],
])('recognizes the context %s with server %s as kind', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([
  ['kind-prod', 'https://k8s.example.com'],
  ['kind-', 'https://127.0.0.1:1'],
])('does not take the context %s with server %s for kind', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start kind', () => {
  expect(product.startHint('kind-class')).toBe('make it again: kind create cluster --name class');
});

test("loads an image archive with kind's own command", () => {
  expect(product.loadCommand?.('kind-class', 'a.tar').join(' ')).toBe('kind load image-archive a.tar --name class');
});
