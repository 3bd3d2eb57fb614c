import { clusterImages, nodeBaseImage, sharedLibraries } from './images.ts';
import { debianPackages, missingPackages } from './packages.ts';

test('libraries are what ldd gives a file for, the loader too', () => {
  const ldd = [
    '\tlinux-vdso.so.1 (0x00007fa536bb1000)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fa536abb000)',
    '\tlibmissing.so => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007fa536bb3000)',
  ].join('\n');
  expect(sharedLibraries(ldd)).toEqual(['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
});

test('the images that stand in for upstream ones have their names, programs and user', () => {
  const images = new Map(clusterImages().map((image) => [image.name, image]));
  const collector = images.get('docker.io/otel/opentelemetry-collector-contrib:0.140.1');
  expect(collector?.config).toMatchObject({ Entrypoint: ['/otelcol-contrib'], User: '10001' });
  expect(images.get('docker.io/jaegertracing/jaeger:2.13.0')?.config).toMatchObject({
    Entrypoint: ['/cmd/jaeger/jaeger-linux'],
    User: '10001',
  });
});

test('every entry point is a file of its image', () => {
  for (const { config, entries } of clusterImages())
    expect(entries.map((entry) => entry.path)).toContain(config.Entrypoint?.[0]);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('the base image is called what the Dockerfile builds on, and has Node and the C library', async () => {
  const base = await nodeBaseImage();
  expect(base.name).toBe(`docker.io/library/node:${process.versions.node}-bookworm-slim`);
  const paths = base.entries.map((entry) => entry.path);
  expect(paths).toContain('/usr/local/bin/node');
  expect(paths.join()).toMatch(/libc\.so\.6/);
});

test('a package is missing when one of its programs is', () => {
  expect(
    missingPackages(debianPackages, (program) => program !== 'containerd-shim-runc-v2' && program !== 'ip'),
  ).toEqual(['containerd', 'iproute2']);
  expect(missingPackages(debianPackages, () => true)).toEqual([]);
});
