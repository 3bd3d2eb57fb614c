// Follows the newest pod of dice and of the Collector for whoever looks on: what state it is in, and what it logs.
import { setTimeout as delay } from 'node:timers/promises';
import type { Pod } from '../../../../kubernetes/types.ts';
import type { Kube } from '../kube.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { Lines } from './lines.ts';
import { stateOf } from './phase.ts';
import type { RunState } from './phase.ts';

export type RunEvent =
  { type: 'state'; data: RunState } | { type: 'log'; data: { component: string; pod: string; line: string } };
type Listener = (event: RunEvent) => void;

const pause = 700; // ms between two looks at the pods
const handover = 700; // ms from when a pod is ready until requests no longer go to the one before it: what kube-proxy may take
const remembered = 200; // lines of a pod's log, for who comes later and for the reason of a crash

interface WatchedPod {
  component: string;
  tailLines: number;
  state?: RunState;
  readySince?: number | undefined;
  pod?: string;
  container?: string;
  recent: string[];
  leave?: AbortController;
  lines?: Lines;
}

export class RunWatcher {
  readonly #kube: Kube;
  readonly #release: string;
  readonly #listeners = new Set<Listener>();
  #watched: WatchedPod[] = [];
  #running: AbortController | undefined;

  constructor(kube: Kube, release: string) {
    this.#kube = kube;
    this.#release = release;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells the listener what is known, then all that happens. @returns how to stop */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#running) suppressTracing(() => this.#start());
    for (const { component, state, pod, recent } of this.#watched) {
      if (state) listener({ type: 'state', data: state });
      for (const line of recent) listener({ type: 'log', data: { component, pod: pod ?? '', line } });
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  #start(): void {
    const running = new AbortController();
    this.#running = running;
    this.#watched = [
      { component: 'dice', tailLines: remembered, recent: [] },
      { component: 'collector', tailLines: 20, recent: [] },
    ];
    void this.#watch(running.signal);
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    for (const { leave } of this.#watched) leave?.abort();
    this.#watched = [];
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await Promise.all(
        this.#watched.map((watched) =>
          this.#look(watched, signal).catch((error: unknown) => this.#tellTrouble(watched, error)),
        ),
      );
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(watched: WatchedPod, signal: AbortSignal): Promise<void> {
    const { component } = watched;
    const pods = await this.#kube.pods({
      'app.kubernetes.io/instance': this.#release,
      'app.kubernetes.io/component': component,
    });
    const pod = newest(pods);
    if (signal.aborted) return;
    if (!pod) return this.#tell(watched, { component, pod: watched.pod ?? '', phase: 'gone' });
    const before = watched.state?.pod;
    if (before && before !== pod.metadata.name) this.#tell(watched, { component, pod: before, phase: 'gone' });
    this.#follow(watched, pod);
    watched.lines?.settle();
    this.#tell(watched, takenOver(watched, stateOf(component, pod, watched.recent, Date.now()), pods));
  }

  /** Follows the log of each container once: a restart in the same pod is another container. */
  #follow(watched: WatchedPod, pod: Pod): void {
    const { name } = pod.metadata;
    const container = pod.status?.containerStatuses?.[0]?.containerID;
    if (!container || watched.container === container) return;
    watched.leave?.abort();
    const leave = new AbortController();
    Object.assign(watched, { pod: name, container, recent: [], leave });
    const lines = new Lines((line) => this.#log(watched, line));
    watched.lines = lines;
    void this.#kube
      .followLog(name, { follow: true, tailLines: watched.tailLines }, leave.signal)
      .then(async (stream) => {
        for await (const chunk of stream) lines.write(chunk);
        lines.end();
      })
      .catch(() => {
        lines.end();
        // Not there yet, or cut off: the next look tries again.
        if (watched.leave === leave && !leave.signal.aborted) delete watched.container;
      });
  }

  #log(watched: WatchedPod, line: string): void {
    watched.recent.push(line);
    if (watched.recent.length > remembered) watched.recent.shift();
    this.#send({ type: 'log', data: { component: watched.component, pod: watched.pod ?? '', line } });
  }

  #tell(watched: WatchedPod, state: RunState): void {
    if (JSON.stringify(watched.state) === JSON.stringify(state)) return;
    watched.state = state;
    this.#send({ type: 'state', data: state });
  }

  /** A pod that ran when it was last looked at is not said to be in trouble because it can't be looked at. */
  #tellTrouble(watched: WatchedPod, error: unknown): void {
    const { component, pod = '' } = watched;
    if (watched.state?.phase === 'running') return;
    this.#tell(watched, {
      component,
      pod,
      phase: watched.state?.phase ?? 'starting',
      message: error instanceof Error ? error.message : String(error),
    });
  }

  #send(event: RunEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/**
 * The one before it serves on while it leaves, so who asks right away would be answered by the code of before: dice is only said to run when requests
 * go to it, and a Collector, which does with spans what its file said, when it is alone.
 */
function takenOver(watched: WatchedPod, state: RunState, pods: readonly Pod[]): RunState {
  const others = pods.filter(({ metadata, status }) => metadata.name !== state.pod && status?.phase === 'Running');
  if (state.phase !== 'running' || others.length === 0) {
    watched.readySince = undefined;
    return state;
  }
  watched.readySince ??= Date.now();
  if (state.component === 'dice' && Date.now() - watched.readySince >= handover) return state;
  return {
    ...state,
    phase: 'starting',
    message: `the ${state.component === 'dice' ? 'dice' : 'Collector'} before it is leaving`,
  };
}

const madeAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '');

/** The pod that was made last, one that is leaving only when there is no other. */
export function newest(pods: Pod[]): Pod | undefined {
  const leaving = ({ metadata }: Pod) => (metadata.deletionTimestamp ? 0 : 1);
  return pods.toSorted((a, b) => leaving(b) - leaving(a) || madeAt(b) - madeAt(a))[0];
}
