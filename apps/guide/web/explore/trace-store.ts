// The traces of the page "Explore" and the marks on them. A worker reads the traces and compares them.
import { fits, inWords } from './trace-filter.ts';
import type { TraceFilter } from './trace-filter.ts';
import type { Compared, Matched, Question, Reading, Reply, TraceRow, Wanted } from './trace-messages.ts';

/** A question that the worker answers with its id. */
type Asked = Extract<Question, { id: number }>;
type Answer = Extract<Reply, { id: number }>;

/** The traces that are marked, and by what, such as `failed traces with prizes`. */
export interface Marks {
  readonly ids: ReadonlySet<string>;
  readonly reason: string;
  /** Marks traces that are read later, too. Undefined if the reader chose the traces one by one, or with a box. */
  readonly filter?: TraceFilter;
}

/** The traces that fit a filter. */
export interface Found {
  readonly rows: readonly TraceRow[];
  /** Say how many traces have what the filter asks for, or why none has it. */
  readonly hints: Matched['hints'];
}

const noHints = { attribute: '', operation: '' };

export class TraceStore {
  readonly rows = new Map<string, TraceRow>();
  /** How far the worker has read. Undefined before the first page. */
  reading: Reading | undefined;
  /** Why the last reading ended early. */
  failure: string | undefined;
  marks: Marks = { ids: new Set(), reason: '' };
  #isReading = false;
  #worker: Worker | undefined;
  #asked = 0;
  #marking = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners: (() => void)[] = [];

  /** Calls `listener` when there are more traces or other marks. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** Reads the traces that are new since the last time. */
  read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.failure = undefined;
    this.#post({ ask: 'read' });
    this.#changed();
  }

  mark(ids: Iterable<string>, reason: string): void {
    this.#marking += 1;
    this.marks = { ids: new Set(ids), reason };
    this.#changed();
  }

  /** Marks the traces that fit a filter, and does so again when more have been read. */
  async markFitting(filter: TraceFilter): Promise<void> {
    const marking = (this.#marking += 1);
    const { rows } = await this.find(filter);
    if (marking === this.#marking)
      this.marks = { ids: new Set(rows.map(({ traceId }) => traceId)), reason: inWords(filter), filter };
    this.#changed();
  }

  async find(filter: TraceFilter): Promise<Found> {
    const { attribute, operation, service } = filter;
    const asksWorker = attribute !== '' || operation !== '';
    const matched = asksWorker ? await this.#match({ attribute, operation, service }) : undefined;
    const fitting = [...this.rows.values()].filter((row) => fits(filter, row));
    if (!matched) return { rows: fitting, hints: noHints };
    const ids = new Set(matched.traceIds);
    return { rows: fitting.filter(({ traceId }) => ids.has(traceId)), hints: matched.hints };
  }

  /** Marks a trace, or takes its mark away. */
  toggle(traceId: string): void {
    const ids = new Set(this.marks.ids);
    if (!ids.delete(traceId)) ids.add(traceId);
    this.mark(ids, 'traces that you chose');
  }

  /** When the first marked trace started. Infinity if none is marked. */
  get firstMarked(): number {
    return [...this.marks.ids].reduce((first, id) => Math.min(first, this.rows.get(id)?.start ?? first), Infinity);
  }

  async #match(wanted: Wanted): Promise<Matched> {
    const answer = await this.#ask((id) => ({ ask: 'match', id, wanted }));
    return answer.tell === 'matched' ? answer : { traceIds: [], hints: noHints };
  }

  /**
   * Compares the marked traces with the others. `took` is in milliseconds.
   * @param since leaves out traces that started before, if given
   */
  async compare(since?: number): Promise<(Compared & { took: number }) | undefined> {
    const marked = [...this.marks.ids];
    const begin = since === undefined ? {} : { since };
    const answer = await this.#ask((id) => ({ ask: 'compare', id, marked, ...begin }));
    return answer.tell === 'compared' ? answer : undefined;
  }

  #ask(question: (id: number) => Asked): Promise<Answer> {
    const id = (this.#asked += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#post(question(id));
    });
  }

  #post(question: Question): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
  }

  #start(): Worker {
    const worker = new Worker('assets/explore-worker.js', { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#hear(data));
    worker.addEventListener('error', () => this.#fail('The part of this page that reads traces did not start.'));
    return worker;
  }

  #hear(reply: Reply): void {
    if (reply.tell === 'rows') this.#add(reply.rows, reply.reading);
    else if (reply.tell === 'failed') this.#fail(reply.message);
    else {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    }
  }

  #add(rows: readonly TraceRow[], reading: Reading): void {
    for (const row of rows) this.rows.set(row.traceId, row);
    this.reading = reading;
    this.#isReading = reading.state === 'reading';
    const { filter } = this.marks;
    if (filter) void this.markFitting(filter);
    else this.#changed();
  }

  #fail(message: string): void {
    this.failure = message;
    this.#isReading = false;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
