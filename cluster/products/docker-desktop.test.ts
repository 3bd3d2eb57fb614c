import { planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { productOf } from './index.ts';
import { product } from './docker-desktop.ts';

test.each([
  ['docker-desktop', 'https://kubernetes.docker.internal:6443'],
  ['docker-desktop', 'https://127.0.0.1:55000'],
  ['docker-for-desktop', 'https://localhost:6443'],
])('recognizes the context %s with server %s as Docker Desktop', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([
  ['docker-desktop', 'https://52.1.2.3:6443'],
  ['docker-desktop', 'not a url'],
])('does not take the context %s with server %s for Docker Desktop', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start Docker Desktop', () => {
  expect(product.startHint('docker-desktop')).toBe('start Docker Desktop and enable Kubernetes in its settings');
});

test('needs no image archive, since Docker Desktop runs images from the engine that builds them', () => {
  expect(product.loadCommand).toBeUndefined();
});

test('builds images for Docker Desktop with docker', () => {
  const plan = planEngine({ ...noEngines, docker: true }, { product, name: 'docker-desktop' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker', true]);
});

test('builds images with the daemon of Docker Desktop if docker has several contexts', () => {
  const plan = planEngine(
    { ...noEngines, docker: true, dockerContexts: ['default', 'desktop-linux'] },
    { product, name: 'docker-desktop' },
  );
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker --context desktop-linux', true]);
});

test('refuses to build with any engine but docker', () => {
  expect(() => planEngine({ ...noEngines, buildah: true, podman: true }, { product, name: 'docker-desktop' })).toThrow(
    'There is no container engine to build the image with.',
  );
});
