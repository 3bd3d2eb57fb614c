// Derives the state of a pod, with a message that tells the learner what to do.
import type { ContainerStatus, Pod, PodCondition } from '../../../../kubernetes/types.ts';
import type { Report } from '../../../telemetry/report.ts';
import { isLoopback } from '../../../telemetry/readiness.ts';
import type { OwnFile } from '../../../../lab/names.ts';
import type { Component, Files, PodState } from '../../contract.ts';
import { explainApp } from '../symptoms/app.ts';
import { explainCollector } from '../symptoms/collector.ts';
import { inWords } from '../symptoms/explanation.ts';
import type { Explanation } from '../symptoms/explanation.ts';
import { settingsMistakes } from '../symptoms/settings.ts';
import { unusedComponent } from '../symptoms/unused.ts';
import { ignoredRest } from '../symptoms/yaml.ts';

type Phase = PodState['phase'];

/** Why what answers is not what the learner's files say. */
export interface Outdated {
  readonly reason: string;
  /** Whether it ends by itself, within seconds. */
  readonly passes: boolean;
  /** Whether the older pod may still answer after that. */
  readonly blocks: boolean;
  /** What to do about it, if it does not end by itself. */
  readonly todo?: string;
  /** The file of which the pod has an older one, if a restart is needed. */
  readonly file?: OwnFile;
}

/** What is known of a pod besides its status. */
export interface Evidence {
  /** The newest lines of the pod's log, which contain the reason of a crash. */
  readonly log: readonly string[];
  /** The learner's files, in which the line of a mistake is searched. */
  readonly files?: Partial<Files> | undefined;
  /** The variables that the chart sets for dice. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /**
   * What dice reports about itself. `refused` means that it does not answer yet, because it has not opened its port for
   * health checks. `silent` means that it takes the connection and does not answer, because it is busy.
   */
  readonly report?: Report | 'refused' | 'silent' | undefined;
  /** Why the pod has to be restarted to run the learner's files as they are now. */
  readonly outdated?: Outdated | undefined;
}

const startTime = 12_000; // ms within which a server listens, even on a busy laptop
const patience = 30_000; // ms after which a program that does not answer is more likely stuck than slow
const crashMemory = 600_000; // ms for which a crash is reported after the container serves again

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** Returns the state of a component's pod. */
export function stateOf(component: Component, pod: Pod, evidence: Evidence, now: number): PodState {
  const { name, deletionTimestamp } = pod.metadata;
  const state = (phase: Phase, reason: Reason = {}): PodState => ({ component, pod: name, phase, ...reason });
  if (deletionTimestamp) return state('gone');
  const [container] = pod.status?.containerStatuses ?? [];
  if (container?.ready) return state('running', trouble(component, pod, { container, evidence, now }));
  const ended = container && endOf(container);
  if (ended) return state('failed', reasonOf({ component, ended, evidence, limit: limitOf(pod) }));
  return state(...waiting(component, pod, { container, evidence, now }));
}

/** Why a pod is in its phase: the message, and the place in the learner's files. */
type Reason = Pick<PodState, 'message' | 'file' | 'line'>;

interface Observation<T> {
  readonly container: T;
  readonly evidence: Evidence;
  readonly now: number;
}

const reasonFrom = ({ file, line, ...meaning }: Explanation): Reason => ({
  message: inWords(meaning),
  file,
  ...(line === undefined ? {} : { line }),
});

/** Returns what is wrong although the pod serves: a crash a while ago, older files, or what the program ignores. */
function trouble(component: Component, pod: Pod, { container, evidence, now }: Observation<ContainerStatus>): Reason {
  const crash = recentCrash(component, pod, { container, evidence, now });
  if (crash.message !== undefined) return crash;
  const { reason, todo, file } = evidence.outdated ?? {};
  if (todo !== undefined) return { message: `${reason}. ${todo}`, ...(file && { file }) };
  const mistake = component === 'dice' ? mistakesOf(evidence)[0] : withoutEffect(evidence.files?.['collector.yaml']);
  return mistake ? reasonFrom(mistake) : {};
}

/** The last file that was read, because the same one is asked about again and again. */
let last: { readonly yaml: string; readonly found: Explanation | undefined } = { yaml: '', found: undefined };

/** Returns what the Collector ignores in the learner's file, or what the file sets up and no pipeline uses. */
function withoutEffect(yaml = ''): Explanation | undefined {
  if (last.yaml !== yaml) last = { yaml, found: ignoredRest(yaml) ?? unusedComponent(yaml) };
  return last.found;
}

const mistakesOf = ({ files, settings }: Evidence): Explanation[] =>
  settingsMistakes(files?.['settings.env'] ?? '', settings);

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
  { container: { lastState, restartCount = 0 }, evidence, now }: Observation<ContainerStatus>,
): Reason {
  const ended = lastState?.terminated;
  if (!ended || isNodeRestart(ended) || !(now - Date.parse(ended.finishedAt ?? '') < crashMemory)) return {};
  const reason = reasonOf({ component, ended, evidence: { ...evidence, log: [] }, limit: limitOf(pod) });
  const crashes = restartCount === 1 ? 'a crash' : `${restartCount} crashes`;
  return { ...reason, message: `it runs again after ${crashes}: ${reason.message}` };
}

