// A seat with its reconciler and an API server in memory, for the unit tests of this folder.
import { conditionOf } from '../../../kubernetes/conditions.ts';
import type { Seat, SeatSpec } from '../../api/types.ts';
import { Applier } from '../../engine/apply.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import type { Condition } from '../../../kubernetes/object.ts';
import type { Result } from '../../engine/reconciler.ts';
import { FakeApi, manualClock, recordedEvents } from '../../engine/testing/fake-api.ts';
import { aSeat, smallLab } from './fixtures.ts';
import { labCache } from '../lab.ts';
import type { SeatOptions, SeatStores, ClusterInfo } from '../options.ts';
import { seatReconciler } from '../controller.ts';
import type { Deployment, Secret } from '../types.ts';

export const NAME = 'class-ada';
export const MINUTE = 60_000;
export const operator = { name: 'intro-otel-operator', namespace: 'intro-otel' };
export const inSeat = (name: string) => ({ name, namespace: NAME });

type Kind = keyof typeof KINDS;

export class SeatHarness {
  readonly clock = manualClock();
  readonly api = new FakeApi(this.clock);
  readonly recorded = recordedEvents();
  /** Seconds, that were recorded as `seatReady`. */
  readonly readyAfter: number[] = [];
  readonly surroundings: { -readonly [Key in keyof ClusterInfo]: ClusterInfo[Key] } = {
    apiServers: { addresses: ['10.0.0.1'], port: 6443 },
    podCidrs: ['10.244.0.0/24'],
    nodeAddress: undefined,
    server: 'https://kube.example.com:6443',
    certificateAuthority: 'CERTIFICATE',
  };
  #reconciler;
  readonly #overrides: Partial<SeatOptions>;

  constructor(seat: Seat, overrides: Partial<SeatOptions>) {
    this.#overrides = overrides;
    this.#reconciler = this.#another();
    this.api.seed(seat);
  }

  #another() {
    return seatReconciler(this.options());
  }

  /** What its reconciler is given. */
  options(): SeatOptions {
    return {
      api: this.api,
      clock: this.clock,
      events: this.recorded,
      operator,
      stores: Object.fromEntries(
        Object.entries(KINDS).map(([name, kind]) => [name, this.api.store(kind)]),
      ) as unknown as SeatStores,
      applier: new Applier({ api: this.api, annotation: 'intro-otel.dev/applied' }),
      surroundings: () => this.surroundings,
      labOf: labCache(smallLab),
      metrics: { seatReady: (seconds) => void this.readyAfter.push(seconds) },
      ...this.#overrides,
    };
  }

  /** Once, and once more where it only gave way to other seats, of which there are none. */
  async reconcile(): Promise<Result | undefined> {
    const once = (): Promise<Result | undefined> => this.#reconciler.reconcile(NAME, new AbortController().signal);
    const result = await once();
    return result?.requeueAfter === 1 ? once() : result;
  }

  /** From now on another process reconciles, which remembers nothing. */
  restart(): void {
    this.#reconciler = this.#another();
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

  /** Has the pods of every Deployment become available, but for those of these. */
  settle(...broken: readonly string[]): void {
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

  /** As the Workshop's reconciler or the instructor would. */
  change(spec: Partial<SeatSpec>): void {
    const {
      metadata: { generation = 1 },
    } = this.seat;
    this.api.edit(KINDS.Seat, { name: NAME }, { spec, metadata: { generation: generation + 1 } });
  }

  /** What is written and read from now on. */
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

  /** What is in the Secret. */
  get kubeconfig(): string {
    return Buffer.from(this.get<Secret>('Secret', 'kubeconfig')?.data?.['config'] ?? '', 'base64').toString();
  }

  /** Hides from the reconciler, until the function returned is called, what this one of the store's answers is replaced by. */
  hide(kind: Kind, seen: (key: string) => unknown): () => void {
    const store = this.api.store(KINDS[kind]) as { get: unknown };
    store.get = seen;
    return () => void delete store.get;
  }
}

export const aSeatHarness = (seat: Seat = aSeat(), overrides: Partial<SeatOptions> = {}): SeatHarness =>
  new SeatHarness(seat, overrides);

/** With a seat that is ready, and has been for a minute. */
export async function aReadySeatHarness(seat?: Seat): Promise<SeatHarness> {
  const world = aSeatHarness(seat);
  await world.reconcile();
  world.settle();
  await world.reconcile();
  world.clock.advance(MINUTE);
  return world;
}
