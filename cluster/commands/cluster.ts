// The command `npm run cluster`. Its actions up, down, status and kubeconfig manage the throwaway cluster alone,
// without a lab.
import { DEVCLUSTER } from '../context-discovery.ts';
import { forgetLab, recordedLabs } from '../state.ts';
import { shareToBuild, devclusterRequirements } from '../machine-requirements.ts';
import { machineMisses, readMachine, throwMisses } from '../preflight.ts';
import { UserError } from '../../support/errors.ts';
import { optionsHelp, parseOptions, UsageError } from '../../support/options.ts';
import type { Given } from '../../support/options.ts';
import { print, say } from '../../support/output.ts';
import { createProgress } from '../../support/progress.ts';
import { checkMachine, clusterStatus, startCluster, stopCluster } from '../devcluster/index.ts';
import type { RunningCluster } from '../devcluster/index.ts';
import { nameOf, portOf } from './command.ts';
import type { Command } from './command.ts';

const options = {
  name: { value: 'NAME', help: `the name of the cluster (${DEVCLUSTER}, which npm run up uses)` },
  port: {
    value: 'NUMBER',
    help: 'up: the port of 127.0.0.1 that leads to NodePort 30080 (8080, or the next that is free)',
  },
  'no-network-policy': { help: 'up: do not enforce NetworkPolicies' },
} as const;

const actions: Readonly<Record<string, (name: string, given: Given<typeof options>) => Promise<void>>> = {
  up: start,
  down: stop,
  status,
  kubeconfig: async (name) => print((await running(name)).kubeconfig),
};
const ACTIONS = Object.keys(actions);

export const cluster: Command = {
  summary: 'manages the throwaway Kubernetes alone: up, down, status, kubeconfig',
  help: `npm run cluster -- up | down | status | kubeconfig [OPTIONS]

  up          starts it, and first builds the parts that are not in the cache
  down        removes it and everything in it
  status      prints whether it runs, and its URLs
  kubeconfig  prints the path of its kubeconfig:
              export KUBECONFIG=$(npm run -s cluster -- kubeconfig)

${optionsHelp(options)}`,
  options,
  positionals: [ACTIONS],
  run: runCluster,
};

async function runCluster(args: readonly string[]): Promise<void> {
  const { given, positionals } = parseOptions(args, options, [ACTIONS]);
  const name = nameOf(given.name ?? DEVCLUSTER, '--name');
  const action = actions[positionals[0] ?? ''];
  if (action === undefined) {
    throw new UsageError('npm run cluster needs an action.', {
      expected: ACTIONS.join(', '),
      found: 'no action',
      todo: 'name one of these',
    });
  }
  return action(name, given);
}

async function start(name: string, given: Given<typeof options>): Promise<void> {
  const report = createProgress();
  checkMachine();
  if ((await clusterStatus(name)).state !== 'running') {
    const needs = await devclusterRequirements(name, shareToBuild());
    throwMisses(machineMisses(await readMachine(needs), needs));
  }
  const started = await startCluster({
    name,
    networkPolicy: given['no-network-policy'] !== true,
    ...(given.port === undefined ? {} : { doorPort: portOf(given.port, '--port') }),
    report,
  });
  describe(name, started);
}

async function stop(name: string): Promise<void> {
  const { state } = await clusterStatus(name);
  if (state === 'absent') return say(`There is no throwaway Kubernetes ${name} to remove.`);
  await createProgress().step(`Remove the throwaway Kubernetes ${name} and everything in it`, (step) =>
    stopCluster(name, step),
  );
  for (const lab of recordedLabs().filter((candidate) => candidate.throwaway === name)) forgetLab(lab);
}

async function status(name: string): Promise<void> {
  const found = await clusterStatus(name);
  switch (found.state) {
    case 'running':
      return describe(name, found.cluster);
    case 'absent':
      return print(`There is no throwaway Kubernetes ${name}.`);
    case 'broken':
      print(
        `The throwaway Kubernetes ${name} is broken: a start was interrupted, or the machine restarted.\nLeft of it:`,
      );
      for (const { kind, what } of found.leftovers) print(`  ${kind}  ${what}`);
      print('Start it again with npm run cluster -- up, or remove it with down.');
  }
}

function describe(name: string, { kubeconfig, apiPort, doorPort, networkPolicy }: RunningCluster): void {
  print(`The throwaway Kubernetes ${name} is running.`);
  print(`  API server       https://127.0.0.1:${apiPort}`);
  print(`  NodePort 30080   http://127.0.0.1:${doorPort}`);
  print(`  NetworkPolicies  ${networkPolicy ? 'enforced' : 'not enforced'}`);
  print(`  kubectl          export KUBECONFIG=${kubeconfig}`);
}

async function running(name: string): Promise<RunningCluster> {
  const found = await clusterStatus(name);
  if (found.state === 'running') return found.cluster;
  throw new UserError(`The throwaway Kubernetes ${name} is not running.`, { todo: 'start it: npm run cluster -- up' });
}
