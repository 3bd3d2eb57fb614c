// The command `npm run up`. It finds a Kubernetes, builds the image, installs the chart, opens the guide's URL, plays
// rounds, and finds the trace of the last one in Jaeger. It can run again at any time, and keeps what already exists.
import { findKubernetes, DEVCLUSTER } from '../context-discovery.ts';
import type { Discovery } from '../context-discovery.ts';
import { closePortForward, openPortForward, openPort } from '../port-forward.ts';
import { ensureImages, ensureLoaded } from '../image/image.ts';
import type { BuiltImage } from '../image/image.ts';
import { ClusterTools } from '../kubectl.ts';
import { product as devcluster } from '../products/devcluster.ts';
import { productTitles } from '../products/index.ts';
import type { ClusterAccess } from '../kubectl.ts';
import { labKey, recordedLabs, recordLab } from '../state.ts';
import type { RecordedLab } from '../state.ts';
import { labRequirements, shareToBuild, devclusterRequirements } from '../machine-requirements.ts';
import { clusterMisses, machineMisses, readMachine, throwMisses } from '../preflight.ts';
import { FLASK, recipesIn } from '../image/recipes.ts';
import type { Recipe } from '../image/recipes.ts';
import { checkValues, createNamespace, installRelease, restartApps } from '../release.ts';
import { smokeTest, waitForDoor } from '../smoke-test.ts';
import type { Door, SmokeTest } from '../smoke-test.ts';
import { readClusterCapacity } from '../cluster-capacity.ts';
import type { ClusterCapacity } from '../cluster-capacity.ts';
import { LOGIN_PATH } from '../../lab/names.ts';
import { UserError } from '../../support/errors.ts';
import { optionsHelp, parseOptions } from '../../support/options.ts';
import { coloured, duration, print } from '../../support/output.ts';
import { freePort } from '../../support/ports.ts';
import { createProgress } from '../../support/progress.ts';
import type { Progress } from '../../support/progress.ts';
import { clusterStatus, prepareMachine, startCluster } from '../devcluster/index.ts';
import { traceTree } from '../trace-tree.ts';
import type { Trace } from '../../otlp/traces.ts';
import { portOf } from './command.ts';
import type { Command } from './command.ts';
import { helmValues, namesImage, placeOf, placeOptions, valueOptions } from './lab-options.ts';
import type { Place } from './lab-options.ts';

const options = {
  ...placeOptions,
  ...valueOptions,
  port: { value: 'NUMBER', help: "the port of the guide's URL on 127.0.0.1 (8080, or the next free one)" },
  'no-network-policy': { help: 'do not enforce NetworkPolicies in the throwaway cluster' },
} as const;

const DOOR_PORT = 8080;
const GUIDE_PORT = 8080;

export const up: Command = {
  summary: 'brings the lab up, plays rounds, and prints the trace of one',
  help: `npm run up [-- OPTIONS]

Finds a Kubernetes (the current kubectl context if it is on this machine, else a throwaway
one on Linux as root), builds the image, installs the chart, plays rounds of the game, and
prints the trace of the last one as Jaeger has it. You can run it again at any time.

It knows these local clusters: ${productTitles}.
It never touches any other cluster unless you name its context.

${optionsHelp(options)}`,
  options,
  run: runUp,
};

/** The settings that the command-line options of `npm run up` select. */
interface UpSpec {
  readonly place: Place;
  readonly values: readonly string[];
  /**
   * Our images that `up` builds: those that the chart uses with `values`. If a value names another image instead of
   * ours, `up` does not build ours, and the other image must already be in the cluster.
   */
  readonly recipes: readonly Recipe[];
  readonly port: number | undefined;
  readonly networkPolicy: boolean;
}

/** A cluster that has room and all images for the lab. */
interface ReadyCluster {
  readonly lab: RecordedLab;
  readonly kube: ClusterTools;
  readonly capacity: ClusterCapacity;
  readonly images: readonly BuiltImage[];
  /** The helm arguments that set the chart values which this cluster requires. */
  readonly values: readonly string[];
}

async function runUp(args: readonly string[]): Promise<void> {
  const { given } = parseOptions(args, options);
  const request = {
    place: placeOf(given),
    values: helmValues(given),
    port: given.port === undefined ? undefined : portOf(given.port, '--port'),
    networkPolicy: given['no-network-policy'] !== true,
  };
  const report = createProgress();
  const began = performance.now();
  const found = await report.step('Find a Kubernetes', (step) => findKubernetes(request.place.context, step));
  const kube =
    found.use === 'devcluster'
      ? await ClusterTools.at({}, report)
      : await ClusterTools.at(accessOf(found), report, found.minor);
  const rendered = await checkValues(kube.helmCommand, { ...releaseOf(request.place), values: request.values });
  const spec: UpSpec = { ...request, recipes: recipesIn(rendered).filter((recipe) => !namesImage(given, recipe)) };
  const ready =
    found.use === 'devcluster'
      ? await readyDevcluster(spec, kube, found.because, report)
      : await readyExisting(spec, kube, found, report);
  const edited = await install(ready, spec, report);
  const door = await report.step("Open the guide's URL", () => forwardGuide(ready, spec, report));
  printEnd(door, await smokeTest(door, { edited, hasValues: spec.values.length > 0 }, report), ready);
  print(coloured('dim', `up in ${duration(performance.now() - began)}`));
}

