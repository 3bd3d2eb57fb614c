// Test harness for this folder's unit tests: a seat, its reconciler, and an in-memory API server.
import { chartValues } from '../../../cdk8s/operator/values.ts';
import { conditionOf } from '../../../kubernetes/conditions.ts';
import type { Seat, SeatSpec } from '../../api/types.ts';
import { Registry } from 'prom-client';
import { createOperatorMetrics } from '../../metrics.ts';
import { Applier } from '../../engine/apply.ts';
import { KINDS } from '../../api/kinds.ts';
import { NAMES } from '../../api/types.ts';
import type { Condition } from '../../../kubernetes/object.ts';
import { FakeApi, manualClock, recordedEvents } from '../../engine/testing/fake-api.ts';
import { aSeat, smallLab } from './fixtures.ts';
import { labCache } from '../rendered-lab.ts';
import { isShared } from '../shared-fields.ts';
import type { SeatOptions, SeatStores, ClusterInfo } from '../context.ts';
import { SeatReconciler } from '../controller.ts';
import type { SeatResult } from '../controller.ts';
import type { Deployment, Secret } from '../../../kubernetes/types.ts';

export const NAME = 'class-ada';
export const MINUTE = 60_000;
export const operator = { name: 'intro-otel-operator', namespace: 'intro-otel' };
export const inSeat = (name: string) => ({ name, namespace: NAME });

type Kind = keyof typeof KINDS;

export class SeatHarness {
  readonly clock = manualClock();
  readonly api = new FakeApi(this.clock);
  readonly recorded = recordedEvents();
  /**
   * The values that the reconciler recorded in the metric `seatReady`: seconds from the Seat's creation until it was
   * ready.
   */
  readonly readyAfter: number[] = [];
  readonly clusterInfo: { -readonly [Key in keyof ClusterInfo]: ClusterInfo[Key] } = {
    ...chartValues.default.operator.network,
    apiServers: { addresses: ['10.0.0.1'], port: 6443 },
    podCidrs: ['10.244.0.0/24'],
    nodeAddress: undefined,
    server: 'https://kube.example.com:6443',
    certificateAuthority: 'CERTIFICATE',
  };
  #reconciler: SeatReconciler;
  readonly #overrides: Partial<SeatOptions>;

  constructor(seat: Seat, overrides: Partial<SeatOptions>) {
    this.#overrides = overrides;
    this.#reconciler = new SeatReconciler(this.options());
    this.api.seed(seat);
  }

  /** Returns the options with which the harness creates the reconciler. */
  options(): SeatOptions {
    return {
      api: this.api,
      clock: this.clock,
      events: this.recorded,
      operator,
      stores: Object.fromEntries(
        Object.entries(KINDS).map(([name, kind]) => [name, this.api.store(kind)]),
      ) as unknown as SeatStores,
      applier: new Applier({
        api: this.api,
        annotation: 'intro-otel.dev/applied',
        isShared,
        now: () => this.clock.now(),
      }),
      clusterInfo: () => this.clusterInfo,
      labOf: labCache(smallLab),
      metrics: { ...createOperatorMetrics(new Registry()), seatReady: (seconds) => void this.readyAfter.push(seconds) },
      ...this.#overrides,
    };
  }

  /**
   * Reconciles the seat once. If the result is only that other seats should go first, reconciles the seat again at
   * once.
   */
  async reconcile(): Promise<SeatResult | undefined> {
    const result = await this.reconcileOnce();
    return result?.reason === 'YieldToOtherSeats' ? this.reconcileOnce() : result;
  }

  reconcileOnce(): Promise<SeatResult | undefined> {
    return this.#reconciler.reconcile(NAME, new AbortController().signal);
  }

  /** Replaces the reconciler with a new one, as a restart of the operator does. */
  restart(more: Partial<SeatOptions> = {}): void {
    this.#reconciler = new SeatReconciler({ ...this.options(), ...more });
  }

  get seat(): Seat {
    return this.api.store<Seat>(KINDS.Seat).get(NAME) as Seat;
  }

  get<T>(kind: Kind, name: string): T | undefined {
    return this.api.store(KINDS[kind]).get(KINDS[kind].namespaced ? `${NAME}/${name}` : name) as T | undefined;
  }

  condition(type: 'Ready' | 'Provisioned' | 'Access'): Condition | undefined {
    return conditionOf(this.seat.status?.conditions, type);
  }

  get events() {
    return this.recorded.events;
  }

  /** Makes the pods of every Deployment available, except the pods of the Deployments in `broken`. */
  settle(...broken: readonly string[]): void {
    if (!broken.includes('lab-guide')) this.#startGuide();
    for (const {
      metadata: { name, generation },
      spec: { replicas = 1 },
    } of this.api.store<Deployment>(KINDS.Deployment).list()) {
      const availableReplicas = broken.includes(name) ? 0 : replicas;
      this.api.edit(KINDS.Deployment, inSeat(name), {
        status: { observedGeneration: generation, replicas, updatedReplicas: replicas, availableReplicas },
      });
    }
  }

  /** Stores a key and a token, as the guide does when it starts, unless there are some. */
  #startGuide(): void {
    const data = { key: '', token: Buffer.from('token').toString('base64') };
    if (this.get('Secret', NAMES.guideKey) === undefined)
      this.api.seed({ apiVersion: 'v1', kind: 'Secret', metadata: inSeat(NAMES.guideKey), data });
  }

  /** Changes the Seat's spec, as the Workshop reconciler or the instructor would. */
  change(spec: Partial<SeatSpec>): void {
    const {
      metadata: { generation = 1 },
    } = this.seat;
    this.api.edit(KINDS.Seat, { name: NAME }, { spec, metadata: { generation: generation + 1 } });
  }

  /** Starts to record the requests that the reconciler sends. */
  watch(): { writes(): string[]; reads(): string[] } {
    const [written, read] = [this.api.writes.length, this.api.reads.length];
    return {
      writes: () =>
        this.api.writes
          .slice(written)
          .map(
            ({ verb, kind, name = '', subresource }) =>
              `${verb} ${kind} ${name}${subresource ? `/${subresource}` : ''}`,
          ),
      reads: () => this.api.reads.slice(read).map(({ verb, kind }) => `${verb} ${kind}`),
    };
  }

  /** Returns the attendee's kubeconfig as text. */
  get kubeconfig(): string {
    return Buffer.from(this.get<Secret>('Secret', 'kubeconfig')?.data?.['config'] ?? '', 'base64').toString();
  }

  /**
   * Makes the `get` of a store return the results of the function `seen`. Returns a function that restores the original
   * `get`.
   */
  hide(kind: Kind, seen: (key: string) => unknown): () => void {
    const store = this.api.store(KINDS[kind]) as { get: unknown };
    store.get = seen;
    return () => void delete store.get;
  }
}

export const aSeatHarness = (seat: Seat = aSeat(), overrides: Partial<SeatOptions> = {}): SeatHarness =>
  new SeatHarness(seat, overrides);

/** Builds a harness with a seat that has been ready for a minute. */
export async function aReadySeatHarness(seat?: Seat): Promise<SeatHarness> {
  const harness = aSeatHarness(seat);
  await harness.reconcile();
  harness.settle();
  await harness.reconcile();
  harness.clock.advance(MINUTE);
  return harness;
}
