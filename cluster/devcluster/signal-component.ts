// Sends signals to the components of a running cluster, for tests of failures. The supervisor restarts components that
// have ended, but not components that are only stopped.
import { readFileSync } from 'node:fs';
import { UserError } from '../../support/errors.ts';
import type { Layout } from './layout.ts';
import type { Plan } from './plan.ts';
import { allProcesses } from './processes.ts';
import type { ProcessInfo } from './processes.ts';

export type ComponentSignal = 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM';

/** Sends a signal to a component. `signalComponent` in index.ts describes the parameters. */
export function signalComponentOf(layout: Layout, component: string, signal: ComponentSignal): number {
  const { pid } = processOf(component, planAt(layout), allProcesses());
  process.kill(pid, signal);
  return pid;
}

function planAt(layout: Layout): Plan {
  try {
    return JSON.parse(readFileSync(layout.plan, 'utf8')) as Plan;
  } catch (cause) {
    throw new UserError(
      `The throwaway cluster ${layout.name} is not running.`,
      { expected: layout.plan, found: 'no such file', todo: 'Start it first: npm run cluster -- up' },
      { cause },
    );
  }
}

/**
 * Finds a component's process by its command line, which names files of this cluster only.
 * @throws UserError if the component does not exist or is not running
 */
export function processOf(component: string, plan: Plan, processes: readonly ProcessInfo[]): ProcessInfo {
  const planned = plan.processes.find(({ name }) => name === component);
  if (planned === undefined) {
    const expected = plan.processes.map(({ name }) => name).join(', ');
    throw new UserError(`The cluster has no component ${component}.`, {
      expected,
      found: component,
      todo: 'Name one of these.',
    });
  }
  const found = processes.find(({ arguments: words }) => words.join('\0') === planned.command.join('\0'));
  if (found !== undefined) return found;
  throw new UserError(`${component} is not running.`, {
    expected: planned.command.join(' '),
    found: 'no such process',
    todo: 'Try again after the supervisor has restarted it.',
  });
}
