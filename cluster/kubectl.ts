// helm and kubectl, aimed at one cluster and never at another.
import type { Progress } from '../support/progress.ts';
import { run } from '../support/run.ts';
import type { RunOptions, RunResult } from '../support/run.ts';
import { findHelm, findKubectl } from './tools.ts';

/** How a cluster is reached; both may be left out for what kubectl would take by itself. */
export interface ClusterAccess {
  /** Path of a kubeconfig, or several as in $KUBECONFIG. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

export class ClusterTools {
  readonly reach: ClusterAccess;
  readonly helmCommand: string;
  readonly kubectlCommand: string;

  constructor(reach: ClusterAccess, helm: string, kubectl: string) {
    this.reach = reach;
    this.helmCommand = helm;
    this.kubectlCommand = kubectl;
  }

  /** With a helm and a kubectl that fit a cluster of minor version `minor` (the pinned one's when left out). */
  static async at(reach: ClusterAccess, report: Progress, minor?: number): Promise<ClusterTools> {
    const [helm, kubectl] = await Promise.all([findHelm(report), findKubectl(report, minor)]);
    return new ClusterTools(reach, helm.path, kubectl.path);
  }

  kubectl(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return run(this.kubectlCommand, [...this.kubectlArgs(), ...args], this.with(options));
  }

  helm(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { context } = this.reach;
    return run(
      this.helmCommand,
      [...args, ...(context === undefined ? [] : ['--kube-context', context])],
      this.with(options),
    );
  }

  /** What `kubectl get … --output=json` prints, parsed; `undefined` where there is no such object. */
  async get<T>(...args: readonly string[]): Promise<T | undefined> {
    const { stdout } = await this.kubectl(['get', '--ignore-not-found', '--output=json', ...args]);
    return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as T);
  }

  /** The options that aim kubectl at this cluster, apart from the environment. */
  kubectlArgs(): string[] {
    return this.reach.context === undefined ? [] : ['--context', this.reach.context];
  }

  env(): Record<string, string> {
    return this.reach.kubeconfig === undefined ? {} : { KUBECONFIG: this.reach.kubeconfig };
  }

  private with(options: RunOptions): RunOptions {
    return { ...options, env: { ...this.env(), ...options.env } };
  }
}