function accessOf({ context }: Discovery): ClusterAccess {
  return { context, kubeconfig: process.env['KUBECONFIG'] };
}

function releaseOf({ release, namespace }: Place): { name: string; namespace: string } {
  return { name: release, namespace };
}

async function readyDevcluster(
  spec: UpSpec,
  tools: ClusterTools,
  because: string,
  report: Progress,
): Promise<ReadyCluster> {
  report.note(`Using the throwaway Kubernetes: ${because}`);
  const doorPort = await reserveDevcluster(spec, report);
  const lab: RecordedLab = {
    throwaway: DEVCLUSTER,
    reach: {},
    namespace: spec.place.namespace,
    release: spec.place.release,
  };
  recordLab(lab);
  await prepareMachine(report, spec.networkPolicy);
  const port = doorPort === undefined ? {} : { doorPort };
  const starting = startCluster({ name: DEVCLUSTER, networkPolicy: spec.networkPolicy, ...port, report });
  const destination = { product: devcluster, name: DEVCLUSTER };
  const [cluster, images] = await bothOf(starting, ensureImages(spec.recipes, destination, report));
  const kube = new ClusterTools({ kubeconfig: cluster.kubeconfig }, tools.helmCommand, tools.kubectlCommand);
  await ensureLoaded(images, destination, kube, report);
  const known = { ...lab, reach: kube.access, ...(getsNodePort(lab) ? { port: cluster.doorPort } : {}) };
  recordLab(known);
  const values =
    known.port === undefined ? [] : ['--set', 'guide.service.type=NodePort', '--set', 'guide.service.nodePort=30080'];
  return { lab: known, kube, capacity: await readClusterCapacity(kube), images, values };
}

/**
 * Returns whether this lab gets the only NodePort that is reachable from outside the throwaway cluster. The first lab
 * gets this NodePort. Every later lab gets a port-forward.
 */
function getsNodePort(lab: RecordedLab): boolean {
  return recordedLabs().every(
    (other) => other.throwaway !== lab.throwaway || other.port === undefined || labKey(other) === labKey(lab),
  );
}

/**
 * Waits until both promises have settled, also if one of them fails, so that nothing goes on in the background.
 * @throws the first error
 */
async function bothOf<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

/**
 * Checks that the machine has the resources for a new throwaway cluster, and chooses the port of the guide's URL.
 * @returns the requested port, or the next free one if that port is taken. Undefined if no port was requested, so that
 * `startCluster` chooses it, or if the cluster runs already.
 */
async function reserveDevcluster(spec: UpSpec, report: Progress): Promise<number | undefined> {
  const status = await clusterStatus(DEVCLUSTER);
  if (status.state === 'running') {
    const { doorPort } = status.cluster;
    if (spec.port !== undefined && spec.port !== doorPort) {
      report.note(
        `The throwaway Kubernetes already uses port ${doorPort} for the guide. To change it, run npm run down first`,
      );
    }
    return undefined;
  }
  const needs = await devclusterRequirements(DEVCLUSTER, shareToBuild());
  throwMisses(machineMisses(await readMachine(needs), needs));
  if (spec.port !== undefined) return choosePort(spec.port, report);
  // A broken throwaway cluster may still use the port. `startCluster` first removes this cluster, and then chooses the
  // port.
  if (status.state === 'absent') await choosePort(DOOR_PORT, report);
  return undefined;
}

async function choosePort(wanted: number, report: Progress): Promise<number> {
  const port = await freePort(wanted);
  if (port !== wanted) report.note(`Port ${wanted} is taken by another program, so the guide uses port ${port}`);
  return port;
}

async function readyExisting(
  spec: UpSpec,
  kube: ClusterTools,
  found: Discovery,
  report: Progress,
): Promise<ReadyCluster> {
  const product = found.product?.title ?? 'not on this machine';
  report.note(`Using the Kubernetes of the context ${found.context} (${product}, ${found.version})`);
  const lab: RecordedLab = { reach: kube.access, namespace: spec.place.namespace, release: spec.place.release };
  const capacity = await readClusterCapacity(kube);
  if (recordedLabs().every((other) => labKey(other) !== labKey(lab))) {
    throwMisses(
      clusterMisses({ ...capacity, version: found.version, resize: found.product?.resize }, labRequirements()),
    );
  }
  const images = spec.recipes.length === 0 ? [] : await loadImages(spec.recipes, kube, found, report);
  return { lab, kube, capacity, images, values: [] };
}

async function loadImages(
  recipes: readonly Recipe[],
  kube: ClusterTools,
  found: Discovery,
  report: Progress,
): Promise<BuiltImage[]> {
  if (found.product === undefined) throw needsRegistry(found, recipes);
  const destination = { product: found.product, name: found.context, nodes: found.nodes };
  const images = await ensureImages(recipes, destination, report);
  await ensureLoaded(images, destination, kube, report);
  return images;
}

