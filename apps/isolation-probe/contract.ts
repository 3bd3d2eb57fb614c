// What the operator and the isolation probe exchange: the targets in the pod's environment, and the pod's answer.

/** The ways from a pod of one seat to something outside this seat, in the order in which the condition names them. */
export const PATHS = ['service', 'podIPv4', 'podIPv6', 'linkLocal', 'operator', 'nodePort', 'node'] as const;
export type Path = (typeof PATHS)[number];

export interface Target {
  /** The way to the target. The target `control` must be reachable, and all others must not. */
  readonly path: Path | 'control';
  /** Name of the target's owner, such as `class-b/lab-dice`. */
  readonly name: string;
  /** An IP address. Only the host of `control` may be a name. */
  readonly host: string;
  readonly port: number;
  /** The protocol of a target that may be open, as long as it asks for credentials. */
  readonly asks?: 'http' | 'https';
}

/** The result of a connection that succeeded. Other results are GUARDED, or an error code such as ECONNREFUSED. */
export const CONNECTED = 'connected';
/** The result of a target that answers only with credentials. */
export const GUARDED = 'guarded';

export interface PathResult {
  /** Number of addresses and ports that the probe tried. The other two numbers count some of them. */
  readonly tried: number;
  /** Number of those that are open, but ask for credentials. */
  readonly guarded: number;
  readonly reached: number;
  /** The first names of those that the probe reached. */
  readonly names: readonly string[];
}

/**
 * Whether the probe's pod has IPv6 link-local addresses (`off`: none), and whether a target is its neighbour on the
 * same link (`alone`: none).
 */
export type LinkLocal = 'on' | 'off' | 'alone';

export interface Answer {
  /** The result of the target `control`. */
  readonly control: string;
  readonly linkLocal: LinkLocal;
  /** The results of the paths that have targets. */
  readonly paths: Readonly<Partial<Record<Path, PathResult>>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPathResult = (value: unknown): boolean =>
  isObject(value) &&
  [value['tried'], value['guarded'], value['reached']].every(Number.isInteger) &&
  Array.isArray(value['names']);

const isAnswer = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['control'] === 'string' &&
  typeof value['linkLocal'] === 'string' &&
  isObject(value['paths']) &&
  Object.values(value['paths']).every(isPathResult);

/** Parses an answer. Returns undefined if the text is not an answer. */
export function answerIn(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isAnswer(value) ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function isTarget(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { path, name, host, port } = value;
  return [path, name, host].every((one) => typeof one === 'string') && Number.isInteger(port);
}

/** Parses the value of TARGETS. @throws Error if the text is not a JSON list of targets */
export function targetsIn(text: string): Target[] {
  const expected = 'TARGETS: expected a JSON list of {path, name, host, port}';
  let targets: unknown;
  try {
    targets = JSON.parse(text);
  } catch (error) {
    throw new Error(`${expected}, found invalid JSON`, { cause: error });
  }
  if (!Array.isArray(targets) || targets.length === 0) throw new Error(`${expected}, found no list, or an empty one`);
  const odd = targets.findIndex((target) => !isTarget(target));
  if (odd >= 0) throw new Error(`${expected}, found ${JSON.stringify(targets[odd])}`);
  return targets as Target[];
}
