// Compares the attributes of marked traces with those of the other traces: which values, and which pairs of values, are
// more common among the marked ones? The result is evidence. It names no cause.
import { certainDifference } from './proportions.ts';
import { intersection, Layout } from './trace-sets.ts';
import type { TraceAttributes } from './trace-attributes.ts';

/** A value of an attribute, such as `prizes:resource.service.version` and `2.0.0`. */
export interface AttributeText {
  readonly key: string;
  readonly value: string;
}

/**
 * Values that are in exactly the same traces, so no comparison can tell them apart. The shortest comes first, and names
 * of processes and pods come last.
 */
export type Part = readonly AttributeText[];

/** A value, or a pair of values, and how many traces of each group have it. */
export interface Trait {
  readonly parts: readonly [Part] | readonly [Part, Part];
  readonly marked: number;
  readonly others: number;
  /**
   * By how much the shares differ at least, from -1 to 1: see `certainDifference`. Traits are sorted by it. At most 0
   * means that the difference may be chance.
   */
  readonly certain: number;
}

export interface Comparison {
  /** Number of traces in each group. */
  readonly marked: number;
  readonly others: number;
  /** Values and pairs that are more common among the marked traces, the largest difference first. */
  readonly traits: readonly Trait[];
  /** Values that are less common among them, the largest difference first. */
  readonly rarer: readonly Trait[];
  /** Values that describe how a request ended. Traces are marked by them, so they differ in any case. */
  readonly outcomes: readonly Trait[];
  /** Keys with values that only one trace has, such as ids and ports. Those values were not compared. */
  readonly unique: readonly string[];
}

/** Limits of the answer, and of the values that are combined to pairs: those that most marked traces have. */
const LIMITS = { traits: 50, paired: 400, values: 20_000 };

/**
 * Compares the marked traces with the others. It takes less than a second for 2,000 traces.
 *
 * - A value that only one trace has is left out: nobody shares it. Nor is a value that all traces have a difference.
 * - Values are sorted by the difference that is certain, so 3 of 3 traces don't come before 300 of 310.
 * - A pair is listed only if its difference is larger than that of both parts, and each part still makes a difference
 *   among the traces that have the other part.
 */
export function compareTraces(marked: readonly TraceAttributes[], others: readonly TraceAttributes[]): Comparison {
  const comparer = new Comparer(marked, others);
  return comparer.compare();
}

interface Group {
  readonly parts: Trait['parts'];
  readonly set: Uint32Array;
}

type Measured = Group & Trait;

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const OUTCOME = /:(error|exception|http\.status_(code|text)|http\.response\.status_code|otel\.status_\w+)(\.|$)/;
const RPC_OUTCOME = /:(rpc\.(\w+\.)?status_code|db\.response\.status_code|faas\.invocation_status)$/;

const isOutcomeKey = (key: string): boolean => OUTCOME.test(key) || RPC_OUTCOME.test(key);

const isOutcome = ([[name]]: Trait['parts']): boolean => isOutcomeKey(name?.key ?? '');

class Comparer {
  readonly #marked: number;
  readonly #others: number;
  readonly #layout: Layout;
  readonly #unique = new Set<string>();
  readonly #groups: readonly Measured[];

