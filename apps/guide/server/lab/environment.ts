// What the guide knows about its surroundings: the URLs of its lab and, in a cluster, the Kubernetes client and the
// guide's secrets. The server and why.js share this code.
import { readFileSync } from 'node:fs';
import { truthOf } from '../../../../lab/faults.ts';
import { ACCOUNT, inClusterConfig } from '../../../../kubernetes/in-cluster.ts';
import type { ConfigMap, Pod } from '../../../../kubernetes/types.ts';
import { urlFromEnv } from '../../../../support/env.ts';
import { getText } from '../../../../support/http.ts';
import type { Component } from '../../contract.ts';
import type { Signer } from '../../passed-steps.ts';
import type { Report } from '../../../telemetry/report.ts';
import { Kube } from '../kube.ts';
import { FileStore } from '../learner/files.ts';
import { CollectorFile } from '../pods/collector-file.ts';
import { outdated } from '../pods/current.ts';
import type { ComponentObjects } from '../pods/current.ts';
import { diceReport, flushDice } from '../pods/dice-report.ts';
import { crashOf, stateOf } from '../pods/phase.ts';
import type { Crash, Outdated } from '../pods/phase.ts';
import { isStarting, newest } from '../pods/watcher.ts';
import type { LearnerSources } from '../pods/watcher.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { CollectorLosses } from './collector-losses.ts';
import type { PipelineSources } from './pipeline-sources.ts';

/** The URLs and names through which the guide reaches its lab. */
export interface Lab extends PipelineSources {
  readonly arcade: string;
  readonly flask: string;
  readonly truth: (fault: 'spike' | 'timeouts') => Record<string, string>;
  /** Returns when a component last started, in milliseconds since 1970. */
  readonly startOf?: (component: 'jaeger') => Promise<number | undefined>;
}

export interface Environment {
  readonly release: string;
  readonly namespace: string;
  readonly kube: Kube | undefined;
  readonly files: FileStore | undefined;
  /** Signs the learner's progress. Undefined if the guide has no key. */
  readonly signer: Signer | undefined;
  /** The token that lets people in. Undefined if the guide has none. */
  readonly token: string | undefined;
  readonly lab: Lab;
}

const logBytes = 1024 * 1024; // most of a log that a check reads

export function environmentOf(env: NodeJS.ProcessEnv = process.env): Environment {
  const release = env['RELEASE'] ?? 'intro-otel';
  const namespace = env['POD_NAMESPACE'] ?? 'default';
  const config = inClusterConfig({ env, account: env['SERVICE_ACCOUNT_DIR'] ?? ACCOUNT });
  const kube = config && new Kube(config);
  const files = kube && new FileStore(kube, release);
  return {
    release,
    namespace,
    kube,
    files,
    signer: signerOf(env, `${namespace}/${release}`),
    token: secretFrom(env['GUIDE_TOKEN_FILE'] ?? '/etc/intro-otel/token')?.toString(),
    lab: labOf({ env, release, namespace, pods: new NewestPods(kube, release), files }),
  };
}

function signerOf(env: NodeJS.ProcessEnv, lab: string): Signer | undefined {
  const key = secretFrom(env['GUIDE_KEY_FILE'] ?? '/etc/intro-otel/key');
  return key && { key, seat: env['SEAT_UID'] || lab };
}

/** Reads a secret that the init container has written. One of fewer than 16 characters does not count. */
function secretFrom(path: string): Buffer | undefined {
  try {
    const secret = readFileSync(path);
    return secret.length >= 16 ? secret : undefined;
  } catch {
    return undefined;
  }
}

interface LabSources {
  readonly env: NodeJS.ProcessEnv;
  readonly release: string;
  readonly namespace: string;
  readonly pods: NewestPods;
  readonly files: FileStore | undefined;
}

/** Returns a message with the file and line that it is about, unless it names the line itself. */
function placed(message: string, { file, line }: { file?: string; line?: number }): string {
  if (file === undefined || line === undefined || message.includes(`line ${line}`)) return message;
  return `${file}, line ${line}: ${message}`;
}

function labOf({ env, release, namespace, pods, files }: LabSources): Lab {
  // The chart gives every app the same settings, so the guide's are those of dice, unless settings.env changes them.
  const settings = Object.fromEntries(
    Object.entries(env).filter(([name]) => name === 'INSTRUMENTATION' || /^OTEL_(?!SERVICE_NAME|RESOURCE)/.test(name)),
  );
  const learner: LearnerSources = { settings, files: async () => (await files?.read())?.files };
  return {
    arcade: urlFromEnv('ARCADE_URL'),
    dice: urlFromEnv('DICE_URL'),
    flask: env['FLASK_URL'] ?? `http://${release}-flask:8080`,
    collector: env['OTEL_EXPORTER_OTLP_ENDPOINT'],
    jaeger: urlFromEnv('JAEGER_URL') + (env['JAEGER_BASE_PATH'] ?? ''),
    prometheus: prometheusIn(env),
    settings,
    files: async () => (await files?.read())?.files,
    podLog: (component, sinceSeconds) => pods.log(component, sinceSeconds),
    podTrouble: (component) => pods.trouble(component, learner),
    crash: () => pods.crash(settings),
    report: () => pods.report(),
    flush: () => pods.flush(),
    startOf: (component) => pods.startOf(component),
    outdated: (component) => pods.outdated(component, () => pods.trouble(component, learner)),
    ...collectorLossesOf(env, pods),
    telemetry: telemetryOf(env),
    truth: (fault) => ({ ...truthOf({ release, namespace })[fault] }),
  };
}

