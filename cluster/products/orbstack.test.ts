import { planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { productOf } from './index.ts';
import { product } from './orbstack.ts';

test.each([
  ['orbstack', 'https://k8s.orb.local:26443'],
  ['orbstack', 'https://127.0.0.1:26443'],
])('recognizes %s at %s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['orbstack', 'https://k8s.example.com']])('leaves %s at %s alone', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start it', () => {
  expect(product.startHint('orbstack')).toBe('start it: orb start k8s');
});

test('needs no archive, since it runs images from the engine that builds them', () => {
  expect(product.loadCommand).toBeUndefined();
});

test('asks its own daemon', () => {
  const plan = planEngine({ ...noEngines, docker: true, dockerContexts: ['orbstack'] }, { product, name: 'orbstack' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker --context orbstack', true]);
});
