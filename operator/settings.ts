// The operator's settings. They come from environment variables that the chart sets, and are checked at the start.

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
  /** TCP port for /healthz, /readyz and /metrics. */
  readonly port: number;
  /** Maximum number of seats that are reconciled at the same time. */
  readonly workers: number;
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

  integer(name: string, [min, max]: readonly [number, number], fallback: number): number {
    const found = this.#env[name] ?? String(fallback);
    const value = Number(found);
    if (!Number.isInteger(value) || value < min || value > max)
      this.problems.push(`${name}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(found)}`);
    return value;
  }
}

/** Reads the settings. @throws Error that lists every invalid variable with its expected and found value */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const environment = new Environment(env);
  const settings = {
    identity: environment.text('POD_NAME', NAME),
    namespace: environment.text('POD_NAMESPACE', NAME),
    account: environment.text('OPERATOR_ACCOUNT', NAME),
    port: environment.integer('PORT', [0, 65535], 8082),
    workers: environment.integer('WORKERS', [1, 1000], 16),
  };
  if (environment.problems.length === 0) return settings;
  const problems = environment.problems.map((problem) => `\n  ${problem}`).join('');
  throw new Error(`Invalid environment variables:${problems}\nThe chart sets these variables. See operator/README.md.`);
}
