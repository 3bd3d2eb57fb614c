import { productOf } from './index.ts';
import { product } from './devcluster.ts';

const server = 'https://127.0.0.1:6443';

test('recognizes its own API server, whatever the context is called', () => {
  expect(productOf({ name: 'lab', server }, { devclusterServer: server })).toBe(product);
});

test.each([
  ['another server', server, 'https://127.0.0.1:6444'],
  ['no throwaway cluster', server, undefined],
  ['a context without a server', undefined, undefined],
])('recognizes nothing with %s', (_, given, devclusterServer) => {
  expect(productOf({ name: 'lab', server: given }, { devclusterServer })).toBeUndefined();
});

test('says how to start it', () => {
  expect(product.startHint('lab')).toBe('start it: npm run cluster -- up');
});

test('loads no archive while it is not running', () => {
  expect(() => product.loadCommand?.('never-started', 'a.tar')).toThrow('never-started is not running');
});
