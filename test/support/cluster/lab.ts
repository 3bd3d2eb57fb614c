// A lab in a test. Helm installs it as for a user. The tests call its apps through the API server's proxy, so no packet
// comes from outside the cluster's network.
import { join } from 'node:path';
import { cookieName } from '../../../apps/guide/server/login.ts';
import { LOGIN_PATH } from '../../../lab/names.ts';
import { repoRoot } from '../../../support/paths.ts';
import { IMAGE_TAG } from '../../../cluster/image/recipes.ts';
import { apiGet, kubectl, testCluster, textOf, tool } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { keepEvidence, podLog } from './namespace.ts';
import { isLeaving, isReady } from '../matchers/objects.ts';
import type { Deployment, Pod } from '../matchers/objects.ts';

export const chart = join(repoRoot, 'charts', 'lab');

/** The chart of the last release, as `npm run release` made it. Upgrades from it must lose nothing. */
export const RELEASED = {
  chart: join(repoRoot, 'test', 'fixtures', 'intro-otel-0.1.0.tgz'),
  /** Values with images that the test cluster has, in place of those of the release's registry. */
  values: {
    image: { registry: 'docker.io', repository: 'library/intro-otel', tag: IMAGE_TAG },
    flask: { image: { registry: 'docker.io', repository: 'library/intro-otel-flask', tag: IMAGE_TAG } },
  },
} as const;

/** Helm values, as in values.yaml. */
export type Values = Record<string, unknown>;

export interface Round {
  player: string;
  roll: number;
  prize: { name: string };
  version: string;
  trace?: string;
}

/** The time limit for `helm install --wait`. On an idle machine a lab needs a third of this time. */
const HELM_WAIT = '120s';

export class Lab {
  readonly namespace: string;
  readonly release: string;
  /**
   * The error of a failed install or upgrade. jest runs the tests of a file even if the setup has failed, and they
   * report this error.
   */
  #broken: unknown;
  #token: string | undefined;

  constructor(namespace: string, release = 'intro-otel') {
    this.namespace = namespace;
    this.release = release;
  }

  /** Runs `helm install --wait` without the operator. `from` is the path of the chart. */
  async install(values: Values = {}, helm: 'helm' | 'helm3' = 'helm', from: string = chart): Promise<void> {
    const installed = this.helm(['install', this.release, from, '--wait', '--timeout', HELM_WAIT, '--values=-'], helm, {
      ...alone,
      ...values,
    });
    await installed.catch((error: unknown) => {
      this.#broken = error;
      throw error;
    });
  }

  /**
   * Installs the lab and waits until a round succeeds, for tests that run beside others. On a busy machine, kube-proxy
   * may need seconds to learn about new pods, which is longer than the arcade's time budget for a round.
   */
  async installQuietly(values: Values = {}, helm: 'helm' | 'helm3' = 'helm', from: string = chart): Promise<void> {
    await this.install({ ...quiet, ...values }, helm, from);
    await this.settled();
  }

  /** Upgrades the lab and waits until a round succeeds, as installQuietly does. */
  async upgradeQuietly(values: Values = {}, helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await this.upgrade({ ...quiet, ...values }, helm);
    await this.settled();
  }

  /**
   * Waits until replaced pods are gone, and then until several rounds in a row succeed. One success is not enough,
   * because kube-proxy may still route the next request to an old pod.
   */
  async settled(rounds = 4): Promise<void> {
    await eventually(
      async () => {
        const leaving = (await this.pods()).filter(isLeaving).map((pod) => pod.metadata.name);
        if (leaving.length > 0) throw new Error(`these pods are still shutting down: ${leaving.join(', ')}`);
      },
      { within: 60_000 },
    );
    const playAll = async (): Promise<void> => {
      for (let played = 0; played < rounds; played++) await this.play();
    };
    await eventually(playAll, { within: 60_000 });
  }

  /**
   * Runs `helm upgrade --wait` with these values. All other values are the chart's defaults, and the operator is off.
   */
  async upgrade(values: Values = {}, helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await this.helm(['upgrade', this.release, chart, '--wait', '--timeout', HELM_WAIT, '--values=-'], helm, {
      ...alone,
      ...values,
    });
  }

  async uninstall(helm: 'helm' | 'helm3' = 'helm'): Promise<void> {
    await keepEvidence(this.namespace);
    this.#token = undefined;
    await this.helm(['uninstall', this.release, '--wait', '--timeout', HELM_WAIT], helm);
  }

