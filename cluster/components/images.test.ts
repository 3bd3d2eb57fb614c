import { clusterImages, nodeBaseImage, sharedLibraries } from './images.ts';
import { debianPackages, missingPackages } from './packages.ts';

test('lists the dynamic loader and every library file in the output of ldd', () => {
  const ldd = [
    '\tlinux-vdso.so.1 (0x00007fa536bb1000)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fa536abb000)',
    '\tlibmissing.so => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007fa536bb3000)',
  ].join('\n');
  expect(sharedLibraries(ldd)).toEqual(['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
});

test('gives each image the name, entry point and user of its upstream image', () => {
  const images = new Map(clusterImages().map((image) => [image.name, image]));
  const collector = images.get('docker.io/otel/opentelemetry-collector-contrib:0.144.0');
  expect(collector?.config).toMatchObject({ Entrypoint: ['/otelcol-contrib'], User: '10001' });
  expect(images.get('docker.io/jaegertracing/jaeger:2.18.0')?.config).toMatchObject({
    Entrypoint: ['/cmd/jaeger/jaeger-linux'],
    User: '10001',
  });
});

test('includes the entry point of every image in the files of the image', () => {
  for (const { config, entries } of clusterImages())
    expect(entries.map((entry) => entry.path)).toContain(config.Entrypoint?.[0]);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('builds the base image under the name in the Dockerfile, with Node and the C library', async () => {
  const base = await nodeBaseImage();
  expect(base.name).toBe(`docker.io/library/node:${process.versions.node}-bookworm-slim`);
  const paths = base.entries.map((entry) => entry.path);
  expect(paths).toContain('/usr/local/bin/node');
  expect(paths.join()).toMatch(/libc\.so\.6/);
});

test('reports a Debian package as missing if one of its programs is missing', () => {
  expect(
    missingPackages(debianPackages, (program) => program !== 'containerd-shim-runc-v2' && program !== 'ip'),
  ).toEqual(['containerd', 'iproute2']);
  expect(missingPackages(debianPackages, () => true)).toEqual([]);
});
