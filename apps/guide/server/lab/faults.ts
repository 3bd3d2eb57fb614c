// Switches faults in prizes on and off. The ConfigMap `<release>-faults` lists the faults that are on. The guide and
// the operator write this ConfigMap. The guide sends its list to every pod of prizes. The list does not say which
// requests a fault hits. Only prizes knows that, so no page can show it.
import { setTimeout as delay } from 'node:timers/promises';
import { FAULTS_OF, LABELS } from '../../../../lab/names.ts';
import { FAULTS, isFault } from '../../../../lab/faults.ts';
import type { FaultName } from '../../../../lab/faults.ts';
import { call } from '../../../../support/http.ts';
import { messageOf } from '../../../../support/errors.ts';
import { isNotFound } from '../../../../kubernetes/api.ts';
import type { ConfigMap, Pod } from '../../../../kubernetes/types.ts';
import type { Kube } from '../kube.ts';
import { suppressTracing } from '../suppress-tracing.ts';

/** The faults' titles, as pages show them. */
export const TITLES: Record<FaultName, string> = {
  spike: 'A spike of 400s and 500s',
  timeouts: 'Requests that time out at 500 ms',
};

/**
 * The error that is thrown when a learner switches faults that the instructor has set for the whole class. The operator
 * would undo such a change in a single lab.
 */
export class SetByClassError extends Error {
  override name = 'SetByClassError';

  constructor() {
    super(
      'expected faults that this lab may switch, found them set by your instructor for the whole class. ' +
        `You can switch them once the label ${LABELS.faults} is removed from the Workshop.`,
    );
  }
}

export interface FaultOptions {
  readonly kube: Kube;
  readonly release: string;
  /** The port on which a pod of prizes receives the list of faults. */
  readonly port?: number;
  /** Milliseconds between two reads of the ConfigMap that lists the faults. */
  readonly every?: number;
  /**
   * Is called with the text of an error. If the same error occurs several times in a row, only the first one leads to a
   * call.
   */
  readonly onTrouble?: (trouble: string) => void;
}

export class Faults {
  readonly #options: FaultOptions;
  /**
   * The list of faults that each pod of prizes received last. The map's key identifies the pod's container: see
   * `keyOf`.
   */
  #sent = new Map<string, string>();
  #trouble = '';
  /** Whether the guide watches the ConfigMap of the faults, so that the API server reports each change. */
  #followed = false;
  #on = false;

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  async names(): Promise<FaultName[]> {
    const { kube, release } = this.#options;
    return namesIn(await kube.configMap(`${release}-faults`));
  }

  /** Switches one fault on or off. @throws SetByClassError if the instructor has set the faults */
  async set(name: FaultName, on: boolean): Promise<FaultName[]> {
    const { kube, release } = this.#options;
    const current = await kube.configMap(`${release}-faults`);
    if (current.metadata.annotations?.[FAULTS_OF] === 'class') throw new SetByClassError();
    const others = namesIn(current).filter((other) => other !== name);
    const names = FAULTS.filter((known) => others.includes(known) || (on && known === name));
    await kube.patchConfigMap(`${release}-faults`, { faults: names.join(',') });
    await this.look();
    return names;
  }

  /** Switches all faults off, unless the instructor has set them. */
  async clear(): Promise<void> {
    const { kube, release } = this.#options;
    const current = await kube.configMap(`${release}-faults`);
    if (current.metadata.annotations?.[FAULTS_OF] === 'class' || namesIn(current).length === 0) return;
    await kube.patchConfigMap(`${release}-faults`, { faults: '' });
    await this.look();
  }

  /**
   * Reads the list of faults now and whenever the ConfigMap changes. In three cases it also reads the list every two
   * seconds: while a fault is on, because new pods may appear; after an error; and while the ConfigMap can't be
   * watched.
   * @returns a function that stops the reads
   */
  watch(): () => void {
    const { every = 2_000 } = this.#options;
    const stopped = new AbortController();
    return suppressTracing(() => {
      const timer = setInterval(() => {
        if (this.#on || this.#trouble || !this.#followed) void this.look();
      }, every).unref();
      void this.#follow(every, stopped.signal);
      return () => {
        clearInterval(timer);
        stopped.abort();
      };
    });
  }

  async #follow(every: number, stopped: AbortSignal): Promise<void> {
    const { kube, release } = this.#options;
    while (!stopped.aborted) {
      try {
        await kube.follow(
          `${release}-faults`,
          async () => {
            this.#followed = true;
            await this.look();
          },
          stopped,
        );
      } catch {
        // The next read reports the error, if it lasts.
        this.#followed = false;
      }
      await delay(every, undefined, { ref: false });
    }
  }

  /**
   * Sends the list of faults to every pod of prizes that does not have this list yet. After an error, the next call
   * tries again. An error that repeats is reported only once.
   */
  async look(): Promise<void> {
    try {
      await this.#look();
      this.#trouble = '';
    } catch (error) {
      if (!isNotFound(error) && messageOf(error) !== this.#trouble) this.#options.onTrouble?.(messageOf(error));
      this.#trouble = messageOf(error);
    }
  }

  async #look(): Promise<void> {
    const { kube, release } = this.#options;
    const names = await this.names();
    this.#on = names.length > 0;
    const wanted = JSON.stringify({ names });
    const isDone =
      names.length === 0 && this.#sent.size > 0 && [...this.#sent.values()].every((sent) => sent === wanted);
    if (isDone) return; // a new pod starts without faults
    const pods = await kube.pods({ 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': 'prizes' });
    const running = pods.filter(
      ({ metadata, status }) => status?.podIP && status.phase === 'Running' && !metadata.deletionTimestamp,
    );
    this.#sent = new Map([...this.#sent].filter(([key]) => running.some((pod) => keyOf(pod) === key)));
    const results = await Promise.allSettled(
      running.filter((pod) => this.#sent.get(keyOf(pod)) !== wanted).map((pod) => this.#send(pod, wanted)),
    );
    const failed = results.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #send(pod: Pod, body: string): Promise<void> {
    const ip = pod.status?.podIP ?? '';
    const url = `http://${ip.includes(':') ? `[${ip}]` : ip}:${this.#options.port ?? 8081}/fault`;
    const { status } = await call(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(2_000),
    });
    if (status < 200 || status > 299)
      throw new Error(`expected pod ${pod.metadata.name} to answer the request ${body} with 2xx, found ${status}`);
    this.#sent.set(keyOf(pod), body);
  }
}

function namesIn({ data = {} }: ConfigMap): FaultName[] {
  return (data['faults'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(isFault);
}

/**
 * Returns a text that identifies a pod's container. After a restart the container has another id, so the text differs,
 * and the guide sends the list of faults again. The restarted container needs the list, because it keeps the list only
 * in memory.
 */
function keyOf({ metadata, status }: Pod): string {
  return `${metadata.name}/${status?.containerStatuses?.[0]?.containerID ?? ''}`;
}
