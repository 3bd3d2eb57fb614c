// The command `npm run image`. It builds the lab's image, and on request the image of the Python app. It copies the
// images to the chosen cluster, or pushes them to a registry.
import { findKubernetes, DEVCLUSTER } from '../context-discovery.ts';
import { helmFlags, parseReference, referenceText } from '../image/reference.ts';
import type { ImageReference } from '../image/reference.ts';
import { ensureImages, ensureLoaded, pushImage } from '../image/image.ts';
import { ClusterTools } from '../kubectl.ts';
import { product as devcluster } from '../products/devcluster.ts';
import { FLASK, IMAGE_TAG, LAB, TERMINAL } from '../image/recipes.ts';
import type { Recipe } from '../image/recipes.ts';
import { UserError } from '../../support/errors.ts';
import { optionsHelp, parseOptions } from '../../support/options.ts';
import { print, say } from '../../support/output.ts';
import { createProgress } from '../../support/progress.ts';
import type { Progress } from '../../support/progress.ts';
import { clusterStatus } from '../devcluster/index.ts';
import type { Command } from './command.ts';
import { placeOptions } from './lab-options.ts';

const options = {
  context: placeOptions.context,
  flask: { help: 'also build the image of the Python app, which flask.enabled switches on' },
  terminal: { help: "also build the image of the terminal, which opens on the guide's page in a class" },
  push: {
    value: 'REGISTRY/NAME',
    help:
      'push the image to a registry (add :TAG for another tag than the version).\n' +
      'The Python app becomes NAME-flask, the terminal NAME-terminal',
  },
} as const;

export const image: Command = {
  summary: 'builds the image and copies it to the cluster, or pushes it to a registry',
  help: `npm run image [-- OPTIONS]

Builds ${LAB.image}
with docker, nerdctl, podman or buildah, unless its sources are unchanged, and copies it
to the Kubernetes that up would use. Then helm install needs nothing else. With --push it
goes to a registry instead.

${optionsHelp(options)}`,
  options,
  run: runImage,
};

async function runImage(args: readonly string[]): Promise<void> {
  const { given } = parseOptions(args, options);
  const report = createProgress();
  const recipes = [LAB, ...(given.flask === true ? [FLASK] : []), ...(given.terminal === true ? [TERMINAL] : [])];
  await (given.push === undefined ? load(recipes, given.context, report) : push(recipes, given.push, report));
}

async function push(recipes: readonly Recipe[], name: string, report: Progress): Promise<void> {
  const target = parseReference(name, IMAGE_TAG);
  const targetOf = ({ suffix }: Recipe): ImageReference => ({ ...target, repository: target.repository + suffix });
  for (const built of await ensureImages(recipes, 'registry', report))
    await pushImage(built, targetOf(built.recipe), report);
  say(`Pushed ${recipes.map((recipe) => referenceText(targetOf(recipe))).join(' and ')}. Install the chart with it:`);
  const flags = recipes.flatMap((recipe) => helmFlags(targetOf(recipe), recipe.value));
  print(`helm upgrade --install intro-otel ./charts/lab ${[...flags, ...switches(recipes)].join(' ')}`);
  say('If the registry needs credentials, put them in a Secret (kubectl create secret docker-registry NAME …)');
  say("and add: --set 'imagePullSecrets[0].name=NAME'");
}

function switches(recipes: readonly Recipe[]): string[] {
  return recipes.includes(FLASK) ? ['--set', 'flask.enabled=true'] : [];
}

async function load(recipes: readonly Recipe[], context: string | undefined, report: Progress): Promise<void> {
  const found = await report.step('Find a Kubernetes', (step) => findKubernetes(context, step));
  if (found.use === 'devcluster') return loadIntoDevcluster(recipes, report);
  if (found.product === undefined) {
    throw new UserError(`${found.context} is not on this machine, so the image can't be copied to it.`, {
      expected: 'a registry that the cluster can reach',
      found: 'no --push',
      todo: 'push it: npm run image -- --push REGISTRY/NAME',
    });
  }
  const destination = { product: found.product, name: found.context, nodes: found.nodes };
  const built = await ensureImages(recipes, destination, report);
  const kube = await ClusterTools.at({ context: found.context }, report, found.minor);
  await ensureLoaded(built, destination, kube, report);
  for (const { image: name } of recipes) say(`${found.context} now has ${name}.`);
}

async function loadIntoDevcluster(recipes: readonly Recipe[], report: Progress): Promise<void> {
  const destination = { product: devcluster, name: DEVCLUSTER };
  const built = await ensureImages(recipes, destination, report);
  const status = await clusterStatus(DEVCLUSTER);
  if (status.state !== 'running')
    return say('No Kubernetes is running here yet. npm run up starts one and copies the image to it.');
  await ensureLoaded(
    built,
    destination,
    await ClusterTools.at({ kubeconfig: status.cluster.kubeconfig }, report),
    report,
  );
  for (const { image: name } of recipes) say(`The throwaway Kubernetes now has ${name}.`);
}
