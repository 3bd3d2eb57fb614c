import { planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { productOf } from './index.ts';
import { product } from './rancher-desktop.ts';

test.each([['rancher-desktop', 'https://127.0.0.1:6443']])(
  'recognizes the context %s with server %s as Rancher Desktop',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
  },
);

test.each([['rancher-desktop', 'https://k8s.example.com']])(
  'does not take the context %s with server %s for Rancher Desktop',
  (name, server) => {
    expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
  },
);

test('says how to start Rancher Desktop', () => {
  expect(product.startHint('rancher-desktop')).toBe('start Rancher Desktop and enable Kubernetes in its settings');
});

test('needs no image archive, since Rancher Desktop runs images from the engine that builds them', () => {
  expect(product.loadCommand).toBeUndefined();
});

test('builds images for Rancher Desktop with docker', () => {
  const plan = planEngine({ ...noEngines, docker: true }, { product, name: 'rancher-desktop' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker', true]);
});

test('builds images with nerdctl when Rancher Desktop runs on containerd', () => {
  const plan = planEngine({ ...noEngines, productNerdctls: ['rancher-desktop'] }, { product, name: 'rancher-desktop' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['nerdctl --namespace k8s.io', true]);
});
