import { planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { productOf } from './index.ts';
import { product } from './colima.ts';

test.each([
  ['colima', 'https://127.0.0.1:6443'],
  ['colima-work', 'https://127.0.0.1:6443'],
])('recognizes the context %s with server %s as Colima', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([['colima', 'https://k8s.example.com']])(
  'does not take the context %s with server %s for Colima',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
  },
);

test('says how to start Colima', () => {
  expect(product.startHint('colima')).toBe('start it: colima start --kubernetes');
});

test('needs no image archive, since Colima runs images from the engine that builds them', () => {
  expect(product.loadCommand).toBeUndefined();
});

test('builds images for a Colima profile with the Docker daemon of the same profile', () => {
  const plan = planEngine(
    { ...noEngines, docker: true, dockerContexts: ['colima', 'colima-work'] },
    { product, name: 'colima-work' },
  );
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker --context colima-work', true]);
});

test('builds images with nerdctl when Colima runs on containerd', () => {
  const plan = planEngine({ ...noEngines, productNerdctls: ['colima'] }, { product, name: 'colima' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['colima nerdctl -- --namespace k8s.io', true]);
});
