// Chooses a container engine that can build our image, and returns the commands that build, save and push the image.
// The choice is a pure function of what is on the machine.
import { products } from './products/index.ts';
import type { NodeFacts, Product, ProductEngine } from './products/index.ts';
import { UserError } from '../support/errors.ts';
import { run } from '../support/run.ts';

const ENGINES = ['docker', 'nerdctl', 'podman', 'buildah'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A container engine, and the first words of all its commands. */
export interface Engine {
  readonly name: EngineName;
  readonly command: readonly [string, ...string[]];
}

/** The container engines on this machine. A docker command without a daemon does not count. */
export interface EngineFacts extends Readonly<Record<EngineName, boolean>> {
  /** The names of docker's contexts. A docker context names the daemon that the docker command talks to. */
  readonly dockerContexts: readonly string[];
  /** The `kind` of each cluster product whose own nerdctl answers on this machine: see products/index.ts. */
  readonly productNerdctls: readonly string[];
}

/** A cluster on this machine to which an image is copied. */
export interface LocalCluster {
  readonly product: Product;
  /** The name of the cluster's kubectl context, or the name of a throwaway cluster. */
  readonly name: string;
  /** The cluster's nodes, as far as known. */
  readonly nodes?: readonly NodeFacts[];
}

/** Where a built image goes: to a cluster on this machine, or to a registry. */
export type Destination = LocalCluster | 'registry';

export interface EnginePlan {
  readonly engine: Engine;
  /** Whether the cluster runs images from the engine's own store. Then no image has to be copied. */
  readonly shared: boolean;
}

/**
 * Chooses the engine that builds the image.
 * @throws UserError if this machine has no suitable engine
 */
export function planEngine(facts: EngineFacts, destination: Destination): EnginePlan {
  if (destination === 'registry' || destination.product.engine === undefined)
    return anyEngine(facts) ?? noEngine(facts, ANY_ENGINE);
  const { product } = destination;
  return productEngine(facts, destination.product.engine, destination) ?? noEngine(facts, adviceFor(product));
}

type EngineAdvice = Readonly<Record<'expected' | 'todo', string>>;

const ANY_ENGINE: EngineAdvice = {
  expected: 'docker with a running daemon, nerdctl, podman or buildah',
  todo: 'start Docker, or install one of the others',
};

function adviceFor({ title }: Product): EngineAdvice {
  return { expected: `the container engine of ${title}`, todo: `start ${title} and wait until docker version answers` };
}

function noEngine(facts: EngineFacts, advice: EngineAdvice): never {
  throw new UserError('There is no container engine to build the image with.', { ...advice, found: foundText(facts) });
}

function productEngine(facts: EngineFacts, engine: ProductEngine, cluster: LocalCluster): EnginePlan | undefined {
  const context = engine.dockerContext(cluster.name);
  if (facts.dockerContexts.includes(context)) return sharedEngine('docker', ['docker', '--context', context]);
  if (facts.docker) return sharedEngine('docker', ['docker']);
  if (engine.nerdctl === undefined || !facts.productNerdctls.includes(cluster.product.kind)) return undefined;
  return sharedEngine('nerdctl', [...engine.nerdctl, '--namespace', 'k8s.io']);
}

function sharedEngine(name: EngineName, command: Engine['command']): EnginePlan {
  return { engine: { name, command }, shared: true };
}

function anyEngine(facts: EngineFacts): EnginePlan | undefined {
  const name = ENGINES.find((candidate) => facts[candidate]);
  return name === undefined ? undefined : { engine: { name, command: [name] }, shared: false };
}

function foundText(facts: EngineFacts): string {
  const found = ENGINES.filter((name) => facts[name]);
  return found.length === 0 ? 'none that answers (a docker command without a daemon does not count)' : found.join(', ');
}

/** Finds the container engines on this machine. */
export async function readEngines(): Promise<EngineFacts> {
  const [docker, dockerContexts, nerdctl, productNerdctls, podman, buildah] = await Promise.all([
    answers('docker', 'version', '--format', '{{.Server.Version}}'),
    outputOf('docker', 'context', 'ls', '--format', '{{.Name}}'),
    nerdctlAnswers(['nerdctl']),
    readProductNerdctls(),
    answers('podman', 'info', '--format', '{{.Version.Version}}'),
    answers('buildah', '--version'),
  ]);
  return { docker, dockerContexts: dockerContexts.split('\n'), nerdctl, productNerdctls, podman, buildah };
}

async function readProductNerdctls(): Promise<string[]> {
  const kinds = products.map(async ({ kind, engine }) =>
    engine?.nerdctl !== undefined && (await nerdctlAnswers(engine.nerdctl)) ? [kind] : [],
  );
  return (await Promise.all(kinds)).flat();
}

function nerdctlAnswers([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  return answers(program, ...args, 'info', '--format', '{{.ServerVersion}}');
}

async function answers(program: string, ...args: string[]): Promise<boolean> {
  return (await outputOf(program, ...args)) !== '';
}

async function outputOf(program: string, ...args: string[]): Promise<string> {
  const result = await run(program, args, { timeout: 15_000, allowFailure: true }).catch(() => undefined);
  return result?.code === 0 ? result.stdout.trim() : '';
}

export interface Build {
  readonly dockerfile: string;
  /** The build's context: the directory from which the Dockerfile copies files. */
  readonly context: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Values for the ARG instructions of the Dockerfile. */
  readonly args?: Readonly<Record<string, string>>;
  /** The stage of the Dockerfile to build. The default is the last one. */
  readonly target?: string | undefined;
}

/** Returns the command that builds an image. */
export function buildCommand(engine: Engine, { dockerfile, context, tag, labels, args = {}, target }: Build): string[] {
  const pairs = (option: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
  // buildah may have to run where user namespaces are not allowed. Cached layers would only fill its store.
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

/** Returns the command that prints a label of an image. The command fails if the image does not exist. */
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

/** Returns the command that writes an image to an archive that containerd and docker can read. */
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

/** A command, and the file that it reads from its standard input. */
export interface CopyCommand {
  readonly words: readonly string[];
  readonly input?: string;
}

/** Returns the commands that copy an image archive to a cluster: one for all its nodes, or one for each of them. */
export function copyCommands(
  { product, name, nodes = [] }: LocalCluster,
  archive: string,
  dockerContexts: readonly string[],
): CopyCommand[] {
  const { loadCommand, importCommand, contextOf } = product;
  if (loadCommand) return [{ words: loadCommand(contextOf?.(nodes) ?? name, archive) }];
  if (!importCommand) throw new Error(`no command copies an image to ${product.title}`);
  return nodes.map((node) => ({ words: importCommand(node.name, dockerContexts), input: archive }));
}

/** Returns the commands that push an image under another name. `insecure` allows plain HTTP. */
export function pushCommands(engine: Engine, image: string, target: string, insecure: boolean): string[][] {
  switch (engine.name) {
    case 'docker': // docker allows plain HTTP to a registry on loopback by itself
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
