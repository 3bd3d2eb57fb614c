// Compares the attributes of marked traces with those of the other traces: which values, and which pairs of values, are
// more common among the marked ones? The result is evidence. It names no cause.
import { isOrigin, isOutcome, isPlace, rankOf } from './attribute-kinds.ts';
import { certainDifference, chanceOf } from './proportions.ts';
import type { Share } from './proportions.ts';
import { intersection, Layout, union } from './trace-sets.ts';
import type { TraceAttributes } from './trace-attributes.ts';

/** A value of an attribute, such as `prizes:resource.service.version` and `2.0.0`. */
export interface AttributeText {
  readonly key: string;
  readonly value: string;
}

/**
 * Values that are in exactly the same traces, so no comparison can tell them apart. The shortest comes first, and
 * places come last: see `isPlace`.
 */
export type Part = readonly AttributeText[];

export interface Totals {
  readonly marked: number;
  readonly others: number;
}

/** A value, or a pair of values, and how many traces of each group have it. */
export interface Trait {
  readonly parts: readonly [Part] | readonly [Part, Part];
  readonly marked: number;
  readonly others: number;
  /** Number of traces in each group that the counts are a share of. */
  readonly of: Totals;
  /**
   * By how much the shares differ at least, from -1 to 1: see `certainDifference`. Traits are sorted by it.
   */
  readonly certain: number;
  /**
   * Whether the difference may be chance. Among many values that have nothing to do with the marks, some differ by
   * more than a single one would. So it depends on how many were compared. A pair may be chance, too, if one of its
   * parts may add nothing to the other one.
   */
  readonly mayBeChance: boolean;
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
  /**
   * Names and addresses of pods, processes and hosts that are more common. They say where a request ran, and go
   * together with all that the pod has: its version, and its age. They are a share of the traces that report this
   * attribute, so a trace without it is no evidence.
   */
  readonly places: readonly Trait[];
  /**
   * Values that only say which of several drivers began a trace: see trace-drivers.ts. They differ if the learner set
   * the load when the requests began to fail.
   */
  readonly origins: readonly Trait[];
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
  readonly of: Totals;
}

interface Measured extends Group, Omit<Trait, 'mayBeChance'> {
  /** Each part of a pair alone. */
  readonly alone?: readonly [Measured, Measured];
}

/** The traces that have each value, by the key of the attribute and by value. */
type Collected = Map<string, Map<string, Uint32Array>>;

/** The attribute that a value is named after. */
const keyOf = ([[name]]: Trait['parts']): string => name?.key ?? '';

/** The groups of values that are never a cause by themselves. */
const apart = { outcomes: isOutcome, places: isPlace, origins: isOrigin } as const;

const isCause = ({ parts }: Pick<Trait, 'parts'>): boolean =>
  !Object.values(apart).some((isOfGroup) => isOfGroup(keyOf(parts)));

class Comparer {
  readonly #all: Totals;
  readonly #layout: Layout;
  readonly #unique = new Set<string>();
  readonly #groups: readonly Measured[];

  constructor(marked: readonly TraceAttributes[], others: readonly TraceAttributes[]) {
    this.#all = { marked: marked.length, others: others.length };
    this.#layout = new Layout(marked.length, others.length);
    this.#groups = this.#grouped([...marked, ...others]);
  }

  compare(): Comparison {
    const causes = this.#groups.filter(isCause);
    const pairs = this.#pairsOf(causes);
    return {
      ...this.#all,
      traits: sorted([...causes.filter(isMoreCommon), ...pairs], causes.length),
      rarer: rarerOf(causes),
      outcomes: this.#apart('outcomes'),
      places: this.#apart('places'),
      origins: this.#apart('origins'),
      unique: [...this.#unique].sort(),
    };
  }

  #apart(name: keyof typeof apart): Trait[] {
    const group = this.#groups.filter(({ parts }) => apart[name](keyOf(parts)));
    return sorted(group.filter(isMoreCommon), group.length);
  }

  /** Returns all values that some but not all traces have. Values that are in the same traces are one group. */
  #grouped(all: readonly TraceAttributes[]): Measured[] {
    const collected = this.#collected(all);
    const bySet = new Map<string, { set: Uint32Array; names: AttributeText[] }>();
    for (const { key, value, set } of this.#valuesOf(collected, all.length)) {
      const group = getOr(bySet, idOf(set, key), () => ({ set, names: [] }));
      group.names.push({ key, value });
    }
    return [...bySet.values()].map(({ set, names }) => this.#group(set, ordered(names), collected));
  }

