// Faults live in prizes and are switched from here: ConfigMap `<release>-faults` says which are on (the operator writes it too),
// and every pod of prizes is told. What a fault hits is known to prizes, and never sent to a page.
import { setTimeout as delay } from 'node:timers/promises';
import { FAULTS_OF, LABELS } from '../../../../lab/names.ts';
import { FAULTS, isFault } from '../../../../lab/faults.ts';
import type { FaultName } from '../../../../lab/faults.ts';
import { call } from '../../../../support/http.ts';
import { messageOf } from '../../../../support/console.ts';
import { isNotFound } from '../../../../kubernetes/api.ts';
import type { ConfigMap, Pod } from '../../../../kubernetes/types.ts';
import type { Kube } from '../kube.ts';
import { suppressTracing } from '../suppress-tracing.ts';

/** What a page calls them. */
export const TITLES: Record<FaultName, string> = {
  spike: 'A spike of 400s and 500s',
  timeouts: 'Requests that time out at 500 ms',
};

/** The instructor has said which are on, for the whole class; what a lab would switch, the operator would switch back. */
export class SetByClassError extends Error {
  override name = 'OfTheClass';

  constructor() {
    super(
      `expected faults that are this lab's own to switch, found them set by your instructor for the whole class. They are yours again when the label ${LABELS.faults} of the Workshop is gone.`,
    );
  }
}

export interface FaultOptions {
  kube: Kube;
  release: string;
  /** The port at which a pod of prizes is told. */
  port?: number;
  every?: number;
  say?: (trouble: string) => void;
}

export class Faults {
  readonly #options: FaultOptions;
  /** Per pod, what it was told last. */
  #told = new Map<string, string>();
  #trouble = '';
  /** Whether the API server says when the ConfigMap changes. */
  #followed = false;
  #on = false;

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  async names(): Promise<FaultName[]> {
    const { kube, release } = this.#options;
    return namesIn(await kube.configMap(`${release}-faults`));
  }

  /** @throws OfTheClass where they are not the lab's to switch */
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

  /**
   * Looks whenever the ConfigMap changes, from now on. Every two seconds besides while a fault is on, as there may be pods that are new; while
   * some pod could not be told; and where the changes can't be followed.
   * @returns how to stop
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
        // Looking tells what is wrong, if it still is.
        this.#followed = false;
      }
      await delay(every, undefined, { ref: false });
    }
  }

  /** Tells every pod that doesn't know yet. Trouble is said once, and tried again at the next look. */
  async look(): Promise<void> {
    try {
      await this.#look();
      this.#trouble = '';
    } catch (error) {
      if (!isNotFound(error) && messageOf(error) !== this.#trouble) this.#options.say?.(messageOf(error));
      this.#trouble = messageOf(error);
    }
  }

  async #look(): Promise<void> {
    const { kube, release } = this.#options;
    const names = await this.names();
    this.#on = names.length > 0;
    const wanted = JSON.stringify({ names });
    const quiet =
      names.length === 0 && this.#told.size > 0 && [...this.#told.values()].every((told) => told === wanted);
    if (quiet) return; // a pod that is new has no fault
    const pods = await kube.pods({ 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': 'prizes' });
    const running = pods.filter(
      ({ metadata, status }) => status?.podIP && status.phase === 'Running' && !metadata.deletionTimestamp,
    );
    this.#told = new Map([...this.#told].filter(([key]) => running.some((pod) => keyOf(pod) === key)));
    const told = await Promise.allSettled(
      running.filter((pod) => this.#told.get(keyOf(pod)) !== wanted).map((pod) => this.#tell(pod, wanted)),
    );
    const failed = told.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #tell(pod: Pod, body: string): Promise<void> {
    const ip = pod.status?.podIP ?? '';
    const url = `http://${ip.includes(':') ? `[${ip}]` : ip}:${this.#options.port ?? 8081}/fault`;
    const { status } = await call(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(2_000),
    });
    if (status < 200 || status > 299)
      throw new Error(`expected pod ${pod.metadata.name} to take ${body} with 2xx, found ${status}`);
    this.#told.set(keyOf(pod), body);
  }
}

function namesIn({ data = {} }: ConfigMap): FaultName[] {
  return (data['faults'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(isFault);
}

/** A container that was restarted has forgotten. */
function keyOf({ metadata, status }: Pod): string {
  return `${metadata.name}/${status?.containerStatuses?.[0]?.containerID ?? ''}`;
}
