// A ring of log records, as JSON in one buffer of a fixed size. A buffer makes no work for the garbage collector,
// however many records a second arrive. The oldest records leave first.
import { attributesKey } from '../../../../otlp/attributes.ts';
import { OBJECT, sum, textBytes } from './budget.ts';
import type { LogRecord, Severity } from '../../explore-contract.ts';

/** What the records of a pod and a logger have in common. */
export type Origin = Pick<LogRecord, 'service' | 'scope' | 'resource'>;
/** The rest of a record, which is in the buffer. */
export type Content = Omit<LogRecord, keyof Origin | 'id' | 'severity'>;

interface Entry {
  readonly id: number;
  readonly severity: Severity;
  readonly origin: SharedOrigin;
  readonly start: number;
  readonly length: number;
}

/** An origin, and how many records in the ring have it. */
export interface SharedOrigin {
  /** The origin as JSON. */
  readonly json: string;
  readonly service: string;
  records: number;
}

/** Memory for an entry, in bytes. */
const ENTRY = 144;
const originBytes = ({ json, service }: SharedOrigin): number => 2 * textBytes(json) + textBytes(service) + OBJECT;

export interface LogFilter {
  /** Only records with a larger id. */
  readonly after?: number | undefined;
  readonly service?: string | undefined;
  readonly severities?: ReadonlySet<Severity> | undefined;
  readonly traceId?: string | undefined;
  /** Only records with this text in body, attribute values or event name, ignoring case. */
  readonly text?: string | undefined;
  /** The most records: the newest. */
  readonly limit: number;
}

export class LogRing {
  readonly #buffer: Buffer;
  readonly #limit: number;
  readonly #origins = new Map<string, SharedOrigin>();
  /** Oldest first. The entries before `#first` have left. */
  #entries: Entry[] = [];
  #first = 0;
  /** Where the next record begins in the buffer. */
  #end = 0;
  #originBytes = 0;

  /** @param bytes memory for everything. Two fifths of it are for what the buffer does not hold. */
  constructor(bytes: number) {
    this.#buffer = Buffer.alloc(Math.floor(bytes * 0.6));
    this.#limit = bytes - this.#buffer.length;
  }

  /** Returns the origin to pass to `add` with each of its records. */
  origin(origin: Origin): SharedOrigin {
    const json = attributesKey({ ...origin });
    return this.#origins.get(json) ?? { json, service: origin.service, records: 0 };
  }

  /**
   * Adds a record.
   * @param content a Content as JSON
   * @returns how many older records left for it, or undefined if it is too large
   */
  add({ id, severity, origin }: Pick<Entry, 'id' | 'severity' | 'origin'>, content: Buffer): number | undefined {
    const { length } = content;
    if (length > this.#buffer.length / 4 || originBytes(origin) > this.#limit / 4) return undefined;
    const start = this.#end + length > this.#buffer.length ? 0 : this.#end;
    const left = this.#makeRoom(start, length, origin);
    content.copy(this.#buffer, start);
    this.#end = start + length;
    this.#hold(origin);
    this.#entries.push({ id, severity, origin, start, length });
    return left;
  }

  get bytes(): number {
    return sum(this.#live().map(({ length }) => length)) + this.#extraBytes();
  }

  get services(): string[] {
    return [...this.#origins.values()].map(({ service }) => service);
  }

  /** Returns the newest records that match, oldest first. */
  find(filter: LogFilter): LogRecord[] {
    const found: LogRecord[] = [];
    for (let at = this.#entries.length - 1; at >= this.#first && found.length < filter.limit; at -= 1) {
      const entry = this.#entries[at];
      if (entry === undefined || entry.id <= (filter.after ?? -1)) break;
      if (this.#mayMatch(entry, filter)) found.push(...this.#read(entry, filter.text));
    }
    return found.reverse();
  }

  #mayMatch({ severity, origin, start, length }: Entry, { severities, service, traceId }: LogFilter): boolean {
    if (service !== undefined && origin.service !== service) return false;
    if (severities !== undefined && !severities.has(severity)) return false;
    return traceId === undefined || this.#buffer.subarray(start, start + length).includes(`"traceId":"${traceId}"`);
  }

  #read({ id, severity, origin, start, length }: Entry, text: string | undefined): LogRecord[] {
    const content = JSON.parse(this.#buffer.toString('utf8', start, start + length)) as Content;
    if (text !== undefined && !hasText(content, text.toLowerCase())) return [];
    return [{ id, severity, ...(JSON.parse(origin.json) as Origin), ...content }];
  }

  #live(): Entry[] {
    return this.#entries.slice(this.#first);
  }

  #extraBytes(): number {
    return (this.#entries.length - this.#first) * ENTRY + this.#originBytes;
  }

  #hold(origin: SharedOrigin): void {
    if (origin.records === 0) {
      this.#origins.set(origin.json, origin);
      this.#originBytes += originBytes(origin);
    }
    origin.records += 1;
  }

  /** Removes the oldest records until there is room for a new one. @returns how many */
  #makeRoom(start: number, length: number, origin: SharedOrigin): number {
    let left = 0;
    const extra = () => ENTRY + (origin.records === 0 ? originBytes(origin) : 0);
    const isFull = () => this.#overlaps(start, length) || this.#extraBytes() + extra() > this.#limit;
    while (this.#first < this.#entries.length && isFull()) {
      this.#removeOldest();
      left += 1;
    }
    return left;
  }

  /** Returns whether the oldest record lies where the new one goes. All others come after it. */
  #overlaps(start: number, length: number): boolean {
    const oldest = this.#entries[this.#first];
    if (oldest === undefined) return false;
    const wraps = start < this.#end;
    const isBehind = wraps && oldest.start >= this.#end;
    return isBehind || (oldest.start < start + length && start < oldest.start + oldest.length);
  }

  #removeOldest(): void {
    const oldest = this.#entries[this.#first];
    this.#first += 1;
    if (this.#first * 2 > this.#entries.length) {
      this.#entries = this.#live();
      this.#first = 0;
    }
    if (oldest) this.#release(oldest.origin);
  }

  #release(origin: SharedOrigin): void {
    origin.records -= 1;
    if (origin.records > 0) return;
    this.#origins.delete(origin.json);
    this.#originBytes -= originBytes(origin);
  }
}

function hasText({ body, eventName, attributes }: Content, text: string): boolean {
  if (body.toLowerCase().includes(text) || eventName?.toLowerCase().includes(text)) return true;
  return Object.values(attributes).some((value) => textOf(value).toLowerCase().includes(text));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
