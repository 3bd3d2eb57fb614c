// What the throwaway cluster is built from: a table of Go programs, each pinned by a Go module beside this file.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { join } from 'node:path';
import { versions } from '../../lab/versions.ts';
import { cacheDir } from '../../support/paths.ts';

/** The Go release that builds everything. Another Go fetches it from the module proxy (https://go.dev/doc/toolchain). */
export const GO_TOOLCHAIN = `go${versions.go}`;

/** Programs that are compiled together from one Go module. */
export interface Component {
  name: string;
  /** Of the program it is named for, as its module names it. */
  version: string;
  /** The directory of its go.mod and go.sum. */
  directory: string;
  /** Go package of each binary; `.` is the directory itself, whose module is named as the part is. */
  packages: readonly string[];
  ldflags?: string;
  tags?: string;
  /** Packages compiled and seconds taken by a build with an empty cache on two cores, for the progress shown. */
  cold: { packages: number; seconds: number };
}

export const components = {
  kubernetes: {
    name: 'kubernetes',
    version: versions.kubernetes,
    directory: join(import.meta.dirname, 'kubernetes'),
    packages: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'].map(
      (name) => `k8s.io/kubernetes/cmd/${name}`,
    ),
    // Without the version set the components say v0.0.0 and refuse each other for skew.
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
    // The Collector and Jaeger share most of what they are made of: one module, compiled together, takes half as long as two.
    name: 'opentelemetry',
    version: versions.collector,
    directory: join(import.meta.dirname, 'opentelemetry'),
    packages: ['./collector', 'github.com/jaegertracing/jaeger/cmd/jaeger'],
    cold: { packages: 2660, seconds: 350 },
  },
} satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;

/** The flags every build has; they are part of what the result is named for. */
export function buildFlags(part: Component): string[] {
  return [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false', // the commit of this checkout is not theirs, and git may refuse to tell it to another user
    '-gcflags=all=-dwarf=false', // what -s -w would drop at the end is not made at all: a tenth off the time, a fifth off Go's cache
    ...(part.tags === undefined ? [] : ['-tags', part.tags]),
    '-ldflags',
    ['-s -w', part.ldflags ?? ''].join(' ').trim(),
  ];
}

/** Where the binaries of a part are or will be: the name changes with everything that could change them. */
export function componentDir(part: Component): string {
  return cacheDir('parts', `${part.name}-${part.version}-${componentHash(part)}`);
}

/** The names of the binaries a part's build leaves, which are Go's: the last element of a package's import path. */
export function binariesOf(part: Component): string[] {
  return part.packages.map((path) => (path === '.' ? part.name : (path.split('/').at(-1) ?? path)));
}

function componentHash(part: Component): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([GO_TOOLCHAIN, arch, part.packages, buildFlags(part)]));
  for (const file of sourceFiles(part.directory))
    hash.update(`\n${file}\n`).update(readFileSync(join(part.directory, file)));
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
