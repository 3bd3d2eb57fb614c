// The container engines that can build and keep our image, and how an image gets from one to where a cluster looks.
// Choosing is a pure function of what was found on the machine.
import type { Existing } from './context.ts';
import { UserError } from '../support/errors.ts';
import { run } from '../support/run.ts';

export type EngineName = 'docker' | 'nerdctl' | 'podman' | 'buildah';

/** An engine, and the words that every command of it starts with. */
export interface Engine {
  name: EngineName;
  command: readonly [string, ...string[]];
}

/** What there is on this machine; a docker without a daemon is no docker. */
export interface EngineFacts {
  docker: boolean;
  /** Names of docker's own contexts, which say whose daemon is asked. */
  dockerContexts: readonly string[];
  nerdctl: boolean;
  /** colima, with containerd as its runtime. */
  colimaNerdctl: boolean;
  podman: boolean;
  buildah: boolean;
}

/** Where the image is going. */
export type Destination =
  Pick<Existing, 'kind' | 'context'> | { kind: 'throwaway'; name: string } | { kind: 'registry' };

export interface Plan {
  engine: Engine;
  /** The engine's store is the very one that the cluster runs images from. */
  shared: boolean;
}

/** The docker context that belongs to a kind of cluster. */
function dockerContextOf(destination: Destination): string | undefined {
  if (destination.kind === 'docker-desktop') return 'desktop-linux';
  return hasEngineOfItsOwn(destination.kind) && 'context' in destination ? destination.context : undefined;
}

function hasEngineOfItsOwn(kind: Destination['kind']): boolean {
  return ['docker-desktop', 'orbstack', 'rancher-desktop', 'colima'].includes(kind);
}

/**
 * The engine to build with, and whether that already puts the image where the cluster looks.
 * @throws UserError when this machine has none that will do
 */
export function planEngine(facts: EngineFacts, destination: Destination): Plan {
  const plan = hasEngineOfItsOwn(destination.kind) ? sharedEngine(facts, destination) : anyEngine(facts);
  if (plan !== undefined) return plan;
  const [expected, todo] = hasEngineOfItsOwn(destination.kind)
    ? [`the container engine of ${destination.kind}`, `start ${destination.kind} and wait until docker version answers`]
    : ['docker with a running daemon, nerdctl, podman or buildah', 'start Docker, or install one of the others'];
  throw new UserError('There is no container engine to build the image with.', {
    expected,
    found: foundText(facts),
    todo,
  });
}

function sharedEngine(facts: EngineFacts, destination: Destination): Plan | undefined {
  const own = dockerContextOf(destination);
  if (own !== undefined && facts.dockerContexts.includes(own))
    return { engine: { name: 'docker', command: ['docker', '--context', own] }, shared: true };
  if (facts.docker) return { engine: { name: 'docker', command: ['docker'] }, shared: true };
  if (destination.kind === 'rancher-desktop' && facts.nerdctl) {
    return { engine: { name: 'nerdctl', command: ['nerdctl', '--namespace', 'k8s.io'] }, shared: true };
  }
  if (destination.kind === 'colima' && facts.colimaNerdctl) {
    return { engine: { name: 'nerdctl', command: ['colima', 'nerdctl', '--', '--namespace', 'k8s.io'] }, shared: true };
  }
  return undefined;
}

function anyEngine(facts: EngineFacts): Plan | undefined {
  const name = (['docker', 'nerdctl', 'podman', 'buildah'] as const).find((candidate) => facts[candidate]);
  return name === undefined ? undefined : { engine: { name, command: [name] }, shared: false };
}

function foundText(facts: EngineFacts): string {
  const found = (['docker', 'nerdctl', 'podman', 'buildah'] as const).filter((name) => facts[name]);
  return found.length === 0 ? 'none that answers (a docker command without a daemon does not count)' : found.join(', ');
}

