import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { binariesOf, buildFlags, componentDir, components } from './catalog.ts';
import type { Component } from './catalog.ts';

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'parts-'));
  cpSync(components.coredns.directory, copy, { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true }));

const coredns = (overrides: Partial<Component> = {}): Component => ({
  ...components.coredns,
  directory: copy,
  ...overrides,
});
const name = (part: Component): string => basename(componentDir(part));

test('a part is cached under its name, its version and a hash', () => {
  expect(name(components.kubernetes)).toMatch(/^kubernetes-1\.34\.4-[0-9a-f]{12}$/);
});

test('the same sources in another checkout have the same name', () => {
  expect(name(coredns())).toBe(name(components.coredns));
});

test.each(['go.mod', 'go.sum', 'main.go'])('a change of %s gives another name', (file) => {
  const before = name(coredns());
  writeFileSync(join(copy, file), '// changed', { flag: 'a' });
  expect(name(coredns())).not.toBe(before);
});

test('a file that is not built gives no other name', () => {
  const before = name(coredns());
  writeFileSync(join(copy, 'notes.txt'), 'x');
  expect(name(coredns())).toBe(before);
});

test('other flags give another name', () => {
  expect(name(coredns({ tags: 'netgo' }))).not.toBe(name(coredns()));
});

test('nothing is built that the committed go.sum does not vouch for', () => {
  for (const part of Object.values<Component>(components)) expect(buildFlags(part)).toContain('-mod=readonly');
});

test('Kubernetes knows its version', () => {
  const flags = buildFlags(components.kubernetes).join(' ');
  expect(flags).toContain('version.gitVersion=v1.34.4');
  expect(flags).toContain('version.gitMinor=34');
});

test('binaries are named as Go names them', () => {
  expect(binariesOf(components.etcd)).toEqual(['etcd']);
  expect(binariesOf(components.opentelemetry)).toEqual(['collector', 'jaeger']);
  expect(binariesOf(components.kubernetes)).toContain('kube-apiserver');
});
