// The operator's settings, read from the environment and validated before anything starts. The chart sets all of them.

export interface Settings {
  /** Identifies this process among the replicas: the pod's name. */
  readonly identity: string;
  /** The operator's own namespace. */
  readonly namespace: string;
  /** The operator's ServiceAccount, which the seats' role bindings name. */
  readonly account: string;
  /** Port of /healthz, /readyz and /metrics. */
  readonly port: number;
  /** Maximum number of seats that are reconciled at the same time. */
  readonly workers: number;
}

/** A DNS subdomain: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Reads variables and collects what is wrong with them. */
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

/** @throws Error that lists every wrong variable with what was expected and found */
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
  throw new Error(
    `The operator's environment is wrong:${problems}\nThe chart sets these variables. See operator/README.md.`,
  );
}
