// Requests, errors and latency of one service, on a time grid.
import type { Counted } from '../../../../otlp/failures.ts';
import type { ServiceCharts, Values } from '../../explore-contract.ts';
import type { Budget } from './budget.ts';
import { Exemplars, EXEMPLARS_BYTES } from './exemplars.ts';
import type { RequestExemplar } from './exemplars.ts';
import { Grid, scaleOf } from './grid.ts';
import type { Increase, Last } from './increase.ts';
import { percentile } from './percentile.ts';
import { countedOf, endOf, haveRequests } from './recency.ts';
import { countedIn } from './red-point.ts';

/** The Collector reports every 5 s. */
export const STEP = 5_000;
/** A value is about the last 30 seconds. With fewer, a rare request would make the lines jump. */
export const WINDOW = 6;
export const SCALE = scaleOf(STEP, WINDOW);
const WINDOW_SECONDS = (WINDOW * STEP) / 1_000;

interface Latency {
  readonly bounds: readonly number[];
  readonly buckets: Grid;
}

interface Group {
  readonly requests: Grid;
  readonly errors: Map<string, Grid>;
  latency: Latency | undefined;
}

export class RedService {
  readonly name: string;
  /** What the Collector reported last, by series. */
  readonly series = new Map<string, Last>();
  readonly exemplars = new Exemplars();
  readonly #budget: Budget;
  readonly #groups = new Map<Counted, Group>();
  #first = Infinity;
  /** Bytes that this service has taken from the budget. */
  #bytes = 0;

  constructor(name: string, budget: Budget) {
    this.name = name;
    this.#budget = budget;
  }

  /** Takes memory. @returns whether there was room */
  take(bytes: number): boolean {
    const taken = this.#budget.take(bytes);
    if (taken) this.#bytes += bytes;
    return taken;
  }

  free(bytes = this.#bytes): void {
    this.#budget.free(bytes);
    this.#bytes -= bytes;
  }

  /** Returns whether there is room for the service at all. */
  open(): boolean {
    return this.take(EXEMPLARS_BYTES);
  }

  /** Adds what grew until `slot`. @returns false if there was no room for some of it */
  add(
    slot: number,
    growth: Increase & { counted: Counted; error: string | undefined; bounds: readonly number[] },
  ): boolean {
    const group = this.#group(growth.counted);
    if (!group) return false;
    this.#first = Math.min(this.#first, slot);
    group.requests.add(slot, growth.count);
    const errors = this.#errors(group, growth.error);
    errors?.add(slot, growth.count);
    const latency = this.#latency(group, growth.bounds);
    for (const [index, count] of growth.buckets.entries()) latency?.buckets.add(slot, count, index);
    return (errors !== undefined || growth.error === undefined) && latency !== undefined;
  }

  /** Whether the charts count these spans at a slot. They count internal spans only if there are no server spans. */
  counts(counted: Counted, slot: number): boolean {
    return counted === 'server' || !((this.#groups.get('server')?.requests.sum(slot, WINDOW) ?? 0) > 0);
  }

  /** Returns the charts, or undefined if the service has had no such spans in these slots. */
  charts(slots: readonly number[]): ServiceCharts | undefined {
    const rates = { server: this.#requests('server', slots), internal: this.#requests('internal', slots) };
    const counted = countedOf(rates, WINDOW);
    const group = counted && this.#groups.get(counted);
    if (!group) return undefined;
    const times = slots.map((slot) => slot * STEP);
    const ended = endOf(haveRequests(rates[counted]), WINDOW, times);
    const at = (q: number): Values => slots.map((slot) => percentileAt(q, group.latency, slot));
    return {
      service: this.name,
      counted,
      ...(ended !== undefined && { ended }),
      requests: rates[counted],
      errors: this.#errorsOf(group, slots),
      latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
      ...measuredTo(group.latency?.bounds),
      exemplars: this.#exemplarsSince(((slots[0] ?? 0) - 1) * STEP, counted),
    };
  }

  #requests(counted: Counted, slots: readonly number[]): Values {
    const requests = this.#groups.get(counted)?.requests;
    return slots.map((slot) => (requests ? this.#rate(requests, requests, slot) : null));
  }

  #errorsOf({ requests, errors }: Group, slots: readonly number[]): ServiceCharts['errors'] {
    return [...errors]
      .map(([status, grid]) => ({ status, values: slots.map((slot) => this.#rate(requests, grid, slot)) }))
      .filter(({ values }) => values.some((value) => value !== null && value > 0))
      .sort((a, b) => a.status.localeCompare(b.status));
  }

  #exemplarsSince(since: number, counted: Counted): RequestExemplar[] {
    return this.exemplars.list().filter(({ time, attributes }) => time > since && countedIn(attributes) === counted);
  }

  /** Returns how often a second something happened in the window that ends with a slot, or null without an export. */
  #rate(requests: Grid, grid: Grid, slot: number): number | null {
    const isReported = slot >= this.#first && slot < requests.newest + WINDOW;
    return isReported ? rounded(grid.sum(slot, WINDOW) / WINDOW_SECONDS) : null;
  }

  #group(counted: Counted): Group | undefined {
    const known = this.#groups.get(counted);
    if (known || !this.take(Grid.bytesOfCounts(SCALE))) return known;
    const group = { requests: Grid.ofCounts(SCALE), errors: new Map<string, Grid>(), latency: undefined };
    this.#groups.set(counted, group);
    return group;
  }

  #errors({ errors }: Group, status: string | undefined): Grid | undefined {
    if (status === undefined) return undefined;
    const known = errors.get(status);
    if (known || !this.take(Grid.bytesOfCounts(SCALE))) return known;
    const grid = Grid.ofCounts(SCALE);
    errors.set(status, grid);
    return grid;
  }

  /** Returns the grid for buckets with these bounds. If the bounds change, the latency begins anew. */
  #latency(group: Group, bounds: readonly number[]): Latency | undefined {
    const { latency } = group;
    if (latency && String(latency.bounds) === String(bounds)) return latency;
    const width = bounds.length + 1;
    if (latency) this.free(Grid.bytesOfCounts(SCALE, latency.bounds.length + 1));
    const hasRoom = this.take(Grid.bytesOfCounts(SCALE, width));
    group.latency = hasRoom ? { bounds, buckets: Grid.ofCounts(SCALE, width) } : undefined;
    return group.latency;
  }
}

/** Returns up to which latency a histogram with these bounds tells values apart. */
export function measuredTo(bounds: readonly number[] = []): Pick<ServiceCharts, 'measuredTo'> {
  const largest = bounds.filter(Number.isFinite).at(-1);
  return largest === undefined ? {} : { measuredTo: rounded(largest) };
}

function percentileAt(q: number, latency: Latency | undefined, slot: number): number | null {
  if (!latency) return null;
  const { bounds, buckets } = latency;
  const counts = Array.from({ length: bounds.length + 1 }, (_bucket, index) => buckets.sum(slot, WINDOW, index));
  const value = percentile(q, bounds, counts);
  return value === null ? null : rounded(value);
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