/** Looks for engines on this machine. */
export async function readEngines(): Promise<EngineFacts> {
  const works = (command: string, ...args: string[]): Promise<boolean> =>
    said(command, ...args).then((text) => text !== '');
  const [docker, dockerContexts, nerdctl, colimaNerdctl, podman, buildah] = await Promise.all([
    works('docker', 'version', '--format', '{{.Server.Version}}'),
    said('docker', 'context', 'ls', '--format', '{{.Name}}'),
    works('nerdctl', 'info', '--format', '{{.ServerVersion}}'),
    works('colima', 'nerdctl', '--', 'info', '--format', '{{.ServerVersion}}'),
    works('podman', 'info', '--format', '{{.Version.Version}}'),
    works('buildah', '--version'),
  ]);
  return { docker, dockerContexts: dockerContexts.split('\n'), nerdctl, colimaNerdctl, podman, buildah };
}

async function said(command: string, ...args: string[]): Promise<string> {
  const result = await run(command, args, { timeout: 15_000, allowFailure: true }).catch(() => undefined);
  return result?.code === 0 ? result.stdout.trim() : '';
}

export interface Build {
  dockerfile: string;
  /** A directory. */
  context: string;
  tag: string;
  labels: Record<string, string>;
  /** Values for the Dockerfile's ARGs. */
  args?: Record<string, string>;
  /** The stage to stop at. */
  target?: string | undefined;
}

/** The command that builds an image. */
export function buildCommand(engine: Engine, { dockerfile, context, tag, labels, args = {}, target }: Build): string[] {
  const pairs = (option: string, of: Record<string, string>): string[] =>
    Object.entries(of).flatMap(([name, value]) => [option, `${name}=${value}`]);
  // buildah alone may have to run without user namespaces of its own, and writes OCI images unless told.
  const own = engine.name === 'buildah' ? ['--isolation', 'chroot', '--layers=false'] : [];
  const stage = target === undefined ? [] : ['--target', target];
  return [
    ...engine.command,
    'build',
    ...own,
    '--file',
    dockerfile,
    '--tag',
    tag,
    ...pairs('--label', labels),
    ...pairs('--build-arg', args),
    ...stage,
    context,
  ];
}

/** The command that prints a label of an image, or fails when there is no such image. */
export function labelCommand(engine: Engine, image: string, label: string): string[] {
  if (engine.name === 'buildah') {
    return [
      ...engine.command,
      'inspect',
      '--type',
      'image',
      '--format',
      `{{index .OCIv1.Config.Labels "${label}"}}`,
      image,
    ];
  }
  return [...engine.command, 'image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, image];
}

/** The command that writes an image to an archive that containerd and docker read. */
export function saveCommand(engine: Engine, image: string, archive: string): string[] {
  switch (engine.name) {
    case 'docker':
    case 'nerdctl':
      return [...engine.command, 'save', '--output', archive, image];
    case 'podman':
      return [...engine.command, 'save', '--format', 'docker-archive', '--output', archive, image];
    case 'buildah':
      return [...engine.command, 'push', image, `docker-archive:${archive}:${image}`];
  }
}

/** The commands that push an image under another name; plain HTTP only where `insecure`. */
export function pushCommands(engine: Engine, image: string, target: string, insecure: boolean): string[][] {
  switch (engine.name) {
    case 'docker': // takes a registry on loopback for insecure by itself
      return [
        [...engine.command, 'tag', image, target],
        [...engine.command, 'push', target],
      ];
    case 'nerdctl':
      return [
        [...engine.command, 'tag', image, target],
        [...engine.command, 'push', ...(insecure ? ['--insecure-registry'] : []), target],
      ];
    case 'podman':
    case 'buildah':
      return [[...engine.command, 'push', ...(insecure ? ['--tls-verify=false'] : []), image, `docker://${target}`]];
  }
}

/** The command that gives an archive to the nodes of a cluster; undefined where the nodes run on an engine's own store. */
export function loadCommand(kind: Destination['kind'], context: string, archive: string): string[] | undefined {
  const commands: Partial<Record<Destination['kind'], string[]>> = {
    kind: ['kind', 'load', 'image-archive', archive, '--name', context.replace(/^kind-/, '')],
    minikube: ['minikube', 'image', 'load', archive, '--profile', context],
    k3d: ['k3d', 'image', 'import', archive, '--cluster', context.replace(/^k3d-/, '')],
    microk8s: ['microk8s', 'ctr', 'image', 'import', archive],
    k3s: ['k3s', 'ctr', 'images', 'import', archive],
  };
  return commands[kind];
}
