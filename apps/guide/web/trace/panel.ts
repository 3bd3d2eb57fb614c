// The panel that shows the newest trace. It asks the guide for the trace until all spans have arrived, and draws the
// spans as they arrive.
import { ApiError, get, messageOf } from '../api.ts';
import type { SpanOfPage, TraceOfPage } from '../../contract.ts';
import { byId, fill, h } from '../dom.ts';
import type { Flow } from '../map/flow.ts';
import type { Store } from '../store.ts';
import { BeforeAfter } from './before-after.ts';
import { drawnRequest } from './drawn-request.ts';
import type { DrawnRequest } from './drawn-request.ts';
import { inWords, isFromAnother, isWhole, rowsOf } from './flat.ts';
import { Pieces } from './pieces.ts';
import { piecesView } from './pieces-view.ts';
import { traceLinks } from './trace-links.ts';
import { waterfall } from './waterfall.ts';
import type { Marks } from './waterfall.ts';

const pause = 400; // ms
/** Milliseconds for which a panel that has seen no span asks more often, because then most traces come. */
const soon = 2_000;
const shortPause = 150; // ms
/**
 * Milliseconds that the panel waits for a trace. The SDK sends spans at least every 5 s. So if a trace takes longer
 * than this limit, something is wrong.
 */
const patience = 12_000;
/** Milliseconds without a new span after which a complete trace counts as final. */
const quiet = 2_000;

/** What has arrived of a trace so far. */
interface Arrival {
  size: number;
  /** When the latest new span arrived. */
  grown: number;
  /** Where the page stood after it scrolled to the trace. It is undefined before that. */
  scrolledTo?: number;
}

export interface TraceQuery {
  traceId: string;
  /** The service that the request went to. The trace should have spans of this service. */
  service?: string;
  /** Name of the pod that should have made the spans of `service`. The panel does not draw a trace from another pod. */
  pod?: string;
  /**
   * Id of the trace that the caller of `service` has started. It is set only if `service` did not continue that trace,
   * but started another one.
   */
  caller?: string;
  /** The services that the request should join in one trace. Without them, the panel shows no pieces. */
  joins?: readonly string[];
  /** Whether the learner has just asked for this trace, so that the page scrolls to it. */
  reveal?: boolean;
}

export class TracePanel {
  readonly #status = byId('trace-status');
  readonly #place = byId('waterfall');
  readonly #store: Store;
  /** Number of the latest call of `show`. A new call increases it, which ends the wait of the previous call. */
  #turn = 0;
  #drawn = '';
  #latest: DrawnRequest | undefined;
  /** What the latest trace was asked for with. */
  #query: Partial<TraceQuery> = {};
  readonly #pieces = new Pieces(tracesOf);
  readonly #beforeAfter = new BeforeAfter(() => this.#latest && this.#draw(this.#latest, this.#query));

  /** Is called with what becomes of the spans of the newest request. */
  onFlow: (flow: Flow) => void = () => {};

  constructor(store: Store) {
    this.#store = store;
  }

  /** Shows the trace that the panel showed before the page was reloaded. */
  restore(): void {
    const traceId = this.#store.get<string>('trace');
    if (traceId) void this.#restore(traceId);
  }

