// The condition NetworkIsolation: what the answer of the isolation test's pod means. It reports isolation only if the
// test has tried every path that must be there, and it names what was tried, what was reached and what is not there.
import { CONNECTED, PATHS } from '../../apps/isolation-probe/contract.ts';
import type { Answer, LinkLocal, Path, PathResult } from '../../apps/isolation-probe/contract.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { RELEASE } from '../api/types.ts';

const TYPE = 'NetworkIsolation';

const unknown = (reason: string, message: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason,
  message,
});

export const notTested = (ready: number): ConditionSpec =>
  unknown(
    'NotProbed',
    ready < 2
      ? `Not tested yet: the isolation test needs two Ready seats, found ${ready}.`
      : 'Not tested yet: the isolation test has not finished.',
  );

export const testFailed = (cause: string): ConditionSpec =>
  unknown('ProbeFailed', `The isolation test has no result: ${cause} The operator repeats the test by itself.`);

/** Returns the condition for a test whose pod could run in none of some seats. */
export function noSeatRuns(causes: readonly string[], seats: number): ConditionSpec {
  return testFailed(`its pod could not run in ${causes.length} of ${seats} Ready seats. ${causes.join(' ')}`);
}

export interface TestRun {
  /** Name of the seat that the pod runs in. The field `to` names the seat that the pod tries to reach. */
  readonly from: string;
  readonly to: string;
  /** Time of the test, in milliseconds since 1970. */
  readonly at: number;
  /** Number of targets that did not fit into the test. */
  readonly leftOut: number;
}

const NOT_ENFORCED =
  "The cluster's network does not enforce NetworkPolicies. Attendees can reach each other's labs. Use a network " +
  'plugin that enforces NetworkPolicies.';

interface PathText {
  readonly label: string;
  /** The likeliest cause if the pod reached something on this path, and what to do. */
  readonly advice: string;
}

const TEXTS: Readonly<Record<Path, PathText>> = {
  service: { label: 'Services', advice: NOT_ENFORCED },
  podIPv4: { label: 'pods by IPv4', advice: NOT_ENFORCED },
  podIPv6: {
    label: 'pods by IPv6',
    advice:
      'The network plugin does not enforce NetworkPolicies for IPv6. Use one that does, or turn IPv6 off in pods.',
  },
  linkLocal: {
    label: 'IPv6 link-local addresses',
    advice:
      'Pods share a link that carries IPv6, and the network plugin does not filter it. Turn IPv6 off in pods (sysctl ' +
      'net.ipv6.conf.all.disable_ipv6=1, with the CNI plugin tuning), or use a network plugin that filters it.',
  },
  operator: { label: "the operator's namespace", advice: NOT_ENFORCED },
  nodePort: {
    label: 'node ports and load balancers of Services',
    advice:
      'A guide answered outside requests without a key. The cause is not known. Check that its image has the version ' +
      'of the chart, or set lab.guide.service.type to ClusterIP.',
  },
  node: {
    label: 'ports of the kubelet',
    advice:
      'The kubelet answers without credentials. In its configuration, set authentication.anonymous.enabled to false ' +
      'and readOnlyPort to 0.',
  },
};

interface Tried extends PathResult {
  readonly path: Path;
}

const triedIn = ({ paths }: Answer): Tried[] =>
  PATHS.flatMap((path) => (paths[path] && paths[path].tried > 0 ? { path, ...paths[path] } : []));

const labelOf = ({ path }: { readonly path: Path }): string => TEXTS[path].label;

/** Joins a title and a list to a sentence that starts with a space. Returns nothing for an empty list. */
const sentence = (title: string, list: readonly string[]): string =>
  list.length === 0 ? '' : ` ${title}: ${list.join(', ')}.`;

function shutSentence(tried: readonly Tried[]): string {
  const shut = tried.map((one) => ({ ...one, count: one.tried - one.reached - one.guarded }));
  return sentence(
    'Tried without success',
    shut.filter(({ count }) => count > 0).map((one) => `${labelOf(one)} (${one.count})`),
  );
}

