// An attendee who tries to disturb a class, again and again, with all that their kubeconfig lets them send.
import { setTimeout as sleep } from 'node:timers/promises';
import { NAMES, RELEASE } from '../../../lab/names.ts';
import { eventually } from '../../../support/waiting.ts';
import type { Attempt } from './account.ts';
import { Attendee } from './attendee.ts';
import { restrictedPod } from './restricted-pod.ts';
import type { Change } from './restricted-pod.ts';

const ACCESS_WITHIN = 120_000;
/**
 * Milliseconds between two rounds of acts. A round restarts all of the lab and fills the quota with busy pods. Without
 * a pause, this bench would measure how much CPU the node's own programs need for that.
 */
const PAUSE_MS = 10_000;
/** Own pods that the attendee asks for in each round, until the quota is full. */
const PODS = 20;

/** The lab's Deployments, without the release's name. */
const DEPLOYMENTS = ['arcade', 'collector', 'dice', 'guide', 'jaeger', 'prizes-v1', 'prizes-v2', 'visitors'];
const FORBIDDEN = 403;

const STAY = { metadata: { finalizers: ['example.com/stay'] } };
/** A container that computes without end, and has no limit of its own. */
const BUSY: Change = {
  container: { command: ['node', '-e', 'for(;;);'], resources: {} },
  spec: { terminationGracePeriodSeconds: 3600 },
};
/** Pods that must be refused: they outrank others, stay after their deletion, or have the label of a Service. */
const REFUSED: readonly object[] = [
  restrictedPod('critical', { spec: { priorityClassName: 'system-node-critical' } }),
  { ...restrictedPod('stays'), metadata: { name: 'stays', ...STAY.metadata } },
  { ...restrictedPod('poses'), metadata: { name: 'poses', labels: { 'app.kubernetes.io/component': 'guide' } } },
  restrictedPod('token', { spec: { serviceAccountName: `${RELEASE}-guide`, automountServiceAccountToken: true } }),
];

export class HostileAttendee {
  readonly #attendee: Attendee;
  #isActive = true;
  #round = 0;
  /** Number of requests that the API server accepted. */
  accepted = 0;
  refused = 0;

  constructor(seat: string) {
    this.#attendee = new Attendee(seat);
  }

  /** Acts from the moment the seat has a kubeconfig, until `stop` is called. */
  async act(): Promise<void> {
    await eventually(() => this.#attendee.open(), { within: ACCESS_WITHIN, every: 100 });
    while (this.#isActive) {
      await Promise.all([this.#send(this.#requests()), this.#kill()]);
      this.#round++;
      await sleep(PAUSE_MS);
    }
    await this.#attendee.close();
  }

  stop(): void {
    this.#isActive = false;
  }

  async #send(requests: readonly Attempt[]): Promise<void> {
    for (const answer of await Promise.all(requests.map((request) => this.#attendee.account.try(request)))) {
      if (answer.code < 300) this.accepted++;
      else if (answer.code === FORBIDDEN) this.refused++;
    }
  }

  /** Ends the processes of two pods. Either command fails while its pod starts. */
  async #kill(): Promise<void> {
    const kill = (component: string): Promise<unknown> =>
      this.#attendee.kubectl(['exec', `deployment/${RELEASE}-${component}`, '--', 'node', '-e', 'process.kill(1)']);
    await Promise.allSettled(['dice', 'guide'].map(kill));
  }

  #requests(): Attempt[] {
    return [...DEPLOYMENTS.flatMap((name) => this.#changesOf(name)), ...this.#changesOfFiles(), ...this.#podRequests()];
  }

  /** Requests that pause, stop, block, change and restart a Deployment. Only the restart is allowed. */
  #changesOf(deployment: string): Attempt[] {
    const path = `/apis/apps/v1/namespaces/${this.#attendee.seat}/deployments/${RELEASE}-${deployment}`;
    const restart = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
    const template = (change: object): object => ({ spec: { template: change } });
    const changes = [
      { spec: { paused: true } },
      STAY,
      template({ spec: { priorityClassName: 'system-cluster-critical' } }),
      template({ metadata: { annotations: restart } }),
    ];
    return [
      ...changes.map((body): Attempt => ({ method: 'PATCH', path, body })),
      { method: 'PATCH', path: `${path}/scale`, body: { spec: { replicas: 0 } } },
    ];
  }

  /** Requests that break the program of dice, and that keep its ConfigMap from being deleted. */
  #changesOfFiles(): Attempt[] {
    const path = `/api/v1/namespaces/${this.#attendee.seat}/configmaps/${NAMES.dice}`;
    const bodies = [{ data: { 'app.ts': `process.exit(${this.#round});` } }, STAY, { immutable: true }];
    return bodies.map((body) => ({ method: 'PATCH', path, body }));
  }

  /** Requests that delete every pod of the seat now and then, and fill its quota with pods that compute. */
  #podRequests(): Attempt[] {
    const path = `/api/v1/namespaces/${this.#attendee.seat}/pods`;
    const own = Array.from({ length: PODS }, (_, index) => restrictedPod(`busy-${this.#round}-${index}`, BUSY));
    const creations = [...own, ...REFUSED].map((body): Attempt => ({ method: 'POST', path, body }));
    return this.#round % 10 === 9 ? [{ method: 'DELETE', path }, ...creations] : creations;
  }
}
