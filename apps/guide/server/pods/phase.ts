// Derives the state of a pod, with a message that tells the learner what to do.
import type { ContainerStatus, Pod, PodCondition } from '../../../../kubernetes/types.ts';
import type { Component, PodState } from '../../contract.ts';

type Phase = PodState['phase'];

const startTime = 12_000; // ms within which a server listens, even on a busy laptop
const crashMemory = 600_000; // ms for which a crash is reported after the container serves again

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/**
 * Returns the state of a component's pod.
 * @param log the newest lines of the pod's log, which contain the reason of a crash
 */
export function stateOf(component: Component, pod: Pod, log: readonly string[], now: number): PodState {
  const { name, deletionTimestamp } = pod.metadata;
  const state = (phase: Phase, message?: string, line?: number): PodState => ({
    component,
    pod: name,
    phase,
    ...(message ? { message } : {}),
    ...(line ? { line } : {}),
  });
  if (deletionTimestamp) return state('gone');
  const [container] = pod.status?.containerStatuses ?? [];
  if (container?.ready) return state('running', ...recentCrash(component, pod, container, now));
  const ended = container && endOf(container);
  if (ended) return state('failed', ...reasonOf({ component, ended, log, limit: limitOf(pod) }));
  return state(...waiting(component, pod, container, now));
}

/**
 * Returns how the container ended last, also if it has started again since. The restarted container runs the same code,
 * so the last end still matters.
 */
function endOf({ state, lastState }: ContainerStatus): Terminated | undefined {
  return state?.terminated ?? lastState?.terminated;
}

/**
 * Returns why a container crashed that runs again, and the line in the learner's file. The page shows this reason for a
 * while after the crash. Later, the result is empty.
 */
function recentCrash(
  component: Component,
  pod: Pod,
  { lastState, restartCount = 0 }: ContainerStatus,
  now: number,
): [message?: string, line?: number | undefined] {
  const ended = lastState?.terminated;
  if (!ended || isNodeRestart(ended) || !(now - Date.parse(ended.finishedAt ?? '') < crashMemory)) return [];
  const [reason, line] = reasonOf({ component, ended, log: [], limit: limitOf(pod) });
  return [`it runs again after ${restartCount === 1 ? 'a crash' : `${restartCount} crashes`}: ${reason}`, line];
}

/**
 * Returns whether the container's exit code shows that the node restarted. A node that restarts stops its containers,
 * or loses the record of how they ended.
 */
const isNodeRestart = ({ exitCode }: Terminated): boolean => [0, 143, 255].includes(exitCode);

/** Returns the container's memory limit with a readable unit, such as 160 MiB for 160Mi. */
function limitOf({ spec }: Pod): string | undefined {
  return spec.containers[0]?.resources?.limits?.['memory']?.replace(/^(\d+)([KMG]i)$/, '$1 $2B');
}

function waiting(
  component: Component,
  pod: Pod,
  container: ContainerStatus | undefined,
  now: number,
): [Phase, string?] {
  const obstacle = startObstacle(pod, container);
  if (obstacle) return obstacle;
  const startedAt = Date.parse(container?.state?.running?.startedAt ?? '');
  if (!(now - startedAt > startTime)) return ['starting'];
  return ['failed', component === 'dice' ? notListening : 'it runs, but it is not ready: see its log'];
}

/** Returns what keeps Kubernetes from starting the container, or undefined. */
function startObstacle(pod: Pod, container: ContainerStatus | undefined): [Phase, string] | undefined {
  const { reason = '', message = '' } = container?.state?.waiting ?? {};
  if (/^(Err|ImagePull|CreateContainer|InvalidImage|RunContainer)/.test(reason))
    return ['failed', `Kubernetes can't start the container: ${reason} ${message}`.trim()];
  const unscheduled = unscheduledIn(pod);
  return unscheduled && ['starting', `its pod is waiting for room on a node: ${unscheduled.message ?? ''}`];
}

