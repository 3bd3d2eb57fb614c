// The guide's environment: its lab, and, in a cluster, the API server and its key. The same for the server and for why.js.
import { readFileSync } from 'node:fs';
import { truthOf } from '../../../../lab/faults.ts';
import { ACCOUNT, inClusterConfig } from '../../../../kubernetes/in-cluster.ts';
import type { Pod } from '../../../../kubernetes/types.ts';
import { Kube } from '../kube.ts';
import { FileStore } from '../learner/files.ts';
import { stateOf } from '../pods/phase.ts';
import { newest } from '../pods/watcher.ts';
import type { Way } from './why.ts';
import { urlFromEnv } from '../../../../support/env.ts';

/** What the guide knows of its lab. */
export interface Lab extends Way {
  arcade: string;
  flask: string;
  truth: (fault: 'spike' | 'timeouts') => Record<string, string>;
  /** When a component was started last. */
  startOf?: (component: 'jaeger') => Promise<number | undefined>;
}

export interface Environment {
  release: string;
  namespace: string;
  kube: Kube | undefined;
  files: FileStore | undefined;
  key: Buffer | undefined;
  lab: Lab;
}

const tail = 1024 * 1024; // bytes of a log that a check looks at

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
    key: keyFrom(env['GUIDE_KEY_FILE'] ?? '/etc/intro-otel/key'),
    lab: labOf({ env, release, namespace, kube, files }),
  };
}

function keyFrom(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length >= 16 ? key : undefined;
  } catch {
    return undefined;
  }
}

interface LabSources {
  env: NodeJS.ProcessEnv;
  release: string;
  namespace: string;
  kube: Kube | undefined;
  files: FileStore | undefined;
}

function labOf({ env, release, namespace, kube, files }: LabSources): Lab {
  return {
    arcade: urlFromEnv('ARCADE_URL'),
    dice: urlFromEnv('DICE_URL'),
    flask: env['FLASK_URL'] ?? `http://${release}-flask:8080`,
    collector: env['OTEL_EXPORTER_OTLP_ENDPOINT'],
    jaeger: urlFromEnv('JAEGER_URL') + (env['JAEGER_BASE_PATH'] ?? ''),
    // The chart gives every app the same, so what holds for the guide holds for dice, until settings.env says otherwise.
    settings: Object.fromEntries(
      Object.entries(env).filter(
        ([name]) => name === 'INSTRUMENTATION' || /^OTEL_(?!SERVICE_NAME|RESOURCE)/.test(name),
      ),
    ),
    files: async () => (await files?.read())?.files,
    podLog: (component, sinceSeconds) => logOf(kube, release, component, sinceSeconds),
    podTrouble: (component) => troubleOf(kube, release, component),
    startOf: (component) => startOf(kube, release, component),
    truth: (fault) => ({ ...truthOf({ release, namespace })[fault] }),
  };
}

/** The newest pod of a component. Undefined when there is none, or when it can't be known. */
async function newestPod(kube: Kube | undefined, release: string, component: string): Promise<Pod | undefined> {
  const labels = { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': component };
  return newest((await kube?.pods(labels).catch(() => [])) ?? []);
}

/** Why the newest pod of a component does not serve, if it doesn't. */
async function troubleOf(kube: Kube | undefined, release: string, component: string): Promise<string | undefined> {
  const pod = await newestPod(kube, release, component);
  if (!pod) return undefined;
  const log = await logOf(kube, release, component, 600);
  const { phase, message } = stateOf(component, pod, log.split('\n').slice(-200), Date.now());
  if (phase === 'running') return undefined;
  return (
    message ??
    `its pod ${pod.metadata.name} is still ${phase === 'gone' ? 'leaving, and there is no other' : 'starting'}`
  );
}

/** When the container of a component's newest pod started. Undefined when that is unknown. */
async function startOf(kube: Kube | undefined, release: string, component: string): Promise<number | undefined> {
  const pod = await newestPod(kube, release, component);
  const [container] = pod?.status?.containerStatuses ?? [];
  const started = Date.parse(container?.state?.running?.startedAt ?? '');
  return Number.isNaN(started) ? undefined : started;
}

/** '' where it can't be had: a log is never the only thing that is looked at. */
async function logOf(
  kube: Kube | undefined,
  release: string,
  component: string,
  sinceSeconds: number,
): Promise<string> {
  try {
    const pod = await newestPod(kube, release, component);
    return (pod && (await kube?.log(pod.metadata.name, tail, { sinceSeconds, tailLines: 5_000 }))) ?? '';
  } catch {
    return '';
  }
}
