// The operator's settings. They come from environment variables that the chart sets, and are checked at the start.
import { chartValues } from '../cdk8s/operator/values.ts';
import type { NetworkValues } from '../cdk8s/operator/values.ts';
import type { SomeValues } from '../cdk8s/render.ts';
import { differing } from '../cdk8s/schema/partial.ts';
import { labValues } from '../cdk8s/values.ts';
import { messageOf } from '../support/errors.ts';

export interface Settings {
  /** Name of the operator's pod. It identifies this process among the replicas. */
  readonly identity: string;
  /** Namespace in which the operator runs. */
  readonly namespace: string;
  /**
   * Name of the operator's ServiceAccount. RoleBindings in the seats' namespaces grant permissions to this
   * ServiceAccount.
   */
  readonly account: string;
  /**
   * Name of the portal's Deployment, ServiceAccount and Secret, in the operator's namespace. Undefined if the release
   * has no portal.
   */
  readonly portal: string | undefined;
  /** Name of the Secret with the instructor key. Undefined if the release has no portal. */
  readonly board: string | undefined;
  /** TCP port for /healthz, /readyz and /metrics. */
  readonly port: number;
  /** Maximum number of seats that are reconciled at the same time. */
  readonly workers: number;
  /** What the chart's values say about the cluster's network. */
  readonly network: NetworkValues;
  /** The images of the labs, as far as the chart's values name others than the defaults. */
  readonly images: SomeValues;
}

/**
 * Matches a DNS subdomain, as Kubernetes requires for names:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Reads environment variables, and collects a problem for each invalid variable. */
class Environment {
  readonly #env: NodeJS.ProcessEnv;
  readonly problems: string[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  text(name: string, expected: RegExp): string {
    const found = this.#env[name] ?? '';
    if (!expected.test(found))
      this.problems.push(
        `${name}: expected ${expected.source}, found ${found === '' ? 'nothing' : JSON.stringify(found)}`,
      );
    return found;
  }

  /** Returns undefined if the variable is missing or empty. */
  optional(name: string, expected: RegExp): string | undefined {
    return (this.#env[name] ?? '') === '' ? undefined : this.text(name, expected);
  }

  integer(name: string, [min, max]: readonly [number, number], fallback: number): number {
    const found = this.#env[name] ?? String(fallback);
    const value = Number(found);
    if (!Number.isInteger(value) || value < min || value > max)
      this.problems.push(`${name}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(found)}`);
    return value;
  }

  /** Returns the defaults, with the values that the variable holds as JSON. */
  json<T extends object>(name: string, defaults: T): T {
    try {
      return { ...defaults, ...(JSON.parse(this.#env[name] ?? '{}') as Partial<T>) };
    } catch (error) {
      this.problems.push(`${name}: expected JSON, found: ${messageOf(error)}`);
      return defaults;
    }
  }
}

/**
 * Returns the link-local name servers in a resolv.conf as IP ranges. No NetworkPolicy can select such a server as a
 * pod: it is a cache on the node, or a server of the cloud.
 * https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
 */
export const linkLocalServers = (resolvConf: string): string[] =>
  [...resolvConf.matchAll(/^nameserver\s+(169\.254\.\d+\.\d+)\s*$/gm)].map(([, address]) => `${address}/32`);

/**
 * Reads the settings.
 * @param resolvConf the text of the operator's own /etc/resolv.conf, which names the cluster's DNS server
 * @throws Error that lists every invalid variable with its expected and found value
 */
export function readSettings(env: NodeJS.ProcessEnv, resolvConf = ''): Settings {
  const environment = new Environment(env);
  const network = environment.json('NETWORK', chartValues.default.operator.network);
  const settings = {
    identity: environment.text('POD_NAME', NAME),
    namespace: environment.text('POD_NAMESPACE', NAME),
    account: environment.text('OPERATOR_ACCOUNT', NAME),
    portal: environment.optional('PORTAL', NAME),
    board: environment.optional('BOARD', NAME),
    port: environment.integer('PORT', [0, 65535], 8082),
    workers: environment.integer('WORKERS', [1, 1000], 16),
    network: { ...network, dnsCidrs: [...network.dnsCidrs, ...linkLocalServers(resolvConf)] },
    images: differing(environment.json<SomeValues>('IMAGES', {}), labValues.default),
  };
  if (environment.problems.length === 0) return settings;
  const problems = environment.problems.map((problem) => `\n  ${problem}`).join('');
  throw new Error(`Invalid environment variables:${problems}\nThe chart sets these variables. See operator/README.md.`);
}