  /** Runs helm in this lab's namespace and passes `values` on standard input. @returns the standard output */
  async helm(args: readonly string[], helm: 'helm' | 'helm3' = 'helm', values: Values = {}): Promise<string> {
    if (this.#broken !== undefined)
      throw new Error('the lab could not be installed; see the first failed test of this file');
    return (await tool(helm, [...args, '--namespace', this.namespace], { input: JSON.stringify(values) })).stdout;
  }

  /** Runs kubectl in this lab's namespace. @returns the standard output */
  kubectl(...args: string[]): Promise<string> {
    return kubectl('--namespace', this.namespace, ...args);
  }

  /**
   * Returns the URL of a component's Service through the API server's proxy. `port` is the name of the Service's port.
   */
  url(component: string, port = 'http'): string {
    const services = `${testCluster().api}/api/v1/namespaces/${this.namespace}/services`;
    return `${services}/${this.release}-${component}:${port}/proxy`;
  }

  async fetch(component: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    // The API server's proxy keeps the header Authorization for itself, so the login goes into a cookie.
    if (component === 'guide') headers.set('cookie', `${cookieName(this)}=${await this.token()}`);
    return fetch(this.url(component) + path, { ...init, headers });
  }

  /** Reads the token that logs in to the guide. */
  async token(): Promise<string> {
    const secret = `/api/v1/namespaces/${this.namespace}/secrets/${this.release}-guide-key`;
    this.#token ??= (await apiGet<{ data?: { token?: string } }>(secret)).data?.token;
    return Buffer.from(this.#token ?? '', 'base64').toString();
  }

  /** Returns the link that logs in to the guide at this origin. */
  async link(origin: string): Promise<string> {
    return `${origin}${LOGIN_PATH}?key=${await this.token()}`;
  }

  /** Sends a request to a component. @returns the body as text @throws Error if the status isn't 2xx */
  async text(component: string, path: string, init?: RequestInit): Promise<string> {
    return textOf(await this.fetch(component, path, init));
  }

  /** Plays a round at the guide, as the button on the page does. */
  async play(headers: Record<string, string> = {}): Promise<Round> {
    return JSON.parse(await this.text('guide', '/api/rounds', { method: 'POST', headers })) as Round;
  }

  /** Lists the pods of this release, or of one of its components. */
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

  /** Returns the only ready pod of a component. @throws Error while there is none, or more than one */
  async pod(component: string): Promise<Pod> {
    const [pod, ...others] = (await this.pods(component)).filter(isReady);
    if (pod === undefined || others.length > 0)
      throw new Error(`expected one ready pod of ${component}, found ${pod ? others.length + 1 : 0}`);
    return pod;
  }

  /** Returns the logs of a component's current pods. `query` is as in the API (`sinceTime=…`). */
  async log(component: string, query = ''): Promise<string> {
    const pods = await this.pods(component);
    return (await Promise.all(pods.map((pod) => podLog(pod, query)))).join('');
  }

  deployment(name: string): Promise<Deployment> {
    return apiGet(`/apis/apps/v1/namespaces/${this.namespace}/deployments/${this.release}-${name}`);
  }

  /**
   * Returns the uids of this release's running pods, by the names of the pods' Deployments. A changed uid shows that an
   * upgrade has replaced the pod.
   */
  async podUids(): Promise<Record<string, string>> {
    const pods = (await this.pods()).filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && pod.status.phase === 'Running',
    );
    return Object.fromEntries(
      pods.map((pod) => [`${pod.metadata.name.replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}$/, '')}`, pod.metadata.uid]),
    );
  }

  /** Writes TypeScript into dice's ConfigMap and restarts dice, as a learner does. Doesn't wait for the restart. */
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

  /** Reads dice's TypeScript from the cluster. */
  async diceSource(): Promise<string> {
    const { data } = await apiGet<{ data: { 'app.ts': string } }>(
      `/api/v1/namespaces/${this.namespace}/configmaps/${this.release}-dice`,
    );
    return data['app.ts'];
  }

  /** Waits until each of these Deployments has only pods of its newest version. */
  async rolledOut(...names: string[]): Promise<void> {
    await this.kubectl(
      'rollout',
      'status',
      '--timeout=60s',
      ...names.map((name) => `deployment/${this.release}-${name}`),
    );
    await eventually(async () => {
      const others = (await this.pods()).filter((pod) => !isReady(pod)).map((pod) => pod.metadata.name);
      if (others.length > 0) throw new Error(`these pods of older versions still exist: ${others.join(', ')}`);
    });
  }

  async scale(name: string, replicas: number): Promise<void> {
    await this.kubectl('scale', `deployment/${this.release}-${name}`, `--replicas=${replicas}`);
  }
}

/** The value that turns the operator off. An operator in a test's lab would manage the whole cluster. */
const alone: Values = { operator: { enabled: false } };

/**
 * Values for tests that run beside others: without visitors, so that a test sees only its own rounds, and with a long
 * time budget for each round.
 */
export const quiet: Values = { visitors: { enabled: false }, arcade: { budgetMs: 10_000 } };
