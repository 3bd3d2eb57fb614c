// The Go programs of the throwaway cluster. Each program's version is pinned by a Go module in a folder next to this
// file.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { join } from 'node:path';
import { versions } from '../../lab/versions.ts';
import { cacheDir } from '../../support/paths.ts';

/**
 * The Go version that builds all components. If another Go version is installed, the installed Go downloads this
 * version from the module proxy (https://go.dev/doc/toolchain).
 */
export const GO_TOOLCHAIN = `go${versions.go}`;

/** A component: one or more programs that are compiled together from one Go module. */
export interface Component {
  readonly name: string;
  /** The version of the component's main program. */
  readonly version: string;
  /** The directory with the component's go.mod and go.sum. */
  readonly directory: string;
  /** The Go package of each binary. `.` means the component's own directory, whose module has the component's name. */
  readonly packages: readonly string[];
  readonly ldflags?: string;
  readonly tags?: string;
  /** The processor to compile for, in Go's words. Default: this machine's. */
  readonly architecture?: 'amd64' | 'arm64';
  /**
   * The number of packages that Go compiles in a build with an empty cache, and the seconds that this build takes on
   * two cores. The progress display uses both.
   */
  readonly cold: { readonly packages: number; readonly seconds: number };
}

export const components = {
  kubernetes: {
    name: 'kubernetes',
    version: versions.kubernetes,
    directory: join(import.meta.dirname, 'kubernetes'),
    packages: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'].map(
      (name) => `k8s.io/kubernetes/cmd/${name}`,
    ),
    // Without these flags the programs report version v0.0.0, and refuse to work with each other.
    ldflags: kubernetesVersionFlags(versions.kubernetes),
    tags: 'providerless',
    cold: { packages: 2460, seconds: 375 },
  },
  etcd: {
    name: 'etcd',
    version: versions.etcd,
    directory: join(import.meta.dirname, 'etcd'),
    packages: ['.'],
    cold: { packages: 560, seconds: 25 },
  },
  coredns: {
    name: 'coredns',
    version: versions.coredns,
    directory: join(import.meta.dirname, 'coredns'),
    packages: ['.'],
    cold: { packages: 760, seconds: 80 },
  },
  'kube-router': {
    name: 'kube-router',
    version: versions.kubeRouter,
    directory: join(import.meta.dirname, 'kube-router'),
    packages: ['github.com/cloudnativelabs/kube-router/v2/cmd/kube-router'],
    cold: { packages: 930, seconds: 95 },
  },
  collector: {
    name: 'collector',
    version: versions.collector,
    directory: join(import.meta.dirname, 'collector'),
    packages: ['.'],
    ldflags: `-X main.version=${versions.collector}`,
    cold: { packages: 1220, seconds: 170 },
  },
  jaeger: {
    name: 'jaeger',
    version: versions.jaegerModule,
    directory: join(import.meta.dirname, 'jaeger'),
    packages: ['github.com/jaegertracing/jaeger/cmd/jaeger'],
    cold: { packages: 2330, seconds: 310 },
  },
  // kubectl is in the image of the terminal. No cluster needs it.
  kubectl: {
    name: 'kubectl',
    version: versions.kubernetes,
    directory: join(import.meta.dirname, 'kubectl'),
    packages: ['.'],
    ldflags: kubernetesVersionFlags(versions.kubernetes),
    cold: { packages: 760, seconds: 80 },
  },
  prometheus: {
    name: 'prometheus',
    version: versions.prometheusModule,
    directory: join(import.meta.dirname, 'prometheus'),
    packages: ['github.com/prometheus/prometheus/cmd/prometheus'],
    ldflags: `-X github.com/prometheus/common/version.Version=${versions.prometheus}`,
    // The lab's Prometheus scrapes nothing. Without service discovery, the build takes a third of the time.
    tags: 'remove_all_sd',
    cold: { packages: 1040, seconds: 120 },
  },
} satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;

/**
 * Returns the compiler flags of a component. The flags are part of the component's hash, so a build with other flags is
 * stored in another cache directory.
 */
export function buildFlags(component: Component): string[] {
  return [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false', // our git commit says nothing about these programs
    '-gcflags=all=-dwarf=false', // the linker drops it anyway; this saves a tenth of the time
    ...(component.tags === undefined ? [] : ['-tags', component.tags]),
    '-ldflags',
    ['-s -w', component.ldflags ?? ''].join(' ').trim(),
  ];
}

/** Returns the directory of a component's binaries. Its name contains a hash of everything that affects the build. */
export function componentDir(component: Component): string {
  return cacheDir('parts', `${component.name}-${component.version}-${componentHash(component)}`);
}

/** Returns the names of a component's binaries. Go names a binary after the last part of its package's import path. */
export function binariesOf(component: Component): string[] {
  return component.packages.map((path) => (path === '.' ? component.name : (path.split('/').at(-1) ?? path)));
}

function componentHash(component: Component): string {
  const hash = createHash('sha256');
  const processor = { amd64: 'x64', arm64: 'arm64', own: arch }[component.architecture ?? 'own'];
  hash.update(JSON.stringify([GO_TOOLCHAIN, processor, component.packages, buildFlags(component)]));
  for (const file of sourceFiles(component.directory))
    hash.update(`\n${file}\n`).update(readFileSync(join(component.directory, file)));
  return hash.digest('hex').slice(0, 12);
}

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)(go\.mod|go\.sum|[^/]+\.go)$/.test(file))
    .sort();
}

function kubernetesVersionFlags(version: string): string {
  const [major, minor] = version.split('.');
  const set = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  return Object.entries(set)
    .map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`)
    .join(' ');
}
