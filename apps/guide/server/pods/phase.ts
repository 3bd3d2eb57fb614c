// What has become of a pod, in words that tell a learner how to go on.
import type { ContainerStatus, Pod, PodCondition } from '../../../../kubernetes/types.ts';

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
const recent = 600_000; // ms for which the end of a container is worth a word, though the next one serves

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** @param log the newest lines of the pod's log, where a crash says its reason */
export function stateOf(component: string, pod: Pod, log: readonly string[], now: number): RunState {
  const { name, deletionTimestamp } = pod.metadata;
  const state = (phase: Phase, message?: string, line?: number): RunState => ({
    component,
    pod: name,
    phase,
    ...(message ? { message } : {}),
    ...(line ? { line } : {}),
  });
  if (deletionTimestamp) return state('gone');
  const [container] = pod.status?.containerStatuses ?? [];
  if (container?.ready) return state('running', ...lately(component, pod, container, now));
  const ended = container && endOf(container);
  if (ended) return state('failed', ...reasonOf({ component, ended, log, limit: limitOf(pod) }));
  return state(...waiting(component, pod, container, now));
}

/** How the container ended; the same code is started again, so it goes for the next try too, until that one serves. */
function endOf({ state, lastState }: ContainerStatus): Terminated | undefined {
  return state?.terminated ?? lastState?.terminated;
}

/** What ended a container that serves again: whoever looks up from their terminal a minute later should see it all the same. */
function lately(
  component: string,
  pod: Pod,
  { lastState, restartCount = 0 }: ContainerStatus,
  now: number,
): [message?: string, line?: number | undefined] {
  const ended = lastState?.terminated;
  if (!ended || isOfTheNode(ended) || !(now - Date.parse(ended.finishedAt ?? '') < recent)) return [];
  const [reason, line] = reasonOf({ component, ended, log: [], limit: limitOf(pod) });
  return [
    `it runs again, but has ended ${restartCount === 1 ? 'once' : `${restartCount} times`} before: ${reason}`,
    line,
  ];
}

/** A node that is started again stops its pods first, or forgets how they ended. */
const isOfTheNode = ({ exitCode }: Terminated): boolean => [0, 143, 255].includes(exitCode);

/** In words: 160Mi is 160 MiB. */
function limitOf({ spec }: Pod): string | undefined {
  return spec.containers[0]?.resources?.limits?.['memory']?.replace(/^(\d+)([KMG]i)$/, '$1 $2B');
}

function waiting(component: string, pod: Pod, container: ContainerStatus | undefined, now: number): [Phase, string?] {
  const hindrance = hindranceOf(pod, container);
  if (hindrance) return hindrance;
  const startedAt = Date.parse(container?.state?.running?.startedAt ?? '');
  if (!(now - startedAt > slow)) return ['starting'];
  return ['failed', component === 'dice' ? deaf : 'it runs, but is not ready: see its log'];
}

/** What keeps Kubernetes from starting the container. */
function hindranceOf(pod: Pod, container: ContainerStatus | undefined): [Phase, string] | undefined {
  const { reason = '', message = '' } = container?.state?.waiting ?? {};
  if (/^(Err|ImagePull|CreateContainer|InvalidImage|RunContainer)/.test(reason))
    return ['failed', `Kubernetes can't start the container: ${reason} ${message}`.trim()];
  const unscheduled = unscheduledIn(pod);
  return unscheduled && ['starting', `waiting for room on a node: ${unscheduled.message ?? ''}`];
}

/** The pod's condition when no node has room for it. */
const unscheduledIn = ({ status }: Pod): PodCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False');

const goOn = 'Mend it and run again; until then the dice before it, if any, goes on.';

/** It runs, and takes no connections. */
const deaf = `dice runs, but takes no connections on its port: a loop that never ends, or no app.listen(…)? Nothing else runs while your code loops. ${goOn}`;

interface TerminatedContainer {
  component: string;
  ended: Terminated;
  log: readonly string[];
  limit: string | undefined;
}

function reasonOf({ component, ended, log, limit }: TerminatedContainer): [string, number?] {
  const { reason, exitCode, signal, message = '' } = ended;
  if (reason === 'OOMKilled')
    return [
      `${component} was killed for using more than ${limit ?? 'the memory it may have'} (OOMKilled): what grows without end? What is printed faster than it can be written counts too. Mend it and run again.`,
    ];
  if (exitCode === 137 || signal === 9)
    return [`${component} was stopped because it no longer answered: a loop that never ends? ${goOn}`];
  // Kubernetes keeps a log's last lines with how the container ended, also when the log itself is that of the next try.
  const words = failureIn(log) ? log : message.split('\n');
  if (component !== 'dice') return [collectorReason(component, ended, [...words, ...log])];
  const said = failureIn(words);
  if (said) return said.line === undefined ? [said.message] : [said.message, said.line];
  return [quietEnd(exitCode)];
}

/** It has said nothing of an error. */
function quietEnd(exitCode: number): string {
  if (exitCode === 0)
    return 'dice ended by itself, with code 0: does your code call process.exit, or never app.listen(…)? A server goes on until it is stopped.';
  if (exitCode === 134)
    return 'dice ran out of memory and ended (code 134): what grows without end? Mend it and run again.';
  return `dice ended with code ${exitCode}: does your code call process.exit? See its log.`;
}

/** The Collector says in one line what is wrong with its configuration. */
function collectorReason(component: string, { exitCode }: Terminated, log: readonly string[]): string {
  const said = log.findLast((line) => /^Error: |invalid configuration|failed to get config|cannot/i.test(line));
  return `${component} ended with code ${exitCode}${said ? `: ${said.trim()}` : '. See its log.'}`;
}

/** What dice, or Node, says of an error that ended it; and the line of app.ts that it was at. */
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
      : `${exit}${at}. A server goes on until it is stopped: take that call out and run again.`;
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