  constructor(marked: readonly TraceAttributes[], others: readonly TraceAttributes[]) {
    [this.#marked, this.#others] = [marked.length, others.length];
    this.#layout = new Layout(marked.length, others.length);
    this.#groups = this.#grouped([...marked, ...others]);
  }

  compare(): Comparison {
    const causes = this.#groups.filter(({ parts }) => !isOutcome(parts));
    const pairs = this.#pairsOf(causes);
    return {
      marked: this.#marked,
      others: this.#others,
      traits: sorted([...causes.filter((trait) => this.#isMoreCommon(trait)), ...pairs]),
      rarer: this.#rarerOf(causes),
      outcomes: sorted(this.#groups.filter((trait) => isOutcome(trait.parts) && this.#isMoreCommon(trait))),
      unique: [...this.#unique].sort(),
    };
  }

  /** Returns all values that some but not all traces have. Values that are in the same traces are one group. */
  #grouped(all: readonly TraceAttributes[]): Measured[] {
    const bySet = new Map<string, { set: Uint32Array; names: AttributeText[] }>();
    for (const { key, value, set } of this.#valuesOf(all)) {
      const id = idOf(set, key);
      const group = bySet.get(id) ?? { set, names: [] };
      group.names.push({ key, value });
      bySet.set(id, group);
    }
    return [...bySet.values()].map(({ set, names }) => this.#measured({ parts: [byLength(names)], set }));
  }

  #valuesOf(all: readonly TraceAttributes[]) {
    const found = [...this.#collected(all)].flatMap(([key, values]) =>
      [...values].map(([value, set]) => ({ key, value, set, count: sum(this.#layout.counts(set)) })),
    );
    for (const { key, count } of found) if (count === 1) this.#unique.add(key);
    return found
      .filter(({ count }) => count > 1 && count < all.length)
      .sort((a, b) => b.count - a.count)
      .slice(0, LIMITS.values);
  }

  #collected(all: readonly TraceAttributes[]): Map<string, Map<string, Uint32Array>> {
    const collected = new Map<string, Map<string, Uint32Array>>();
    all.forEach((attributes, index) => {
      for (const [key, values] of Object.entries(attributes)) {
        const sets = getOr(collected, key, () => new Map<string, Uint32Array>());
        for (const value of values)
          this.#layout.add(
            getOr(sets, value, () => this.#layout.empty()),
            index,
          );
      }
    });
    return collected;
  }

  #measured(group: Group, counts = this.#layout.counts(group.set)): Measured {
    const [marked, others] = counts;
    return { ...group, marked, others, certain: this.#certain(marked, others) };
  }

  #certain(marked: number, others: number): number {
    return certainDifference({ count: marked, total: this.#marked }, { count: others, total: this.#others });
  }

  #isMoreCommon({ marked, others }: Trait): boolean {
    return marked * this.#others > others * this.#marked;
  }

  #rarerOf(causes: readonly Measured[]): Trait[] {
    const rarer = causes.filter(({ marked, others }) => marked * this.#others < others * this.#marked);
    return sorted(
      rarer.map((trait) => ({
        ...trait,
        certain: certainDifference(
          { count: trait.others, total: this.#others },
          { count: trait.marked, total: this.#marked },
        ),
      })),
    );
  }

  #pairsOf(causes: readonly Measured[]): Measured[] {
    const parts = causes.filter(({ marked }) => marked > 1 || this.#marked === 1).sort((a, b) => b.marked - a.marked);
    const pairs = new Map<string, Measured>();
    for (const [index, a] of parts.slice(0, LIMITS.paired).entries())
      for (const b of parts.slice(0, index)) {
        const pair = this.#pairOf(b, a);
        if (pair) getOr(pairs, pair.set.join(), () => pair);
      }
    return [...pairs.values()];
  }

  #pairOf(a: Measured, b: Measured): Measured | undefined {
    const least = Math.max(a.certain, b.certain, 0);
    // What is certain is less than what is found, which is quick to compute. This leaves few of the many pairs.
    if (Math.min(a.marked, b.marked) <= least * this.#marked) return undefined;
    const [marked, others] = this.#layout.counts(a.set, b.set);
    if (marked * this.#others - others * this.#marked <= least * this.#marked * this.#others) return undefined;
    if (this.#certain(marked, others) <= least) return undefined;
    if (!addsTo(a, marked, others) || !addsTo(b, marked, others)) return undefined;
    const group: Group = { parts: [a.parts[0], b.parts[0]], set: intersection(a.set, b.set) };
    return this.#measured(group, [marked, others]);
  }
}

/** Whether the other part of a pair makes a difference among the traces that have this part. */
const addsTo = (part: Trait, marked: number, others: number): boolean =>
  certainDifference({ count: marked, total: part.marked }, { count: others, total: part.others }) > 0;

/** Outcomes are no group with other values, even if they are in the same traces. */
const idOf = (set: Uint32Array, key: string): string => `${isOutcomeKey(key)} ${set.join()}`;

/** Resource attributes that name one process, pod or host. Other names of the same traces say more. */
const INSTANCE = /:resource\.(process|host|os|telemetry|container)\.|instance\.id$|\.pod\.|\.uid$/;

const lengthOf = ({ key, value }: AttributeText): number =>
  key.length + value.length + (INSTANCE.test(key) ? 1_000 : 0);

const byLength = (names: AttributeText[]): AttributeText[] =>
  names.sort((a, b) => lengthOf(a) - lengthOf(b) || (a.key < b.key ? -1 : 1));

const sum = ([marked, others]: readonly [number, number]): number => marked + others;

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Returns the traits with the largest differences first, without their sets. */
const sorted = (traits: readonly Trait[]): Trait[] =>
  [...traits]
    .sort((a, b) => b.certain - a.certain || a.parts.length - b.parts.length)
    .slice(0, LIMITS.traits)
    .map(({ parts, marked, others, certain }) => ({ parts, marked, others, certain }));
