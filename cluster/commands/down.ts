// Removes everything that `up` made, and prints what it removes. It finds labs by the records that `up` writes, and
// parts of the throwaway cluster by a search of the machine.
import { closePortForward } from '../port-forward.ts';
import { DEVCLUSTER } from '../context-discovery.ts';
import { ClusterTools } from '../kubectl.ts';
import { forgetLab, labKey, recordedLabs } from '../state.ts';
import type { RecordedLab } from '../state.ts';
import { deleteNamespace, uninstallRelease } from '../release.ts';
import { describeError, UserError } from '../../support/errors.ts';
import { optionsHelp, parseOptions } from '../../support/options.ts';
import type { Given } from '../../support/options.ts';
import { say } from '../../support/output.ts';
import { createProgress } from '../../support/progress.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { clusterStatus, stopCluster } from '../devcluster/index.ts';
import { anyKubectl } from '../tools.ts';
import type { Command } from './command.ts';
import { placeOptions } from './lab-options.ts';

export const down: Command = {
  summary: 'removes everything that up made',
  help: `npm run down [-- OPTIONS]

Removes every lab that up made: the release, the namespace if up made it, the port-forward,
and the throwaway Kubernetes. Options limit this to the labs that they name.

${optionsHelp(placeOptions)}`,
  options: placeOptions,
  run: runDown,
};

async function runDown(args: readonly string[]): Promise<void> {
  const { given } = parseOptions(args, placeOptions);
  const report = createProgress();
  const failures: unknown[] = [];
  let removed = 0;
  for (const lab of recordedLabs().filter((candidate) => isSelected(candidate, given))) {
    await removeLab(lab, report).then(
      () => removed++,
      (error: unknown) => failures.push(error),
    );
  }
  if (Object.keys(given).length === 0 && (await removeDevcluster(DEVCLUSTER, report))) removed++;
  if (failures.length > 0)
    throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(describeError).join('\n'));
  if (removed === 0) say('Nothing to remove: no lab is up.');
}

/** Returns whether the command-line options select this lab for removal. Without options, every lab is selected. */
export function isSelected(lab: RecordedLab, given: Given<typeof placeOptions>): boolean {
  const same = (wanted: string | undefined, value: string | undefined): boolean =>
    wanted === undefined || wanted === value;
  return (
    same(given.context, lab.reach.context) && same(given.namespace, lab.namespace) && same(given.release, lab.release)
  );
}

/** Removes a lab. If it is the last lab in a throwaway cluster, the whole cluster is removed. */
async function removeLab(lab: RecordedLab, report: Progress): Promise<void> {
  const others = recordedLabs().filter((other) => other.throwaway === lab.throwaway && labKey(other) !== labKey(lab));
  if (lab.throwaway === undefined || others.length > 0) await removeFromCluster(lab, report);
  else if (!(await removeDevcluster(lab.throwaway, report)))
    report.note(`The throwaway Kubernetes ${lab.throwaway} no longer exists, so there is nothing to remove in it`);
  forgetLab(lab);
}

async function removeFromCluster(lab: RecordedLab, report: Progress): Promise<void> {
  const where = lab.throwaway ?? lab.reach.context ?? 'the current context';
  await report.step('Close the port-forward', () => closePortForward(labKey(lab)));
  if (!(await exists(lab, report)))
    return report.note(`${where} no longer exists, so there is nothing to remove in it`);
  const kube = await ClusterTools.at(lab.reach, report);
  await report.step(`Remove the release ${lab.release} from ${where}`, async (step) => {
    const there = await uninstallRelease(kube, { name: lab.release, namespace: lab.namespace });
    if (!there) step.note('the release did not exist');
  });
  await report.step(`Remove the namespace ${lab.namespace} from ${where}`, async (step) => {
    const deleted = await deleteNamespace(kube, lab.namespace);
    if (!deleted) step.note('the namespace stays, because up did not create it');
  });
}

/**
 * Returns whether a lab's cluster still exists. A deleted cluster has no kubeconfig or context any more.
 * @throws UserError if the cluster exists but does not answer
 */
async function exists({ reach, throwaway }: RecordedLab, report: Progress): Promise<boolean> {
  if (throwaway !== undefined) return (await clusterStatus(throwaway)).state === 'running';
  const kubectl = await anyKubectl(report);
  const options = {
    env: reach.kubeconfig === undefined ? {} : { KUBECONFIG: reach.kubeconfig },
    allowFailure: true,
    timeout: 30_000,
  };
  const names = await run(kubectl.path, ['config', 'get-contexts', '--output=name'], options);
  if (reach.context === undefined || !names.stdout.split('\n').includes(reach.context)) return false;
  const { code, stderr } = await run(
    kubectl.path,
    ['version', '--context', reach.context, '--request-timeout=5s'],
    options,
  );
  if (code === 0) return true;
  throw new UserError(
    `The Kubernetes of the context ${reach.context} does not answer, so the lab in it is still there.`,
    {
      expected: 'an API server that answers',
      found: stderr.trim().split('\n').at(-1) ?? '',
      todo: ['start it, then run npm run down again', 'delete that Kubernetes, then run npm run down again'],
    },
  );
}

/** Removes the throwaway cluster. @returns whether it existed */
async function removeDevcluster(name: string, report: Progress): Promise<boolean> {
  const { state } = await clusterStatus(name);
  if (state === 'absent') return false;
  await report.step(`Remove the throwaway Kubernetes ${name} and everything in it`, (step) => stopCluster(name, step), {
    estimate: 5,
  });
  return true;
}
