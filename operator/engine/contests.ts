// Remembers repairs that do not last. If somebody puts fields back again and again, repairs would never end. So the
// operator pauses them and reports the fields.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Surplus } from './surplus.ts';

/** An object whose repair somebody has undone several times. */
export interface Contest {
  readonly object: KubeObject;
  /** Fields that somebody puts back. */
  readonly fields: readonly string[];
  /** Managers that put them back. */
  readonly managers: readonly string[];
}

interface Record extends Contest {
  readonly repairs: number;
  readonly lastRepair: number;
  /** Whether the fields were back after the last repair. */
  isBack: boolean;
}

/** Number of repairs after which the next one waits. */
const MAX_REPAIRS = 3;
/** Milliseconds for which repairs wait. Then the count starts anew. */
const PAUSE_MS = 10 * 60_000;

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
const idOf = ({ kind, metadata: { namespace, name } }: KubeObject): string => `${kind} ${namespace ?? ''}/${name}`;

export class Contests {
  readonly #records = new Map<string, Record>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a repair. */
  removed(object: KubeObject, surplus: readonly Surplus[]): void {
    const fields = unique(surplus.map(({ field }) => field));
    const managers = unique(surplus.map(({ manager }) => manager));
    const repairs = (this.#recent(object)?.repairs ?? 0) + 1;
    this.#records.set(idOf(object), { object, fields, managers, repairs, lastRepair: this.#now(), isBack: false });
  }

  /** Whether the object has been repaired so often that the next repair waits. The caller has found fields again. */
  isContested(object: KubeObject): boolean {
    const record = this.#recent(object);
    if (!record || record.repairs < MAX_REPAIRS) return false;
    record.isBack = true;
    return true;
  }

  /** Returns the contests in a namespace. */
  in(namespace: string): readonly Contest[] {
    return [...this.#records.values()].filter(
      ({ object, isBack }) => isBack && object.metadata.namespace === namespace && this.#recent(object) !== undefined,
    );
  }

  #recent(object: KubeObject): Record | undefined {
    const record = this.#records.get(idOf(object));
    if (!record || this.#now() - record.lastRepair < PAUSE_MS) return record;
    this.#records.delete(idOf(object));
    return undefined;
  }
}
