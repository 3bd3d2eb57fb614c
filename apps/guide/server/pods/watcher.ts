// Follows the newest pods of dice and the Collector, and sends their states and logs to the open pages. It also tells
// the pages which versions of the files, the progress and the faults the lab has.
import { setTimeout as delay } from 'node:timers/promises';
import type { Pod } from '../../../../kubernetes/types.ts';
import type { Component, Files, PodEvent, PodState, Shared } from '../../contract.ts';
import type { Kube } from '../kube.ts';
import { messageOf } from '../../../../support/errors.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { diceReport } from './dice-report.ts';
import { Lines } from './lines.ts';
import { stateOf } from './phase.ts';
import type { Evidence, Outdated } from './phase.ts';

type Listener = (event: PodEvent) => void;

const pause = 700; // ms between two reads of the pods
const handover = 700; // ms that kube-proxy may take to send requests to a pod that is ready, instead of the old one
const versionsEvery = 3; // reads of the pods for each read of the versions
const logMemory = 200; // lines of a pod's log, for a page that opens later and for the reason of a crash

interface WatchedPod {
  readonly component: Component;
  readonly tailLines: number;
  state?: PodState;
  readySince?: number | undefined;
  pod?: string;
  container?: string;
  recent: string[];
  /** The learner's files, as they were when the container started. */
  files?: Files | undefined;
  /** Why the container does not run the files as they are now. A new container runs them. */
  outdated?: Outdated | undefined;
  follower?: AbortController;
  lines?: Lines;
}

/** What the watcher reads to explain a pod's state. */
export interface LearnerSources {
  readonly files?: () => Promise<Files | undefined>;
  /** The variables that the chart sets for dice. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

/** What the watcher reads for the pages. */
export interface WatcherSources extends LearnerSources {
  readonly versions?: () => Promise<ReadonlyMap<Shared, string>>;
  /** Returns why a component does not run the learner's files as they are now. */
  readonly outdated?: (component: Component) => Promise<Outdated | undefined>;
}

export class PodWatcher {
  readonly #kube: Kube;
  readonly #release: string;
  readonly #sources: WatcherSources;
  readonly #listeners = new Set<Listener>();
  readonly #versions = new Map<Shared, string>();
  #watched: WatchedPod[] = [];
  #running: AbortController | undefined;

  constructor(kube: Kube, release: string, sources: WatcherSources = {}) {
    this.#kube = kube;
    this.#release = release;
    this.#sources = sources;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /**
   * Sends the known states, logs and versions to the listener at once, and later each change.
   * @returns a function that removes the listener
   */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#running) suppressTracing(() => this.#start());
    for (const { component, state, pod, recent } of this.#watched) {
      if (state) listener({ type: 'state', data: state });
      for (const line of recent) listener({ type: 'log', data: { component, pod: pod ?? '', line } });
    }
    for (const [subject, version] of this.#versions) listener({ type: 'version', data: { subject, version } });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  #start(): void {
    const running = new AbortController();
    this.#running = running;
    this.#watched = [
      { component: 'dice', tailLines: logMemory, recent: [] },
      { component: 'collector', tailLines: 20, recent: [] },
    ];
    void this.#watch(running.signal);
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    for (const { follower } of this.#watched) follower?.abort();
    this.#watched = [];
    this.#versions.clear();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn += 1) {
      const reads = this.#watched.map((watched) =>
        this.#read(watched, signal).catch((error: unknown) => this.#reportError(watched, error)),
      );
      await Promise.all(turn % versionsEvery === 0 ? [...reads, this.#readVersions(signal)] : reads);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Tells the pages which versions have changed. After a failed read, the next one tries again. */
  async #readVersions(signal: AbortSignal): Promise<void> {
    const versions = await this.#sources.versions?.().catch(() => undefined);
    if (signal.aborted) return;
    for (const [subject, version] of versions ?? []) {
      if (this.#versions.get(subject) === version) continue;
      this.#versions.set(subject, version);
      this.#send({ type: 'version', data: { subject, version } });
      if (subject === 'files') await Promise.all(this.#watched.map((watched) => this.#compare(watched)));
    }
  }

  /**
   * Compares the files with which the pod started with those of now. That is needed for a new container, whose files
   * are known best soon after its start, and after each change of the files.
   */
  async #compare(watched: WatchedPod): Promise<void> {
    const { container } = watched;
    const outdated = await this.#sources.outdated?.(watched.component).catch(() => undefined);
    if (watched.container === container) watched.outdated = outdated;
  }

  async #read(watched: WatchedPod, signal: AbortSignal): Promise<void> {
    const { component } = watched;
    const pods = await this.#kube.pods({
      'app.kubernetes.io/instance': this.#release,
      'app.kubernetes.io/component': component,
    });
    const pod = newest(pods);
    if (signal.aborted) return;
    if (!pod) return this.#report(watched, { component, pod: watched.pod ?? '', phase: 'gone' });
    const before = watched.state?.pod;
    if (before && before !== pod.metadata.name) this.#report(watched, { component, pod: before, phase: 'gone' });
    const evidence = await this.#evidence(watched, pod);
    if (signal.aborted) return;
    this.#report(watched, afterHandover(watched, stateOf(component, pod, evidence, Date.now()), pods));
  }

