import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { binariesOf, buildFlags, componentDir, components } from './catalog.ts';
import type { Component } from './catalog.ts';

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'components-'));
  cpSync(components.coredns.directory, copy, { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true }));

const coredns = (overrides: Partial<Component> = {}): Component => ({
  ...components.coredns,
  directory: copy,
  ...overrides,
});
const name = (component: Component): string => basename(componentDir(component));

test("names a component's cache directory after the component, its version and a hash of its sources", () => {
  expect(name(components.kubernetes)).toMatch(/^kubernetes-1\.34\.4-[0-9a-f]{12}$/);
});

test('uses the same cache directory for the same sources in another checkout', () => {
  expect(name(coredns())).toBe(name(components.coredns));
});

test.each(['go.mod', 'go.sum', 'main.go'])('uses a different cache directory after a change of %s', (file) => {
  const before = name(coredns());
  writeFileSync(join(copy, file), '// changed', { flag: 'a' });
  expect(name(coredns())).not.toBe(before);
});

test('uses the same cache directory after a change of a file that is not compiled', () => {
  const before = name(coredns());
  writeFileSync(join(copy, 'notes.txt'), 'x');
  expect(name(coredns())).toBe(before);
});

test('uses a different cache directory for different compiler flags', () => {
  expect(name(coredns({ tags: 'netgo' }))).not.toBe(name(coredns()));
});

test('lets Go build only modules whose digest is in the committed go.sum', () => {
  for (const component of Object.values<Component>(components))
    expect(buildFlags(component)).toContain('-mod=readonly');
});

test('compiles the Kubernetes version into the Kubernetes programs', () => {
  const flags = buildFlags(components.kubernetes).join(' ');
  expect(flags).toContain('version.gitVersion=v1.34.4');
  expect(flags).toContain('version.gitMinor=34');
});

test("names a component's binaries as `go build` does", () => {
  expect(binariesOf(components.etcd)).toEqual(['etcd']);
  expect(binariesOf(components.jaeger)).toEqual(['jaeger']);
  expect(binariesOf(components.kubernetes)).toContain('kube-apiserver');
});
