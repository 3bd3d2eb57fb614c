// The Go programs that the throwaway cluster is built from. A Go module beside this file pins each of them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { join } from 'node:path';
import { versions } from '../../lab/versions.ts';
import { cacheDir } from '../../support/paths.ts';

/**
 * The Go release that builds everything. Another Go fetches it from the module proxy (https://go.dev/doc/toolchain).
 */
export const GO_TOOLCHAIN = `go${versions.go}`;

/** Programs that are compiled together from one Go module. */
export interface Component {
  readonly name: string;
  /** The version of its main program. */
  readonly version: string;
  /** The directory of its go.mod and go.sum. */
  readonly directory: string;
  /** The Go package of each binary. `.` is the directory itself, whose module has the name of the component. */
  readonly packages: readonly string[];
  readonly ldflags?: string;
  readonly tags?: string;
  /** The packages and seconds of a build with an empty cache on two cores. The progress line uses them. */
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
    // Without a version the programs report v0.0.0 and refuse each other because of skew.
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
  opentelemetry: {
    // The Collector and Jaeger share most of their packages. Compiling them together takes half as long.
    name: 'opentelemetry',
    version: versions.collector,
    directory: join(import.meta.dirname, 'opentelemetry'),
    packages: ['./collector', 'github.com/jaegertracing/jaeger/cmd/jaeger'],
    cold: { packages: 2660, seconds: 350 },
  },
} satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;

/** The flags of a build. They are part of the hash in the name of the result. */
export function buildFlags(component: Component): string[] {
  return [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false', // our commit is not theirs, and git may refuse to show it to another user
    '-gcflags=all=-dwarf=false', // -s -w drops it anyway; this saves a tenth of the time and a fifth of Go's cache
    ...(component.tags === undefined ? [] : ['-tags', component.tags]),
    '-ldflags',
    ['-s -w', component.ldflags ?? ''].join(' ').trim(),
  ];
}

/** The directory of a component's binaries. Its name changes with everything that could change them. */
export function componentDir(component: Component): string {
  return cacheDir('parts', `${component.name}-${component.version}-${componentHash(component)}`);
}

/** The names of a component's binaries. Go takes the last element of each import path. */
export function binariesOf(component: Component): string[] {
  return component.packages.map((path) => (path === '.' ? component.name : (path.split('/').at(-1) ?? path)));
}

function componentHash(component: Component): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([GO_TOOLCHAIN, arch, component.packages, buildFlags(component)]));
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
