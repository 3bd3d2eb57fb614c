// What has become of a pod, in words that tell a learner how to go on.
import type { ContainerStatus, Pod } from '../kube.ts';

export type Phase = 'starting' | 'running' | 'failed' | 'gone';

export interface RunState {
  component: string;
  pod: string;
  phase: Phase;
  message?: string;
  /** Of app.ts, where the trouble is. */
  line?: number;
}

const slow = 12_000; // ms within which a server listens, on a busy laptop too

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** @param log the newest lines of the pod's log, where a crash says its reason */
export function stateOf(component: string, pod: Pod, log: readonly string[], now: number): RunState {
  const { name, deletionTimestamp } = pod.metadata;
  const state = (phase: Phase, message?: string, line?: number): RunState =>
    ({ component, pod: name, phase, ...(message ? { message } : {}), ...(line ? { line } : {}) });
  if (deletionTimestamp) return state('gone');
  const [container] = pod.status.containerStatuses ?? [];
  const ended = container && endOf(container);
  if (ended) return state('failed', ...reasonOf(component, ended, log));
  if (container?.ready) return state('running');
  return state(...waiting(component, pod, container, now));
}

/** How the container ended, while Kubernetes waits with the next try too. */
function endOf({ state, lastState }: ContainerStatus): Terminated | undefined {
  return state?.terminated ?? (state?.waiting?.reason === 'CrashLoopBackOff' ? lastState?.terminated : undefined);
}

function waiting(component: string, pod: Pod, container: ContainerStatus | undefined, now: number): [Phase, string?] {
  const hindrance = hindranceOf(pod, container);
  if (hindrance) return hindrance;
  const startedAt = Date.parse(container?.state?.running?.startedAt ?? '');
  if (!(now - startedAt > slow)) return ['starting'];
  return component === 'dice' ? deaf(container?.lastState?.terminated) : ['failed', 'it runs, but is not ready: see its log'];
}

/** What keeps Kubernetes from starting the container. */
function hindranceOf({ status: { conditions = [] } }: Pod, container: ContainerStatus | undefined): [Phase, string] | undefined {
  const { reason = '', message = '' } = container?.state?.waiting ?? {};
  if (/^(Err|ImagePull|CreateContainer|InvalidImage|RunContainer)/.test(reason)) return ['failed', `Kubernetes can't start the container: ${reason} ${message}`.trim()];
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return unscheduled && ['starting', `waiting for room on a node: ${unscheduled.message ?? ''}`];
}

/** It runs, and takes no connections. */
function deaf(killed: Terminated | undefined): [Phase, string] {
  return ['failed', killed && killed.exitCode === 137 && killed.reason !== 'OOMKilled'
    ? 'dice was stopped because it no longer answered: a loop that never ends? Nothing else runs while your code loops. Mend it and run again; until then the dice before it, if any, goes on.'
    : 'dice runs, but takes no connections on its port: a loop that never ends, or no app.listen(…)? Mend it and run again; until then the dice before it, if any, goes on.'];
}

function reasonOf(component: string, ended: Terminated, log: readonly string[]): [string, number?] {
  if (ended.reason === 'OOMKilled') return [`${component} took more memory than it may have, and was stopped (OOMKilled). What grows without end? Mend it and run again.`];
  if (ended.exitCode === 137 || ended.signal === 9) return [`${component} was stopped because it no longer answered: a loop that never ends?`];
  if (component !== 'dice') return [collectorReason(component, ended, log)];
  const said = failureIn(log);
  if (said) return said.line === undefined ? [said.message] : [said.message, said.line];
  if (ended.exitCode === 0) return ['dice ended by itself, with code 0: does your code call process.exit, or never app.listen(…)? A server goes on until it is stopped.'];
  if (ended.exitCode === 134) return ['dice ran out of memory and ended (code 134). What grows without end? Mend it and run again.'];
  return [`dice ended with code ${ended.exitCode}. See its log.`];
}

/** The Collector says in one line what is wrong with its configuration. */
function collectorReason(component: string, { exitCode }: Terminated, log: readonly string[]): string {
  const said = log.findLast((line) => /^Error: |invalid configuration|failed to get config|cannot/i.test(line));
  return `${component} ended with code ${exitCode}${said ? `: ${said.trim()}` : '. See its log.'}`;
}

/** What dice, or Node, says of an error that ended it; and the line of app.ts that it was at. */
export function failureIn(log: readonly string[]): { message: string; line?: number } | undefined {
  const begin = log.findLastIndex((text) => /dice can't start: |^Uncaught |^node:internal|^(file:\/\/)?\/app\/dice\/.*:\d+$/.test(text));
  if (begin < 0) return undefined;
  const words = log.slice(begin, begin + 12);
  const line = Number(/\/app\/dice\/app\.ts:(\d+)/.exec(words.join('\n'))?.[1]);
  const error = words.find((text) => /^\s*([\w.]*(Error|Exception)\b.*|Uncaught .*|x .*|× .*)$/.test(text))?.trim() ?? words.find((text) => /\S/.test(text))?.trim() ?? '';
  const kind = /^(\[?\w*\]?\s*)?SyntaxError|ERR_INVALID_TYPESCRIPT/.test(error) ? 'your code does not parse' : 'your code throws an error';
  return { message: `${kind}${line ? `, at line ${line}` : ''}: ${error}`, ...(line ? { line } : {}) };
}
