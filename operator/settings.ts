// What the operator is told by its environment, checked before anything is begun. The chart sets all of it.

export interface Settings {
  /** Of the process among its replicas: the pod's name. */
  readonly identity: string;
  /** The operator's own namespace. */
  readonly namespace: string;
  /** The ServiceAccount that it runs as, which seats' role bindings name. */
  readonly account: string;
  /** Of /healthz, /readyz and /metrics. */
  readonly port: number;
  /** How many seats are worked on at a time. */
  readonly workers: number;
}

/** As for a Service's port and a label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

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

  integer(name: string, [least, most]: readonly [number, number], otherwise: number): number {
    const found = this.#env[name] ?? String(otherwise);
    const value = Number(found);
    if (!Number.isInteger(value) || value < least || value > most)
      this.problems.push(`${name}: expected a whole number from ${least} to ${most}, found ${JSON.stringify(found)}`);
    return value;
  }
}

/** @throws Error that names every variable that is wrong, what was expected and what was found */
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
  throw new Error(
    `The operator's environment is not as expected:\n  ${environment.problems.join('\n  ')}\nThe chart sets these: see operator/README.md.`,
  );
}
