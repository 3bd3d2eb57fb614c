// Builds the lab's own image and puts it where the chosen cluster looks, or into a registry.
import type { Destination } from '../engines.ts';
import { findKubernetes, THROWAWAY } from '../find.ts';
import { helmFlags, parseReference, referenceText } from '../image-reference.ts';
import { ensureImage, ensureLoaded, IMAGE, IMAGE_TAG, pushImage } from '../image.ts';
import { Kube } from '../kube.ts';
import { UserError } from '../support/errors.ts';
import { optionsHelp, parseOptions } from '../support/options.ts';
import { print, say } from '../support/output.ts';
import { createProgress } from '../support/progress.ts';
import type { Progress } from '../support/progress.ts';
import { clusterStatus } from '../throwaway/index.ts';
import type { Command } from './command.ts';
import { placeOptions } from './lab-options.ts';

const options = {
  context: placeOptions.context,
  push: { value: 'REGISTRY/NAME', help: 'tag the image so (with :TAG, else the version) and push it to the registry' },
} as const;

export const image: Command = {
  summary: 'builds the image and puts it where the cluster looks, or into a registry',
  help: `npm run image [-- OPTIONS]

Builds ${IMAGE}
with what the machine has (docker, nerdctl, podman, buildah), unless its sources are
unchanged, and gives it to the Kubernetes that up would use; helm install needs nothing
else then. With --push it goes into a registry instead.

${optionsHelp(options)}`,
  options,
  run: runImage,
};

async function runImage(args: readonly string[]): Promise<void> {
  const { given } = parseOptions(args, options);
  const report = createProgress();
  await (given.push === undefined ? give(given.context, report) : push(given.push, report));
}

async function push(name: string, report: Progress): Promise<void> {
  const target = parseReference(name, IMAGE_TAG);
  const built = await ensureImage({ kind: 'registry' }, report);
  await pushImage(built, target, report);
  say(`Pushed ${referenceText(target)}. Install the chart with it:`);
  print(`helm upgrade --install intro-otel ./charts/lab ${helmFlags(target).join(' ')}`);
  say('Where the registry wants credentials, make a Secret of them in the namespace (kubectl create secret docker-registry NAME …)');
  say("and add: --set 'imagePullSecrets[0].name=NAME'");
}

async function give(context: string | undefined, report: Progress): Promise<void> {
  const found = await report.step('Find a Kubernetes', (step) => findKubernetes(context, step));
  if (found.use === 'throwaway') return giveThrowaway(report);
  if (found.kind === 'other') {
    throw new UserError(`${found.context} is not on this machine, so it can't be given the image.`, {
      expected: 'a registry that it can reach',
      found: 'no --push',
      todo: 'npm run image -- --push REGISTRY/NAME',
    });
  }
  const destination: Destination = { kind: found.kind, context: found.context };
  const built = await ensureImage(destination, report);
  const kube = await Kube.at({ context: found.context }, report, found.minor);
  await ensureLoaded(built, destination, kube, report);
  say(`${IMAGE} is where ${found.context} looks for it.`);
}

async function giveThrowaway(report: Progress): Promise<void> {
  const destination = { kind: 'throwaway', name: THROWAWAY } as const;
  const built = await ensureImage(destination, report);
  const status = await clusterStatus(THROWAWAY);
  if (status.state !== 'running') return say('No Kubernetes runs here yet: npm run up starts one, and gives it the image.');
  await ensureLoaded(built, destination, await Kube.at({ kubeconfig: status.cluster.kubeconfig }, report), report);
  say(`${IMAGE} is on the node of the throwaway Kubernetes.`);
}
