// Runs helm and kubectl with one chosen cluster, independent of kubectl's current context.
import type { Progress } from '../support/progress.ts';
import { run } from '../support/run.ts';
import type { RunOptions, RunResult } from '../support/run.ts';
import { findHelm, findKubectl } from './tools.ts';

/**
 * Selects a cluster by its kubeconfig and context. If a field is missing, kubectl uses its own default for that field.
 */
export interface ClusterAccess {
  /** The path of a kubeconfig, or a list of paths as in $KUBECONFIG. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

export class ClusterTools {
  readonly access: ClusterAccess;
  readonly helmCommand: string;
  readonly kubectlCommand: string;

  constructor(access: ClusterAccess, helm: string, kubectl: string) {
    this.access = access;
    this.helmCommand = helm;
    this.kubectlCommand = kubectl;
  }

  /**
   * Finds a helm and a kubectl that fit a cluster of this minor version of Kubernetes. The default is the version of
   * the throwaway cluster.
   */
  static async at(access: ClusterAccess, report: Progress, minor?: number): Promise<ClusterTools> {
    const [helm, kubectl] = await Promise.all([findHelm(report), findKubectl(report, minor)]);
    return new ClusterTools(access, helm.path, kubectl.path);
  }

  kubectl(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return run(this.kubectlCommand, [...this.kubectlArgs(), ...args], this.#withEnv(options));
  }

  helm(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { context } = this.access;
    return run(
      this.helmCommand,
      [...args, ...(context === undefined ? [] : ['--kube-context', context])],
      this.#withEnv(options),
    );
  }

  /** Runs `kubectl get … --output=json`. @returns the parsed output, or undefined if the object does not exist */
  async get<T>(...args: readonly string[]): Promise<T | undefined> {
    const { stdout } = await this.kubectl(['get', '--ignore-not-found', '--output=json', ...args]);
    return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as T);
  }

  /**
   * Returns the kubectl options that select this cluster's context. The environment variables of `env` select its
   * kubeconfig.
   */
  kubectlArgs(): string[] {
    return this.access.context === undefined ? [] : ['--context', this.access.context];
  }

  env(): Record<string, string> {
    return this.access.kubeconfig === undefined ? {} : { KUBECONFIG: this.access.kubeconfig };
  }

  #withEnv(options: RunOptions): RunOptions {
    return { ...options, env: { ...this.env(), ...options.env } };
  }
}
