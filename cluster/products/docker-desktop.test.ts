import { planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { productOf } from './index.ts';
import { product } from './docker-desktop.ts';

test.each([
  ['docker-desktop', 'https://kubernetes.docker.internal:6443'],
  ['docker-desktop', 'https://127.0.0.1:55000'],
  ['docker-for-desktop', 'https://localhost:6443'],
])('recognizes %s at %s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBe(product);
});

test.each([
  ['docker-desktop', 'https://52.1.2.3:6443'],
  ['docker-desktop', 'not a url'],
])('leaves %s at %s alone', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('says how to start it', () => {
  expect(product.startHint('docker-desktop')).toBe('start Docker Desktop and enable Kubernetes in its settings');
});

test('needs no archive, since it runs images from the engine that builds them', () => {
  expect(product.loadCommand).toBeUndefined();
});

test('builds with docker', () => {
  const plan = planEngine({ ...noEngines, docker: true }, { product, name: 'docker-desktop' });
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker', true]);
});

test('asks its own daemon where docker knows several', () => {
  const plan = planEngine(
    { ...noEngines, docker: true, dockerContexts: ['default', 'desktop-linux'] },
    { product, name: 'docker-desktop' },
  );
  expect([plan.engine.command.join(' '), plan.shared]).toEqual(['docker --context desktop-linux', true]);
});

test('builds with no other engine', () => {
  expect(() => planEngine({ ...noEngines, buildah: true, podman: true }, { product, name: 'docker-desktop' })).toThrow(
    'There is no container engine to build the image with.',
  );
});
