import type { Entry } from '../../cluster/components/oci.ts';
import { allPackages, ARCHITECTURES, packageOf, pinsOf } from './debian.ts';

const pin = {
  file: 'libc6_2.36-9+deb12u14_amd64.deb',
  integrity: 'sha256-AAAA',
  name: 'libc6',
  version: '1:2.36-9+deb12u14',
  architecture: 'amd64',
};
const copyright = (content: string): Entry[] => [{ path: '/usr/share/doc/libc6/copyright', from: { content } }];

test.each(ARCHITECTURES)('pins every package of our images for %s, and its digest', (architecture) => {
  for (const each of pinsOf(allPackages, architecture)) {
    expect(each.integrity).toMatch(/^sha256-[\w+/]{43}=$/);
    expect([architecture, 'all']).toContain(each.architecture);
    expect(each.version).toMatch(/^\d[\w.+:~-]*$/);
  }
});

test('pins the same sources for all architectures', () => {
  const sources = ARCHITECTURES.map((architecture) =>
    pinsOf(allPackages, architecture).map(({ version }) => version.replace(/\+b\d+$/, '')),
  );
  expect(sources[0]).toEqual(sources[1]);
});

test('names the package that has no pin', () => {
  expect(() => pinsOf(['libc7'], 'arm64')).toThrow('expected one pin of libc7 for arm64');
});

test('describes a package by the package URL that scanners look up, with its source package', () => {
  const described = packageOf(pin, 'Package: libc6\nSource: glibc (2.36)\n', []);
  expect(described.purl).toBe('pkg:deb/debian/libc6@1%3A2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12&upstream=glibc');
  expect(packageOf(pin, 'Package: libc6\n', []).purl).toMatch(/\?arch=amd64&distro=debian-12$/);
});

test.each([
  ['has them in fields', 'Format: x\n\nLicense: MIT\n\nLicense: GPL-2+\n text\nLicense: MIT\n', ['GPL-2+', 'MIT']],
  ['is plain text', 'Redistribution\nLicense: as you like\n', ['see /usr/share/doc/libc6/copyright']],
])('takes the licenses of a package from its copyright file, which %s', (_, text, names) => {
  expect(packageOf(pin, '', copyright(text)).licenses).toEqual(names.map((name) => ({ license: { name } })));
});