/** Returns what receives metrics and logs. The Collector of an older chart sends none. */
function telemetryOf(env: NodeJS.ProcessEnv): Telemetry {
  const unavailable = 'The guide receives no metrics and logs, because OTLP_PORT is not set. Upgrade the lab.';
  return new Telemetry({ prometheus: prometheusIn(env), unavailable: env['OTLP_PORT'] ? undefined : unavailable });
}

const METRICS = { timeout: 1_500, bytes: 512 * 1024 };

/** Returns what finds the Collector's losses. A lab of an older chart names no place to read them. */
function collectorLossesOf(
  { COLLECTOR_METRICS_URL: url }: NodeJS.ProcessEnv,
  pods: NewestPods,
): Pick<Lab, 'collectorLosses'> {
  if (!url) return {};
  const losses = new CollectorLosses({
    metrics: () => getText(url, { signal: AbortSignal.timeout(METRICS.timeout), limit: METRICS.bytes }),
    log: (sinceSeconds) => pods.log('collector', sinceSeconds),
  });
  return { collectorLosses: () => losses.list() };
}

/** Returns the URL of Prometheus, if the lab has it. */
const prometheusIn = ({ PROMETHEUS_ENABLED: enabled, PROMETHEUS_URL: url }: NodeJS.ProcessEnv): string | undefined =>
  enabled === 'true' ? url : undefined;

/** Reads the newest pod of each component. Outside a cluster there are no pods. */
class NewestPods {
  readonly #collectorFile = new CollectorFile();
  readonly #kube: Kube | undefined;
  readonly #release: string;

  constructor(kube: Kube | undefined, release: string) {
    this.#kube = kube;
    this.#release = release;
  }

  /** Returns why the component's newest pod is not ready, or undefined if it is ready. */
  async trouble(component: Component, sources: LearnerSources): Promise<string | undefined> {
    const pod = await this.#pod(component);
    if (!pod) return undefined;
    const log = (await this.log(component, 600)).split('\n').slice(-200);
    const report = component === 'dice' && isStarting(pod) ? await diceReport(pod) : undefined;
    const evidence = { log, files: await sources.files?.().catch(() => undefined), report };
    const { phase, ...reason } = stateOf(component, pod, { ...sources, ...evidence }, Date.now());
    if (phase === 'running') return undefined;
    if (reason.message !== undefined) return placed(reason.message, reason);
    const stage = phase === 'gone' ? 'shutting down, and there is no other' : 'still starting';
    return `its pod ${pod.metadata.name} is ${stage}`;
  }

  /** Returns the last crash of the newest dice, if it runs again and the crash is not long ago. */
  async crash(settings: Readonly<Record<string, string | undefined>>): Promise<Crash | undefined> {
    const pod = await this.#pod('dice');
    return pod && crashOf('dice', pod, settings, Date.now());
  }

  /** Returns what the newest dice reports about itself, or undefined if it reports nothing. */
  async report(): Promise<Report | undefined> {
    const pod = await this.#pod('dice');
    const report = pod && (await diceReport(pod));
    return typeof report === 'object' ? report : undefined;
  }

  /** Asks the newest dice to send its telemetry now. @returns whether dice says that it has */
  async flush(): Promise<boolean> {
    const pod = await this.#pod('dice');
    return pod ? flushDice(pod) : false;
  }

  /**
   * Returns why the component does not run the learner's files as they are now, or undefined if it does.
   * @param trouble returns why the newest pod is not ready
   */
  async outdated(component: Component, trouble: () => Promise<string | undefined>): Promise<Outdated | undefined> {
    const [pods, deployment, files, reason, report] = await Promise.all([
      this.#pods(component),
      this.#kube?.deployment(`${this.#release}-${component}`).catch(() => undefined),
      this.#kube?.configMap(`${this.#release}-dice`).catch(() => undefined),
      trouble(),
      component === 'dice' ? this.report() : undefined,
    ]);
    const started = component === 'dice' ? (report?.files ?? {}) : this.#startedCollector(newest(pods), files);
    return outdated({ component, pods, deployment, files, trouble: reason, started });
  }

  #startedCollector(pod: Pod | undefined, files: ConfigMap | undefined): ComponentObjects['started'] {
    const hash = pod && files && this.#collectorFile.startedWith(pod, files);
    return hash === undefined ? {} : { 'collector.yaml': hash };
  }

  /**
   * Returns when the container of the newest pod started, in milliseconds since 1970, or undefined if that is unknown.
   */
  async startOf(component: string): Promise<number | undefined> {
    const pod = await this.#pod(component);
    const [container] = pod?.status?.containerStatuses ?? [];
    const started = Date.parse(container?.state?.running?.startedAt ?? '');
    return Number.isNaN(started) ? undefined : started;
  }

  /**
   * Returns the log of the component's newest pod, or '' if the log can't be read. No check depends on this log alone.
   */
  async log(component: string, sinceSeconds: number): Promise<string> {
    const pod = await this.#pod(component);
    const log = pod && this.#kube?.log(pod.metadata.name, logBytes, { sinceSeconds, tailLines: 5_000 });
    return (await log?.catch(() => undefined)) ?? '';
  }

  async #pod(component: string): Promise<Pod | undefined> {
    return newest(await this.#pods(component));
  }

  async #pods(component: string): Promise<Pod[]> {
    const labels = { 'app.kubernetes.io/instance': this.#release, 'app.kubernetes.io/component': component };
    return (await this.#kube?.pods(labels).catch(() => [])) ?? [];
  }
}
