// A lab under test. Helm installs it as for a user, and the tests read it through the API. They call its apps through
// the API server's proxy, so no packet goes to a pod from outside the cluster's network.
import { join } from 'node:path';
import { repoRoot } from '../../../support/paths.ts';
import { apiGet, kubectl, testCluster, textOf, tool } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { keepEvidence, podLog } from './namespace.ts';
import { isLeaving, isReady } from '../matchers/objects.ts';
import type { Deployment, Pod } from '../matchers/objects.ts';

export const chart = join(repoRoot, 'charts', 'lab');

/** Values as in values.yaml. */
export type Values = Record<string, unknown>;

export interface Round {
  player: string;
  roll: number;
  prize: { name: string };
  version: string;
  trace?: string;
}

/** The limit for `helm install --wait`. A lab needs a third of it on an idle machine. */
const HELM_WAIT = '120s';

export class Lab {
  readonly namespace: string;
  readonly release: string;
  /** Why the lab can't be used. jest runs a file's tests even if the setup before them failed. */
  private broken: unknown;

  constructor(namespace: string, release = 'intro-otel') {
    this.namespace = namespace;
    this.release = release;
  }

  /** Runs `helm install --wait`, without the operator. */
  async install(values: Values = {}, helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    const installed = this.helm(
      ['install', this.release, chart, '--wait', '--timeout', HELM_WAIT, '--values=-'],
      helm,
      { ...alone, ...values },
    );
    await installed.catch((error: unknown) => {
      this.broken = error;
      throw error;
    });
  }

  /**
   * Installs the lab and waits until a round can be played, for tests that run beside others. On a busy machine,
   * kube-proxy may need seconds to learn about pods, and the arcade's budget is short.
   */
  async installQuietly(values: Values = {}, helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await this.install({ ...quiet, ...values }, helm);
    await this.settled();
  }

  /** Upgrades, and waits until the lab has settled. Like installQuietly. */
  async upgradeQuietly(values: Values = {}, helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await this.upgrade({ ...quiet, ...values }, helm);
    await this.settled();
  }

  /**
   * Waits until replaced pods are gone, which serve a while longer, and then for several rounds in a row. A single
   * round may succeed while kube-proxy still routes the next one to an old pod.
   */
  async settled(rounds = 4): Promise<void> {
    await eventually(
      async () => {
        const leaving = (await this.pods()).filter(isLeaving).map((pod) => pod.metadata.name);
        if (leaving.length > 0) throw new Error(`there still is ${leaving.join(', ')}`);
      },
      { within: 60_000 },
    );
    const playAll = async (): Promise<void> => {
      for (let played = 0; played < rounds; played++) await this.play();
    };
    await eventually(playAll, { within: 60_000 });
  }

  /** Runs `helm upgrade --wait` with these values, the chart's other defaults and without the operator. */
  async upgrade(values: Values = {}, helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await this.helm(['upgrade', this.release, chart, '--wait', '--timeout', HELM_WAIT, '--values=-'], helm, {
      ...alone,
      ...values,
    });
  }

  async uninstall(helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await keepEvidence(this.namespace);
    await this.helm(['uninstall', this.release, '--wait', '--timeout', HELM_WAIT], helm);
  }

  /** Runs helm in this lab's namespace, with values as its standard input. @returns its standard output */
  async helm(args: readonly string[], helm: 'helm' | 'helm3' = 'helm', values: Values = {}): Promise<string> {
    if (this.broken !== undefined) throw new Error('the lab could not be installed: the first failure tells why');
    return (await tool(helm, [...args, '--namespace', this.namespace], { input: JSON.stringify(values) })).stdout;
  }

  /** Runs kubectl in this lab's namespace. @returns its standard output */
  kubectl(...args: string[]): Promise<string> {
    return kubectl('--namespace', this.namespace, ...args);
  }

  /** The address of a component's Service. `port` is the name of one of its ports. */
  url(component: string, port = 'http'): string {
    const services = `${testCluster().api}/api/v1/namespaces/${this.namespace}/services`;
    return `${services}/${this.release}-${component}:${port}/proxy`;
  }

