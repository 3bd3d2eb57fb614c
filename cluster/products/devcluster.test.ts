import { productOf } from './index.ts';
import { product } from './devcluster.ts';

const server = 'https://127.0.0.1:6443';

test('recognizes the throwaway cluster by its API server, for any name of the context', () => {
  expect(productOf({ name: 'lab', server }, { devclusterServer: server })).toBe(product);
});

test.each([
  ['another server', server, 'https://127.0.0.1:6444'],
  ['no throwaway cluster', server, undefined],
  ['a context without a server', undefined, undefined],
])('does not recognize a throwaway cluster with %s', (_, given, devclusterServer) => {
  expect(productOf({ name: 'lab', server: given }, { devclusterServer })).toBeUndefined();
});

test('says how to start the throwaway cluster', () => {
  expect(product.startHint('lab')).toBe('start it: npm run cluster -- up');
});

test('refuses to load an image archive while the throwaway cluster is not running', () => {
  expect(() => product.loadCommand?.('never-started', 'a.tar')).toThrow('never-started is not running');
});