  #group(set: Uint32Array, names: Part, collected: Collected): Measured {
    const [marked, others] = this.#layout.counts(set);
    const key = keyOf([names]);
    const of = isPlace(key) ? this.#totalsOf(collected.get(key)) : this.#all;
    return measured({ parts: [names], set, of }, { marked, others });
  }

  /** Counts the traces that have an attribute, whatever its value. */
  #totalsOf(values: ReadonlyMap<string, Uint32Array> = new Map()): Totals {
    const [marked, others] = this.#layout.counts([...values.values()].reduce(union, this.#layout.empty()));
    return { marked, others };
  }

  #valuesOf(collected: Collected, total: number) {
    const found = [...collected].flatMap(([key, values]) =>
      [...values].map(([value, set]) => ({ key, value, set, count: sum(this.#layout.counts(set)) })),
    );
    for (const { key, count } of found) if (count === 1) this.#unique.add(key);
    return found
      .filter(({ count }) => count > 1 && count < total)
      .sort((a, b) => b.count - a.count)
      .slice(0, LIMITS.values);
  }

  #collected(all: readonly TraceAttributes[]): Collected {
    const collected: Collected = new Map();
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

  #pairsOf(causes: readonly Measured[]): Measured[] {
    const parts = causes
      .filter(({ marked }) => marked > 1 || this.#all.marked === 1)
      .sort((a, b) => b.marked - a.marked);
    const pairs = new Map<string, Measured>();
    for (const [index, a] of parts.slice(0, LIMITS.paired).entries())
      for (const b of parts.slice(0, index)) {
        const pair = this.#pairOf(b, a);
        if (pair) getOr(pairs, pair.set.join(), () => pair);
      }
    return [...pairs.values()];
  }

  #pairOf(a: Measured, b: Measured): Measured | undefined {
    const of = this.#all;
    const least = Math.max(a.certain, b.certain, 0);
    // What is certain is less than what is found, which is quick to compute. This leaves few of the many pairs.
    if (Math.min(a.marked, b.marked) <= least * of.marked) return undefined;
    const [marked, others] = this.#layout.counts(a.set, b.set);
    if (marked * of.others - others * of.marked <= least * of.marked * of.others) return undefined;
    if (certain({ marked, others }, of) <= least) return undefined;
    if (!addsTo(a, marked, others) || !addsTo(b, marked, others)) return undefined;
    const group: Group = { parts: [a.parts[0], b.parts[0]], set: intersection(a.set, b.set), of };
    return { ...measured(group, { marked, others }), alone: [a, b] };
  }
}

const sharesOf = (counts: Totals, of: Totals): readonly [Share, Share] => [
  { count: counts.marked, total: of.marked },
  { count: counts.others, total: of.others },
];

const certain = (counts: Totals, of: Totals): number => certainDifference(...sharesOf(counts, of));

const measured = (group: Group, counts: Totals): Measured => ({
  ...group,
  ...counts,
  certain: certain(counts, group.of),
});

const isMoreCommon = ({ marked, others, of }: Measured): boolean => marked * of.others > others * of.marked;

const swapped = ({ marked, others }: Totals): Totals => ({ marked: others, others: marked });

/** Returns the traits that are less common among the marked traces. What is certain is how much less. */
const rarerOf = (causes: readonly Measured[]): Trait[] =>
  sorted(
    causes
      .filter(({ marked, others, of }) => marked * of.others < others * of.marked)
      .map((trait) => measured({ ...trait, of: swapped(trait.of) }, swapped(trait))),
    causes.length,
  ).map((trait) => ({ ...trait, ...swapped(trait), of: swapped(trait.of) }));

/** Whether the other part of a pair makes a difference among the traces that have this part. */
const addsTo = (part: Measured, marked: number, others: number): boolean => certain({ marked, others }, part) > 0;

/**
 * With a confidence of 95 % none of the differences that count is chance. So each has 2.5 % in its direction, divided
 * by how many were looked at: Bonferroni's correction.
 */
const RISK = 0.025;

/** @param compared how many values were compared, of which this trait is one, or two together */
function mayBeChance({ marked, others, of, alone }: Measured, compared: number): boolean {
  const isWithin = (total: Totals, looks: number): boolean =>
    chanceOf(...sharesOf({ marked, others }, total)) > RISK / Math.max(1, looks);
  if (!alone) return isWithin(of, compared);
  return isWithin(of, (compared * (compared - 1)) / 2) || alone.some((part) => isWithin(part, compared));
}

/** Outcomes and origins are no group with other values, even if they are in the same traces. */
const idOf = (set: Uint32Array, key: string): string => `${isOutcome(key)} ${isOrigin(key)} ${set.join()}`;

const lengthOf = ({ key, value }: AttributeText): number => key.length + value.length;

/** Orders names of the same traces: those that say most come first, and the shortest of them. */
const ordered = (names: AttributeText[]): AttributeText[] =>
  names.sort((a, b) => rankOf(a.key) - rankOf(b.key) || lengthOf(a) - lengthOf(b) || (a.key < b.key ? -1 : 1));

const sum = ([marked, others]: readonly [number, number]): number => marked + others;

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/**
 * Returns the traits with the largest differences first, without their sets.
 * @param compared how many values were compared
 */
const sorted = (traits: readonly Measured[], compared: number): Trait[] =>
  [...traits]
    .sort((a, b) => b.certain - a.certain || a.parts.length - b.parts.length)
    .slice(0, LIMITS.traits)
    .map((trait) => {
      const { parts, marked, others, of } = trait;
      return { parts, marked, others, of, certain: trait.certain, mayBeChance: mayBeChance(trait, compared) };
    });