function needsRegistry({ context }: Discovery, recipes: readonly Recipe[]): UserError {
  const flask = recipes.includes(FLASK) ? '--flask ' : '';
  return new UserError(`${context} is not on this machine, so the image can't be copied to it.`, {
    expected: 'an image in a registry that the cluster can reach',
    found: 'an image that is built on this machine',
    todo: [`npm run image -- ${flask}--push REGISTRY/NAME, then npm run up with the --set options it prints`],
  });
}

async function install(
  { lab, kube, capacity, images, values }: ReadyCluster,
  spec: UpSpec,
  report: Progress,
): Promise<readonly string[]> {
  const release = { ...releaseOf(spec.place), values: [...values, ...spec.values] };
  const before = recordedLabs().find((other) => labKey(other) === labKey(lab));
  const isNew = !capacity.namespaces.some(({ metadata }) => metadata?.name === lab.namespace);
  recordLab(lab);
  const edited = await report.step(
    `Install the lab as ${release.name} in namespace ${release.namespace}`,
    async (step) => {
      if (isNew) await createNamespace(kube, lab.namespace);
      return installRelease(kube, release, step);
    },
    { estimate: 20 },
  );
  const changed = images.filter(({ recipe, inputs }) => ![undefined, inputs].includes(before?.images?.[recipe.image]));
  if (!isNew && changed.length > 0) {
    const components = changed.flatMap(({ recipe }) => recipe.components);
    await report.step(
      'Restart the apps, because their image is new',
      (step) => restartApps(kube, release, components, step),
      { estimate: 10 },
    );
  }
  if (images.length > 0)
    recordLab({
      ...lab,
      images: { ...before?.images, ...Object.fromEntries(images.map(({ recipe, inputs }) => [recipe.image, inputs])) },
    });
  return edited;
}

async function forwardGuide({ lab, kube }: ReadyCluster, spec: UpSpec, report: Progress): Promise<UpDoor> {
  if (lab.port !== undefined) await closePortForward(labKey(lab)); // another lab may have had the NodePort
  const port = lab.port ?? (await existingPortForward(lab, kube, spec, report));
  const url = `http://127.0.0.1:${port}/`;
  const token = await loginToken(lab, kube);
  const link = lab.port === undefined ? url : `${url}${LOGIN_PATH.slice(1)}?key=${token}`;
  const door = { url, link, headers: { authorization: `Bearer ${token}` } };
  await waitForDoor(door);
  return door;
}

/** Where the guide answers, and what people open: a port-forward needs no login, a NodePort does. */
type UpDoor = Door & { readonly link: string };

/** Reads the token that logs in to the guide. */
async function loginToken({ namespace, release }: RecordedLab, kube: ClusterTools): Promise<string> {
  const name = `${release}-guide-key`;
  const secret = await kube.get<{ data?: { token?: string } }>('secret', name, '--namespace', namespace);
  return Buffer.from(secret?.data?.token ?? '', 'base64').toString();
}

/**
 * Returns the port of the lab's port-forward. Opens a new port-forward if none is running, or if --port names another
 * port.
 */
async function existingPortForward(
  lab: RecordedLab,
  kube: ClusterTools,
  spec: UpSpec,
  report: Progress,
): Promise<number> {
  const key = labKey(lab);
  const open = openPort(key);
  if (open !== undefined && (spec.port === undefined || spec.port === open)) return open;
  await closePortForward(key);
  const port = await choosePort(spec.port ?? DOOR_PORT, report);
  openPortForward(key, port, kube, {
    namespace: lab.namespace,
    service: `${lab.release}-guide`,
    servicePort: GUIDE_PORT,
  });
  return port;
}

function printEnd({ url, link }: UpDoor, { round, trace }: SmokeTest, { lab }: ReadyCluster): void {
  const row = (what: string, value: string): void => print(`  ${coloured('dim', what.padEnd(12))}${value}`);
  print();
  if (round !== undefined) print(`${round.player} rolled ${round.roll} and won ${round.prize.name}.`);
  if (trace !== undefined) printTrace(trace);
  print();
  row('the lab', link);
  if (link !== url) row('', 'Open this link first. It logs your browser in.');
  if (trace !== undefined) row('this trace', `${url}traces/${trace.traceId}`);
  row('Jaeger', `${url}jaeger/`);
  print();
  if (round !== undefined && round.trace === undefined)
    row('no trace', 'the apps send none at instrumentation level none: npm run up -- --set instrumentation=auto');
  if (lab.throwaway !== undefined) row('kubectl', 'export KUBECONFIG=$(npm run -s cluster -- kubeconfig)');
  row('again', 'npm run up -- --set instrumentation=manual   (or none, auto)');
  row('remove it', 'npm run down');
}

function printTrace(trace: Trace): void {
  const spans = trace.spans.map((span) => ({ ...span, failed: span.status.code === 'error' }));
  print(`The round is one trace of ${spans.length} spans across ${trace.services.length} services:`);
  print();
  for (const line of traceTree(spans, process.stdout.columns ?? 100)) print(`  ${line}`);
}