type Settings = NonNullable<Evidence['settings']>;

/** A crash of a container that runs again. */
export interface Crash {
  /** How it ended, as a sentence without a full stop. */
  readonly says: string;
  /** Milliseconds since then. */
  readonly ago: number;
}

/** Returns the last crash of a pod that serves again, if it is not long ago. */
export function crashOf(component: Component, pod: Pod, settings: Settings, now: number): Crash | undefined {
  const [container] = pod.status?.containerStatuses ?? [];
  const evidence = { log: [], files: undefined, settings };
  const { message } = container ? recentCrash(component, pod, { container, evidence, now }) : {};
  if (message === undefined) return undefined;
  return {
    says: message.replace(/\.$/, ''),
    ago: now - Date.parse(container?.lastState?.terminated?.finishedAt ?? ''),
  };
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
  { container, evidence, now }: Observation<ContainerStatus | undefined>,
): [Phase, Reason?] {
  const obstacle = startObstacle(pod, container);
  if (obstacle) return obstacle;
  const startedAt = Date.parse(container?.state?.running?.startedAt ?? '');
  const age = now - startedAt;
  if (component === 'dice') return startOfDice(evidence, age, container?.started === true);
  if (!(age > startTime)) return ['starting'];
  const message = `it has not opened its ports yet, ${seconds(age)} after its start. See its log`;
  return age > patience ? ['failed', { message: `${message}.` }] : ['starting', { message: `${message}, or wait.` }];
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** Returns how far dice has come. It is slow, and not broken, until something is known. */
function startOfDice({ report, files }: Evidence, age: number, wasReady: boolean): [Phase, Reason?] {
  if (typeof report === 'object') return startFrom(report, age, files?.['app.ts']);
  if (wasReady) return ['failed', { message: noLongerAnswers }];
  if (!(age > startTime)) return ['starting'];
  if (report === 'refused') return ['starting', { message: slow(age) }];
  if (!(age > patience)) return ['starting', { message: slowOrBusy(age) }];
  return ['failed', { message: report === 'silent' ? busy(age) : takesNoConnections }];
}

/** Returns how far dice has come by its own report, which it can give while its code waits, but not while it loops. */
function startFrom(report: Report, age: number, source?: string): [Phase, Reason?] {
  const { stage, port, listening } = report;
  const isLate = age > startTime;
  if (stage === 'loading') return isLate ? ['starting', { message: loading(age) }] : ['starting'];
  const here = listening.filter((at) => at.port === port);
  const [first] = here.length > 0 ? here : listening;
  if (!first) return refusedPort(report, source) ?? withoutPort(isLate);
  if (here.length === 0) return ['failed', { message: `${onOtherPort(first.port, port)} ${fixIt}` }];
  const isReachable = !here.every(({ address }) => isLoopback(address));
  return isReachable ? ['starting'] : ['failed', { message: `${onLoopback(first)} ${fixIt}` }];
}

const withoutPort = (isLate: boolean): [Phase, Reason?] =>
  isLate ? ['failed', { message: `${notListening} ${fixIt}` }] : ['starting'];

/** Returns that dice may not open its port, by the error that its code got and perhaps ignored. */
function refusedPort({ exceptions }: Report, source?: string): [Phase, Reason] | undefined {
  const error = exceptions.find(({ message }) => /\blisten E\w+/.test(message));
  const explanation = error && explainApp([error.message], source);
  return explanation && ['failed', reasonFrom(explanation)];
}

/** Returns what keeps Kubernetes from starting the container, or undefined. */
function startObstacle(pod: Pod, container: ContainerStatus | undefined): [Phase, Reason] | undefined {
  const { reason = '', message = '' } = container?.state?.waiting ?? {};
  if (/^(Err|ImagePull|CreateContainer|InvalidImage|RunContainer)/.test(reason))
    return ['failed', { message: `Kubernetes can't start the container: ${reason} ${message}`.trim() }];
  const unscheduled = unscheduledIn(pod);
  return (
    unscheduled && ['starting', { message: `its pod is waiting for room on a node: ${unscheduled.message ?? ''}` }]
  );
}

/** Returns the pod's PodScheduled condition if no node has room for the pod. */
const unscheduledIn = ({ status }: Pod): PodCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False');

const fixIt = 'Fix it and press Run. Until then the old dice serves, if there is one.';

const notListening =
  'your code has run to its end and has opened no port: is app.listen(process.env.PORT ?? 8080) missing, ' +
  'or in a function that nothing calls?';

const onOtherPort = (found: number, expected: number): string =>
  `dice listens on port ${found}, expected ${expected}: write app.listen(process.env.PORT ?? ${expected}).`;

const onLoopback = ({ address, port }: { address: string; port: number }): string =>
  `dice listens on ${address}:${port} only, where no other pod reaches it: ` +
  "take the host out of app.listen(…), or write '0.0.0.0'.";

const slow = (age: number): string =>
  `still starting, ${seconds(age)} after Kubernetes began: this machine is slow just now.`;

const loading = (age: number): string =>
  `app.ts is still being loaded, ${seconds(age)} after the start: ` +
  'this machine is slow, or an await at the top of app.ts waits.';

const noLongerAnswers =
  'dice takes no connections now, although it did: a loop that never ends, or a machine with too much to do. ' +
  `Nothing else runs while your code loops. ${fixIt}`;

const takesNoConnections =
  'dice runs, but takes no connections on its port: a loop that never ends, or no app.listen(…)? ' +
  `Nothing else runs while your code loops. ${fixIt}`;

const slowOrBusy = (age: number): string =>
  `busy, and does not answer yet, ${seconds(age)} after its start: ` +
  'this machine is slow, or app.ts has a loop that never ends. More is known soon.';

const busy = (age: number): string =>
  `dice runs, but takes no connections, and has been busy for ${seconds(age)}: ` +
  `a loop that never ends, or a very slow machine. Nothing else runs while your code loops. ${fixIt}`;

interface TerminatedContainer {
  readonly component: Component;
  readonly ended: Terminated;
  readonly evidence: Evidence;
  readonly limit: string | undefined;
}

function reasonOf({ component, ended, evidence, limit }: TerminatedContainer): Reason {
  const { reason, exitCode, signal, message = '' } = ended;
  const { log, files } = evidence;
  if (reason === 'OOMKilled') return { message: outOfMemory(component, limit) };
  if (exitCode === 137 || signal === 9)
    return { message: `${component} was stopped because it no longer answered: a loop that never ends? ${fixIt}` };
  // Kubernetes keeps a log's last lines in the container's status, also when the log itself belongs to the next start.
  if (component !== 'dice') return collectorReason(ended, [...message.split('\n'), ...log], files);
  const words = failureIn(log) ? log : message.split('\n');
  const failure = failureIn(words, files?.['app.ts']);
  if (failure) return failure;
  const [mistake] = mistakesOf(evidence).filter(({ cause }) => [...log, message].join('\n').includes(cause));
  return mistake ? reasonFrom(mistake) : { message: exitReason(exitCode) };
}

const outOfMemory = (component: Component, limit = 'the memory it may have'): string =>
  `${component} was killed for using more than ${limit} (OOMKilled): ` +
  'what grows without end? Output that is printed faster than it can be written counts too. ' +
  'Fix it and press Run.';

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

/** Returns what the Collector says is wrong with its configuration, and where that is in the learner's file. */
function collectorReason({ exitCode }: Terminated, log: readonly string[], files?: Partial<Files>): Reason {
  const explanation = explainCollector(log, files?.['collector.yaml']);
  return explanation ? reasonFrom(explanation) : { message: `the Collector ended with code ${exitCode}. See its log.` };
}

/**
 * Searches the log for the error that ended dice, as dice or Node prints it. Returns its message and its line in
 * app.ts.
 * @param source the text of app.ts, in which a line is searched that the error doesn't name
 */
export function failureIn(log: readonly string[], source?: string): { message: string; line?: number } | undefined {
  const begin = log.findLastIndex((text) =>
    /dice (can't start|ends): |^Uncaught |^node:\w+|^(file:\/\/)?\/app\/dice\/.*:\d+$/.test(text),
  );
  if (begin < 0) return undefined;
  const words = log.slice(begin, begin + 12);
  const explanation = explainApp(words, source);
  const named = Number(/\/app\/dice\/(?:\.\.[^/]+\/)?app\.ts:(\d+)/.exec(words.join('\n'))?.[1]);
  const line = explanation?.line ?? named;
  const at = line ? `, at line ${line}` : '';
  const exit = /^dice ends: (.*)$/.exec(words[0] ?? '')?.[1];
  const message =
    exit === undefined
      ? thrown(words, at, explanation)
      : `${exit}${at}. A server runs until it is stopped: remove that call and press Run.`;
  return { message, ...(line ? { line } : {}) };
}

function thrown(words: readonly string[], at: string, explanation?: Explanation): string {
  if (explanation) return `your code can't run${at}: ${inWords(explanation)}`;
  const error =
    words.find((text) => /^\s*([\w.]*(Error|Exception)\b.*|Uncaught .*|x .*|× .*)$/.test(text))?.trim() ??
    words.find((text) => /\S/.test(text))?.trim() ??
    '';
  const kind = /^(\[?\w*\]?\s*)?SyntaxError|ERR_INVALID_TYPESCRIPT/.test(error)
    ? 'your code does not parse'
    : 'your code throws an error';
  return `${kind}${at}: ${error}`;
}