  /**
   * Waits for a trace and shows it.
   * @returns the complete trace. It is undefined if no complete trace arrived in time, or if the panel was asked for
   * another trace meanwhile.
   */
  async show(query: TraceQuery): Promise<TraceOfPage | undefined> {
    const turn = ++this.#turn;
    const { traceId } = query;
    fill(this.#status, 'Waiting for the spans of ', traceName(traceId), '…');
    this.onFlow({ kind: 'waiting' });
    const seen: Arrival = { size: 0, grown: performance.now() };
    const end = seen.grown + patience;
    while (performance.now() < end) {
      const request = await this.#arrived(query);
      if (turn !== this.#turn) return undefined;
      if (request && (isOfAnotherPod(request.whole, query) || this.#hasAll(request, seen, query))) return request.whole;
      const other = request && (await this.#insteadOf(request.whole, query));
      if (other && turn === this.#turn) return this.show(other);
      await new Promise((resolve) =>
        setTimeout(resolve, end - patience + soon > performance.now() ? shortPause : pause),
      );
      if (turn !== this.#turn) return undefined;
    }
    this.#reportTimeout(seen.size, query);
    return undefined;
  }

  /** Returns what has arrived of a request so far, or undefined if nothing has. */
  async #arrived({ traceId, joins = [] }: Pick<TraceQuery, 'traceId' | 'joins'>): Promise<DrawnRequest | undefined> {
    const trace = await this.#ask(traceId);
    return trace && drawnRequest(await this.#pieces.of(trace, joins), joins);
  }

  /** Draws the trace if it has new spans. @returns whether the trace is complete and has had no new span for a while */
  #hasAll(request: DrawnRequest, seen: Arrival, query: TraceQuery): boolean {
    const { whole: trace } = request;
    const size = rowsOf(trace).length;
    if (size !== seen.size) {
      Object.assign(seen, { size, grown: performance.now() });
      this.#draw(request, query);
      this.onFlow({ kind: 'arrived', trace });
      if (query.reveal) this.#reveal(seen);
    }
    return isComplete(request, query) && performance.now() - seen.grown > quiet;
  }

  /** Scrolls to the trace, and again when it has grown, unless the learner has scrolled meanwhile. */
  #reveal(seen: Arrival): void {
    if (seen.scrolledTo !== undefined && seen.scrolledTo !== position()) return;
    byId('trace').scrollIntoView({ block: 'nearest' });
    seen.scrolledTo = position();
  }

  /**
   * Finds the trace to show instead of the one that has arrived: that which the service has started itself, or again
   * that of the caller, once the service's spans have come there. Then the other trace was of another request.
   */
  async #insteadOf(trace: TraceOfPage, query: TraceQuery): Promise<TraceQuery | undefined> {
    const { caller, joins = [], ...rest } = query;
    if (joins.length > 0) return undefined;
    if (caller !== undefined) return (await this.#isJoined(caller, query)) ? { ...rest, traceId: caller } : undefined;
    const own = await this.#begunBy(query.service, trace);
    return own === undefined ? undefined : { ...query, traceId: own, caller: query.traceId };
  }

  async #isJoined(traceId: string, { service = '' }: TraceQuery): Promise<boolean> {
    return (await this.#ask(traceId))?.services.includes(service) ?? false;
  }

  /**
   * Finds a trace that the service has started itself, because the service did not continue its caller's trace.
   * @returns the id of the trace that the service has started
   */
  async #begunBy(service: string | undefined, { services, start, duration }: TraceOfPage): Promise<string | undefined> {
    if (service === undefined || services.includes(service)) return undefined;
    const traces = await tracesOf(service, start, start + duration).catch(() => []);
    // A trace that began elsewhere, such as a round of the load, was not started by the service. As long as only spans
    // of the service have come, the first of them is an orphan.
    return traces.findLast(({ roots: [root] }) => root?.service === service && !root.orphan)?.traceId;
  }

  /** Returns a span of a trace, if the panel shows this trace. */
  spanIn(traceId: string, spanId: string): SpanOfPage | undefined {
    const trace = this.#latest?.whole.traceId === traceId ? this.#latest.whole : undefined;
    return trace && rowsOf(trace).find(({ span }) => span.spanId === spanId)?.span;
  }

  /** Takes the trace that is shown as the one from before the Run that has just completed. */
  ranAgain(): void {
    this.#beforeAfter.keep(this.#latest);
  }

  /** Shows the message that the request made no trace. */
  none(): void {
    this.#turn += 1;
    fill(this.#status, 'The guide made no trace of that: its own instrumentation is none. ', why());
  }

  async #restore(traceId: string): Promise<void> {
    const turn = ++this.#turn;
    const joins = this.#store.get<readonly string[]>('joins') ?? [];
    const request = await this.#arrived({ traceId, joins });
    if (turn !== this.#turn) return;
    if (request) return this.#draw(request);
    this.#store.remove('trace');
    fill(
      this.#status,
      'Jaeger no longer has the trace shown here before, ',
      traceName(traceId),
      '. It keeps a limited number of traces in memory, and a restart deletes them. ' +
        'Play a round or ask dice again to see a new one.',
    );
  }

  async #ask(traceId: string): Promise<TraceOfPage | undefined> {
    try {
      // A trace that has not arrived yet is not an error. With 204 the browser's console shows none.
      return await get<TraceOfPage | undefined>(`api/traces/${traceId}?absent=204`);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) fill(this.#status, messageOf(error));
      return undefined;
    }
  }

  #draw(request: DrawnRequest, query: Partial<TraceQuery> = {}): void {
    const { service = '', caller } = query;
    const { whole: trace } = request;
    const open = new Set(
      [...this.#place.querySelectorAll<HTMLElement>('[aria-expanded="true"]')].map(({ dataset }) => dataset.span ?? ''),
    );
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.span : undefined;
    const fresh = newIn(trace, this.#latest?.whole);
    this.#drawn = summary(request);
    fill(
      this.#status,
      this.#drawn,
      caller !== undefined && [
        ` ${service} started a trace of its own, because it did not read the context from the headers. See `,
        h('a', { href: `traces/${caller}` }, 'the trace of the request'),
        ' too.',
      ],
    );
    fill(
      this.#place,
      request.pieces.length === 1 && traceLinks(trace.traceId),
      this.#beforeAfter.around(request, open, (words) => newest(request, open, { fresh, words })),
    );
    if (focused) this.#place.querySelector<HTMLElement>(`[data-span="${focused}"]`)?.focus();
    this.#store.set('trace', trace.traceId);
    this.#store.set('joins', request.joins);
    [this.#latest, this.#query] = [request, query];
  }

  #reportMissing(traceId: string): void {
    // A trace of an earlier request must not stand below a message about this one.
    fill(this.#place);
    this.#latest = undefined;
    this.onFlow({ kind: 'stopped' });
    fill(
      this.#status,
      `No span of this trace has come within ${patience / 1000} s: `,
      traceName(traceId),
      '. If you sample, it may have been dropped: try again. ',
      why(),
    );
  }

  #reportTimeout(size: number, query: TraceQuery): void {
    if (size === 0) this.#reportMissing(query.traceId);
    else this.#reportIncomplete(query);
  }

  #reportIncomplete(query: TraceQuery): void {
    const request = this.#latest;
    if (!request || isComplete(request, query)) return;
    const { service } = query;
    const { whole: trace } = request;
    if (service !== undefined && !trace.services.includes(service)) {
      this.onFlow({ kind: 'stopped', trace });
      fill(this.#status, `${this.#drawn} None of them is of ${service}. `, why());
    } else fill(this.#status, `${this.#drawn} Some spans are missing: see which spans have lost their parent.`);
  }
}

/** Returns the ids of the spans that were not there when the page drew the trace before. */
function newIn(trace: TraceOfPage, drawn: TraceOfPage | undefined): Set<string> {
  const known = new Set(drawn?.traceId === trace.traceId ? rowsOf(drawn).map(({ span }) => span.spanId) : []);
  return new Set(
    rowsOf(trace)
      .map(({ span }) => span.spanId)
      .filter((id) => !known.has(id)),
  );
}

/** Returns how far the page and the column of the trace are scrolled, in pixels. */
const position = (): number => scrollY + byId('results').scrollTop;

function isComplete({ whole, pieces }: DrawnRequest, { service }: TraceQuery): boolean {
  return pieces.every(isWhole) && (service === undefined || whole.services.includes(service));
}

/** Searches Jaeger for the traces of a service that began in a period. @throws if the guide can't read them */
async function tracesOf(service: string, since: number, until: number): Promise<readonly TraceOfPage[]> {
  const query = new URLSearchParams({ service, since: String(since), until: String(until) });
  return (await get<{ traces: readonly TraceOfPage[] }>(`api/traces?${query.toString()}`)).traces;
}

const newest = ({ whole, pieces, joins }: DrawnRequest, open: ReadonlySet<string>, marks: Marks): HTMLElement =>
  pieces.length === 1 ? waterfall(whole, open, undefined, marks) : piecesView(pieces, { joins, open, marks });

export function isOfAnotherPod(trace: TraceOfPage, { service, pod }: Pick<TraceQuery, 'service' | 'pod'>): boolean {
  return service !== undefined && pod !== undefined && isFromAnother(trace, service, pod);
}

function summary({ whole, pieces }: DrawnRequest): string {
  const count = rowsOf(whole).length;
  const spans = count === 1 ? 'span' : 'spans';
  const traces = pieces.length === 1 ? '' : `One request, ${pieces.length} traces: `;
  return `${traces}${count} ${spans} in ${whole.services.join(', ')}; ${inWords(whole.duration)} in all.`;
}

function traceName(traceId: string): HTMLElement {
  return h('code', {}, traceId);
}

function why(): HTMLElement {
  return h('a', { href: 'why' }, 'Why is there no telemetry?');
}