const guardedSentence = (tried: readonly Tried[]): string =>
  sentence(
    'Open, but asks for a key',
    tried.filter(({ guarded }) => guarded > 0).map((one) => `${labelOf(one)} (${one.guarded})`),
  );

const LINK_LOCAL = { on: '', off: 'IPv6 is off', alone: 'no other pod is a neighbour' } as const;

/** Paths that some clusters do not have. */
const OPTIONAL = ['podIPv4', 'podIPv6', 'nodePort'] as const;
/** Paths that every cluster has. Pods must have addresses of at least one family too. */
const REQUIRED = ['service', 'operator', 'node'] as const;

const lacks =
  (tried: readonly Tried[]) =>
  (path: Path): boolean =>
    !tried.some((one) => one.path === path);

function absentSentence(tried: readonly Tried[], linkLocal: LinkLocal): string {
  const why = LINK_LOCAL[linkLocal];
  const absent = OPTIONAL.filter(lacks(tried)).map((path) => TEXTS[path].label);
  return sentence('Not there', [...absent, ...(why === '' ? [] : [`${TEXTS.linkLocal.label} (${why})`])]);
}

/** Returns the paths of which the test knew no address, although every cluster has some. */
function untried(tried: readonly Tried[]): string[] {
  const hasNoPods = (['podIPv4', 'podIPv6'] as const).every(lacks(tried));
  return [...REQUIRED.filter(lacks(tried)).map((path) => TEXTS[path].label), ...(hasNoPods ? ['pods'] : [])];
}

const reachedText = (one: Tried): string => {
  const more = one.reached > one.names.length ? ` and ${one.reached - one.names.length} more` : '';
  return ` By ${labelOf(one)}: ${one.names.join(', ')}${more}.`;
};

const ports = (count: number): string => `${count} port${count === 1 ? '' : 's'}`;

function open(answer: Answer, { from, to, at }: TestRun): ConditionSpec {
  const tried = triedIn(answer);
  const reached = tried.filter((one) => one.reached > 0);
  const count = reached.reduce((sum, one) => sum + one.reached, 0);
  const advice = [...new Set(reached.map(({ path }) => TEXTS[path].advice))].join(' ');
  return {
    type: TYPE,
    status: 'False',
    reason: 'Unenforced',
    message:
      `A pod in seat ${from} reached ${ports(count)} of seat ${to}, the operator or the nodes (${rfc3339(at)}).` +
      `${reached.map(reachedText).join('')} ${advice}${shutSentence(tried)}${absentSentence(tried, answer.linkLocal)}`,
  };
}

function shut(answer: Answer, { from, to, at, leftOut }: TestRun): ConditionSpec {
  const tried = triedIn(answer);
  const missing = [...untried(tried), ...(leftOut > 0 ? [`${leftOut} ports for which the test has no room`] : [])];
  const verdict = missing.length === 0 ? ({ status: 'True', reason: 'Enforced' } as const) : PARTLY;
  return {
    type: TYPE,
    ...verdict,
    message:
      `A pod in seat ${from} reached ${RELEASE}-guide in the same seat, and nothing of seat ${to}, the operator and ` +
      `the nodes (${rfc3339(at)}).${sentence('Not tried', missing)}${shutSentence(tried)}${guardedSentence(tried)}` +
      absentSentence(tried, answer.linkLocal),
  };
}

const PARTLY = { status: 'Unknown', reason: 'PartlyTested' } as const;

/** Returns the condition NetworkIsolation that follows from the pod's answer. */
export function verdict(answer: Answer, run: TestRun): ConditionSpec {
  if (answer.control !== CONNECTED)
    return testFailed(
      `a pod in seat ${run.from} could not reach ${RELEASE}-guide in the same seat (${answer.control}). Check the ` +
        'network plugin and DNS.',
    );
  const isOpen = triedIn(answer).some(({ reached }) => reached > 0);
  return isOpen ? open(answer, run) : shut(answer, run);
}
