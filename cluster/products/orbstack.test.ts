import { planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { productOf } from './index.ts';
import { product } from './orbstack.ts';

test.each([
  ['orbstack', 'https://k8s.orb.local:26443'],
  ['orbstack', 'https://127.0.0.1:26443'],
])('recognizes the context %s with server %s as OrbStack', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['orbstack', 'https://k8s.example.com']])(
  'does not take the context %s with server %s for OrbStack',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
  },
);

test('says how to start OrbStack', () => {
  expect(product.startHint('orbstack')).toBe('start it: orb start k8s');
});

test('needs no image archive, since OrbStack runs images from the engine that builds them', () => {
  expect(product.loadCommand).toBeUndefined();
});

test('builds images for OrbStack with its own Docker daemon', () => {
  const plan = planEngine({ ...noEngines, docker: true, dockerContexts: ['orbstack'] }, { product, name: 'orbstack' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker --context orbstack', true]);
});