  async #evidence(watched: WatchedPod, pod: Pod): Promise<Evidence> {
    const isNew = this.#follow(watched, pod);
    if (isNew) watched.files = await this.#sources.files?.().catch(() => undefined);
    if (isNew) await this.#compare(watched);
    watched.lines?.settle();
    const { component, recent, files } = watched;
    const report = component === 'dice' && isStarting(pod) ? await diceReport(pod) : undefined;
    const { settings } = this.#sources;
    return { log: recent, files, report, outdated: watched.outdated, ...(settings && { settings }) };
  }

  /**
   * Follows the log of each container that runs. After a restart in the same pod, a new container runs, and this
   * function follows the log of that container.
   * @returns whether the container is a new one
   */
  #follow(watched: WatchedPod, pod: Pod): boolean {
    const { name } = pod.metadata;
    const container = pod.status?.containerStatuses?.[0]?.containerID;
    if (!container || watched.container === container) return false;
    watched.follower?.abort();
    const follower = new AbortController();
    Object.assign(watched, { pod: name, container, recent: [], follower, outdated: undefined });
    const lines = new Lines((line) => this.#log(watched, line));
    watched.lines = lines;
    void this.#kube
      .followLog(name, { follow: true, tailLines: watched.tailLines }, follower.signal)
      .then(async (stream) => {
        for await (const chunk of stream) lines.write(chunk);
        lines.end();
      })
      .catch(() => {
        lines.end();
        // The log is not there yet, or the connection broke: the next read tries again.
        if (watched.follower === follower && !follower.signal.aborted) delete watched.container;
      });
    return true;
  }

  #log(watched: WatchedPod, line: string): void {
    watched.recent.push(line);
    if (watched.recent.length > logMemory) watched.recent.shift();
    this.#send({ type: 'log', data: { component: watched.component, pod: watched.pod ?? '', line } });
  }

  #report(watched: WatchedPod, state: PodState): void {
    if (JSON.stringify(watched.state) === JSON.stringify(state)) return;
    watched.state = state;
    this.#send({ type: 'state', data: state });
  }

  /**
   * Reports that a read from the API server failed. A running pod keeps its state, because the failed read says nothing
   * about the pod.
   */
  #reportError(watched: WatchedPod, error: unknown): void {
    const { component, pod = '' } = watched;
    if (watched.state?.phase === 'running') return;
    this.#report(watched, { component, pod, phase: watched.state?.phase ?? 'starting', message: messageOf(error) });
  }

  #send(event: PodEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/**
 * Delays the state `running` while the old pod may still be in use. Dice counts as running once requests go to the new
 * pod. The Collector counts as running once the old pod is gone, because the old pod uses the old configuration.
 */
function afterHandover(watched: WatchedPod, state: PodState, pods: readonly Pod[]): PodState {
  const others = pods.filter(({ metadata, status }) => metadata.name !== state.pod && status?.phase === 'Running');
  if (state.phase !== 'running' || others.length === 0) {
    watched.readySince = undefined;
    return state;
  }
  watched.readySince ??= Date.now();
  if (state.component === 'dice' && Date.now() - watched.readySince >= handover) return state;
  return { ...state, phase: 'starting', message: 'the new pod is ready, the old one is shutting down' };
}

/** Returns whether the pod's program runs and is not ready yet. */
export function isStarting({ status }: Pod): boolean {
  const [container] = status?.containerStatuses ?? [];
  return container?.ready === false && container.state?.running !== undefined;
}

const createdAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '');

/** Returns the newest pod that is not shutting down. If all pods are shutting down, returns the newest of them. */
export function newest(pods: readonly Pod[]): Pod | undefined {
  const rank = ({ metadata }: Pod) => (metadata.deletionTimestamp ? 0 : 1);
  return pods.toSorted((a, b) => rank(b) - rank(a) || createdAt(b) - createdAt(a))[0];
}