  fetch(component: string, path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url(component) + path, init);
  }

  /** The text that a component answers. @throws Error if the status isn't 2xx */
  async text(component: string, path: string, init?: RequestInit): Promise<string> {
    return textOf(await this.fetch(component, path, init));
  }

  /** Plays a round at the guide, as the button on its page does. */
  async play(headers: Record<string, string> = {}): Promise<Round> {
    return JSON.parse(await this.text('guide', '/api/rounds', { method: 'POST', headers })) as Round;
  }

  /** The pods of this release, or of one of its components. */
  async pods(component?: string): Promise<Pod[]> {
    const labels = [
      `app.kubernetes.io/instance=${this.release}`,
      ...(component === undefined ? [] : [`app.kubernetes.io/component=${component}`]),
    ];
    const { items } = await apiGet<{ items: Pod[] }>(
      `/api/v1/namespaces/${this.namespace}/pods?labelSelector=${labels.join(',')}`,
    );
    return items;
  }

  /** The one ready pod of a component. @throws Error while there is none, or more than one */
  async pod(component: string): Promise<Pod> {
    const [pod, ...others] = (await this.pods(component)).filter(isReady);
    if (pod === undefined || others.length > 0)
      throw new Error(`${component} has ${pod ? others.length + 1 : 0} ready pods, not one`);
    return pod;
  }

  /** The log of the component's current pods, with a `query` as in the API (`sinceTime=…`). */
  async log(component: string, query = ''): Promise<string> {
    const pods = await this.pods(component);
    return (await Promise.all(pods.map((pod) => podLog(pod, query)))).join('');
  }

  deployment(name: string): Promise<Deployment> {
    return apiGet(`/apis/apps/v1/namespaces/${this.namespace}/deployments/${this.release}-${name}`);
  }

  /** Uids of this release's lasting pods, by component and version. A change shows what an upgrade rolled. */
  async podUids(): Promise<Record<string, string>> {
    const pods = (await this.pods()).filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && pod.status.phase === 'Running',
    );
    return Object.fromEntries(
      pods.map((pod) => [`${pod.metadata.name.replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}$/, '')}`, pod.metadata.uid]),
    );
  }

  /**
   * Puts this TypeScript into the dice's ConfigMap and restarts the dice, as a learner does. Doesn't wait for the
   * restart.
   */
  async editDice(source: string): Promise<void> {
    await this.kubectl(
      'patch',
      'configmap',
      `${this.release}-dice`,
      '--type=merge',
      '--patch',
      JSON.stringify({ data: { 'app.ts': source } }),
    );
    await this.kubectl('rollout', 'restart', `deployment/${this.release}-dice`);
  }

  /** The dice's TypeScript as it is in the cluster. */
  async diceSource(): Promise<string> {
    const { data } = await apiGet<{ data: { 'app.ts': string } }>(
      `/api/v1/namespaces/${this.namespace}/configmaps/${this.release}-dice`,
    );
    return data['app.ts'];
  }

  /** Waits until each of these Deployments only has its newest pod. */
  async rolledOut(...names: string[]): Promise<void> {
    await this.kubectl(
      'rollout',
      'status',
      '--timeout=60s',
      ...names.map((name) => `deployment/${this.release}-${name}`),
    );
    await eventually(
      async () => {
        const others = (await this.pods()).filter((pod) => !isReady(pod)).map((pod) => pod.metadata.name);
        if (others.length > 0) throw new Error(`there still is ${others.join(', ')}`);
      },
      { within: 30_000 },
    );
  }

  async scale(name: string, replicas: number): Promise<void> {
    await this.kubectl('scale', `deployment/${this.release}-${name}`, `--replicas=${replicas}`);
  }
}

/** Labs come and go while tests run. An operator among them would operate the whole cluster. */
const alone: Values = { operator: { enabled: false } };

/** Values for tests that must only see their own rounds, and that run beside others. Time does not matter there. */
export const quiet: Values = { visitors: { enabled: false }, arcade: { budgetMs: 10_000 } };