/** Returns the pod's PodScheduled condition if no node has room for the pod. */
const unscheduledIn = ({ status }: Pod): PodCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False');

const fixIt = 'Fix it and press Run. Until then the old dice serves, if there is one.';

const notListening =
  'dice runs, but takes no connections on its port: a loop that never ends, or no app.listen(…)? ' +
  `Nothing else runs while your code loops. ${fixIt}`;

interface TerminatedContainer {
  readonly component: Component;
  readonly ended: Terminated;
  readonly log: readonly string[];
  readonly limit: string | undefined;
}

function reasonOf({ component, ended, log, limit }: TerminatedContainer): [string, number?] {
  const { reason, exitCode, signal, message = '' } = ended;
  if (reason === 'OOMKilled')
    return [
      `${component} was killed for using more than ${limit ?? 'the memory it may have'} (OOMKilled): ` +
        'what grows without end? Output that is printed faster than it can be written counts too. ' +
        'Fix it and press Run.',
    ];
  if (exitCode === 137 || signal === 9)
    return [`${component} was stopped because it no longer answered: a loop that never ends? ${fixIt}`];
  // Kubernetes keeps a log's last lines in the container's status, also when the log itself belongs to the next start.
  const words = failureIn(log) ? log : message.split('\n');
  if (component !== 'dice') return [collectorReason(component, ended, [...words, ...log])];
  const failure = failureIn(words);
  if (failure) return failure.line === undefined ? [failure.message] : [failure.message, failure.line];
  return [exitReason(exitCode)];
}

/** Returns the probable reason why dice ended, based on its exit code. It is used if the log of dice shows no error. */
function exitReason(exitCode: number): string {
  if (exitCode === 0)
    return (
      'dice ended by itself, with code 0: does your code call process.exit, or never call app.listen(…)? ' +
      'A server runs until it is stopped.'
    );
  if (exitCode === 134)
    return 'dice ran out of memory and ended (code 134): what grows without end? Fix it and press Run.';
  return `dice ended with code ${exitCode}: does your code call process.exit? See its log.`;
}

/** Returns the one line in which the Collector says what is wrong with its configuration. */
function collectorReason(component: Component, { exitCode }: Terminated, log: readonly string[]): string {
  const message = log.findLast((line) => /^Error: |invalid configuration|failed to get config|cannot/i.test(line));
  return `${component} ended with code ${exitCode}${message ? `: ${message.trim()}` : '. See its log.'}`;
}

/**
 * Searches the log for the error that ended dice, as dice or Node prints it. Returns its message and its line in
 * app.ts.
 */
export function failureIn(log: readonly string[]): { message: string; line?: number } | undefined {
  const begin = log.findLastIndex((text) =>
    /dice (can't start|ends): |^Uncaught |^node:internal|^(file:\/\/)?\/app\/dice\/.*:\d+$/.test(text),
  );
  if (begin < 0) return undefined;
  const words = log.slice(begin, begin + 12);
  const line = Number(/\/app\/dice\/(?:\.\.[^/]+\/)?app\.ts:(\d+)/.exec(words.join('\n'))?.[1]);
  const at = line ? `, at line ${line}` : '';
  const exit = /^dice ends: (.*)$/.exec(words[0] ?? '')?.[1];
  const message =
    exit === undefined
      ? thrown(words, at)
      : `${exit}${at}. A server runs until it is stopped: remove that call and press Run.`;
  return { message, ...(line ? { line } : {}) };
}

function thrown(words: readonly string[], at: string): string {
  const error =
    words.find((text) => /^\s*([\w.]*(Error|Exception)\b.*|Uncaught .*|x .*|× .*)$/.test(text))?.trim() ??
    words.find((text) => /\S/.test(text))?.trim() ??
    '';
  const kind = /^(\[?\w*\]?\s*)?SyntaxError|ERR_INVALID_TYPESCRIPT/.test(error)
    ? 'your code does not parse'
    : 'your code throws an error';
  return `${kind}${at}: ${error}`;
}
