// One trace: its waterfall with the log lines of each span, and all its log lines in order. The reader can go from a
// log line to its span, and back.
import type { SpanOfPage } from '../../contract.ts';
import type { LogRecord, TraceWithLogs } from '../../explore-contract.ts';
import { ApiError, get, messageOf } from '../api.ts';
import { button, fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { hueOf } from '../trace/hue.ts';
import { inWords, rowsOf } from '../trace/flat.ts';
import { traceLinks } from '../trace/trace-links.ts';
import { waterfall } from '../trace/waterfall.ts';
import { bodyOf, logLine, severityMark } from './log-line.ts';
import { partHref, traceIdIn } from './page.ts';
import type { Part } from './page.ts';
import { Poll } from './poll.ts';
import { cut, logsOf } from './trace-logs.ts';
import type { TraceLogs } from './trace-logs.ts';
import { counted, moment } from './words.ts';

const every = 2_000; // ms
/** Milliseconds after a trace's end in which more of its spans and log lines may arrive. */
const settles = 15_000;
const maxSpans = 1_000;
const maxLogs = 500;
/** The most log lines below a span. The list of all log lines has the others. */
const maxBelow = 3;

export class TraceView implements Part {
  readonly #title = h('h2', { tabindex: '-1' }, 'One trace');
  readonly #status = h('p', { class: 'status', role: 'status' });
  readonly #place = h('div', { class: 'one-trace' });
  readonly #poll = new Poll(() => this.#ask(), every);
  #traceId = '';
  /** The span that the URL names, until the page has gone to it. */
  #spanId: string | undefined;
  #drawn = '';

  constructor(place: HTMLElement) {
    fill(place, this.#title, this.#status, this.#place);
  }

  show(parameters: URLSearchParams): void {
    const text = parameters.get('trace') ?? '';
    const traceId = traceIdIn(text);
    this.#spanId = parameters.get('span') ?? undefined;
    this.#title.focus();
    if (traceId === undefined) return this.#refuse(text);
    if (traceId !== this.#traceId) this.#clear(traceId);
    this.#goToSpan();
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  /** Says that the address has something else than a trace id, such as one that was cut when it was copied. */
  #refuse(text: string): void {
    this.#poll.stop();
    this.#clear('');
    fill(
      this.#status,
      h('span', { class: 'bad' }, `There is no trace “${text.slice(0, 100)}”.`),
      ' Expected a trace id: 32 characters, each 0 to 9 or a to f. Was it cut when it was copied? Copy it again, or ',
      chooseAnother(),
    );
  }

  #clear(traceId: string): void {
    this.#traceId = traceId;
    this.#drawn = '';
    fill(this.#place);
    fill(this.#status, 'Reading the trace…');
  }

  async #ask(): Promise<void> {
    const traceId = this.#traceId;
    try {
      const trace = await get<TraceWithLogs | undefined>(`api/explore/traces/${traceId}?absent=204`);
      if (traceId !== this.#traceId) return;
      if (trace) this.#show(trace);
      else this.#showMissing();
    } catch (error) {
      if (traceId !== this.#traceId) return;
      if (error instanceof ApiError && error.status === 404) this.#showMissing();
      else fill(this.#status, h('span', { class: 'bad' }, `${messageOf(error)} This page asks again by itself.`));
    }
  }

  #showMissing(): void {
    fill(
      this.#status,
      `Jaeger has no trace ${this.#traceId}. If the request was made just now: spans take a second or two to ` +
        'arrive, and this page asks again by itself. If it was made minutes ago, its spans were sampled out, ' +
        'or were not sent: ',
      h('a', { href: 'why' }, 'Why no telemetry?'),
      ' If it is older: Jaeger keeps only the newest traces, in memory, until it restarts. Play a new round, or ',
      chooseAnother(),
    );
  }

  #show(trace: TraceWithLogs): void {
    if (Date.now() - trace.start - trace.duration > settles) this.#poll.stop();
    const text = `${trace.traceId} ${rowsOf(trace).length} ${trace.logs.map(({ id }) => id).join()}`;
    if (text !== this.#drawn) this.#draw(trace);
    this.#drawn = text;
    fill(this.#status, summary(trace));
    this.#goToSpan();
    if (this.#spanId !== undefined) this.#status.append(` ${missingSpan(this.#spanId)}`);
  }

  /** Draws the trace again when more of it has arrived. Open rows stay open, and the focus stays. */
  #draw(trace: TraceWithLogs): void {
    const open = new Set([...this.#place.querySelectorAll<HTMLElement>('[aria-expanded="true"]')].map(spanIdOf));
    const focused = document.activeElement instanceof HTMLElement ? selectorOf(document.activeElement) : undefined;
    const logs = logsOf(trace);
    fill(
      this.#place,
      traceLinks(trace.traceId),
      waterfall({ ...trace, roots: cut(trace.roots, maxSpans) }, open, (span) => this.#below(span, trace, logs)),
      this.#logList(trace, logs),
    );
    if (focused !== undefined) this.#focus(focused);
  }

  #below({ spanId }: SpanOfPage, { start }: TraceWithLogs, { bySpan }: TraceLogs): Child {
    const records = bySpan.get(spanId) ?? [];
    if (records.length === 0) return undefined;
    const more = records.length - maxBelow;
    const first = records[maxBelow];
    return h(
      'ul',
      { class: 'span-logs', 'aria-label': 'Its log lines' },
      records.slice(0, maxBelow).map((record) => h('li', {}, this.#shortLine(record, start))),
      first &&
        h(
          'li',
          {},
          button(`${counted(more, 'more log line')}`, () => this.#goToLog(first.id), { class: 'quiet' }),
        ),
    );
  }

  /** Draws a log line below its span. Pressing it goes to the same line in the list of all. */
  #shortLine(record: LogRecord, start: number): HTMLElement {
    return button(
      [
        h('span', { class: 'soft' }, `${sinceStart(record, start)} `),
        severityMark(record),
        ' ',
        bodyOf(record).slice(0, 200),
      ],
      () => this.#goToLog(record.id),
      { class: 'quiet short-log', 'data-log': record.id },
    );
  }

  #logList(trace: TraceWithLogs, logs: TraceLogs): Child {
    const records = trace.logs.filter(({ spanId }) => spanId !== undefined && logs.spans.has(spanId));
    return [
      h('h3', {}, headOf(records.length, logs.others.length)),
      records.length > maxLogs && h('p', { class: 'note' }, `The page shows the first ${maxLogs} of them.`),
      trace.logs.length === 0 && noLogs(),
      h(
        'ol',
        { class: 'log-list' },
        records.slice(0, maxLogs).map((record) => this.#line(record, trace, logs)),
      ),
      logs.others.length > 0 && [
        h('h3', {}, 'Log lines without a span in this trace'),
        h('p', { class: 'soft' }, 'They have the id of this trace. Their span was not sent, or has not arrived yet.'),
        h(
          'ol',
          { class: 'log-list' },
          logs.others.slice(0, maxLogs).map((record) => this.#line(record, trace, logs)),
        ),
      ],
    ];
  }

  #line(record: LogRecord, { start }: TraceWithLogs, { spans }: TraceLogs): HTMLElement {
    const span = spans.get(record.spanId ?? '');
    const name = span && `${span.service} ${span.name}`;
    return logLine(
      record,
      sinceStart(record, start),
      name !== undefined &&
        button(`Span: ${name}`, () => this.#goTo(record.spanId ?? ''), {
          class: `quiet to-span hue-${hueOf(span?.service ?? '')}`,
        }),
    );
  }

  #goToLog(id: number): void {
    this.#focus(`[data-record="${id}"]`);
  }

  #goTo(spanId: string): void {
    this.#focus(`[data-span="${CSS.escape(spanId)}"]`);
  }

  /** Goes to the span that the URL names, once it is there. */
  #goToSpan(): void {
    if (this.#spanId === undefined || !this.#find(`[data-span="${CSS.escape(this.#spanId)}"]`)) return;
    this.#goTo(this.#spanId);
    this.#spanId = undefined;
  }

  #focus(selector: string): void {
    const element = this.#find(selector);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'center' });
  }

  #find(selector: string): HTMLElement | null {
    return this.#place.querySelector<HTMLElement>(selector);
  }
}

/** Returns when a record was made, from the start of the trace. The clocks of two pods may differ a little. */
const sinceStart = ({ time }: LogRecord, start: number): string =>
  `${time < start ? '−' : ''}${inWords(Math.abs(time - start))}`;

const spanIdOf = ({ dataset }: HTMLElement): string => dataset.span ?? '';

/** Returns a selector that finds the focused span, or log line, in the new drawing. */
function selectorOf(element: HTMLElement): string | undefined {
  if (element.dataset.span !== undefined) return `[data-span="${CSS.escape(element.dataset.span)}"]`;
  if (element.dataset.log !== undefined) return `[data-log="${CSS.escape(element.dataset.log)}"]`;
  return element.dataset.record === undefined ? undefined : `[data-record="${element.dataset.record}"]`;
}

function summary(trace: TraceWithLogs): string {
  const [spans, logs] = [rowsOf(trace).length, trace.logs.length];
  const shown = spans > maxSpans ? ` The page draws the first ${counted(maxSpans, 'span')}.` : '';
  return (
    `${counted(spans, 'span')} in ${trace.services.join(', ')}, and ` +
    `${logs === 0 ? 'no log lines' : counted(logs, 'log line')}; ` +
    `${inWords(trace.duration)} in all, from ${moment(trace.start)}.${shown}${reversed(trace)}`
  );
}

/** Says that some spans end before they start. Empty if none does. */
function reversed(trace: TraceWithLogs): string {
  const count = rowsOf(trace).filter(({ span }) => span.endsEarly !== undefined).length;
  if (count === 0) return '';
  return (
    ` The end of ${counted(count, 'span')} is missing, or before the start, so a duration here means little: ` +
    'the code that made the span has set its times.'
  );
}

/** @param others number of log lines that belong to no span of the trace */
function headOf(count: number, others: number): string {
  if (count > 0) return `${counted(count, 'log line')} in order`;
  return others > 0 ? 'No log lines of these spans' : 'No log lines';
}

/** The link is the end of a sentence. */
const chooseAnother = (): HTMLElement =>
  h('span', {}, 'choose another one under ', h('a', { href: partHref('traces') }, 'Traces'), '.');

const missingSpan = (spanId: string): string =>
  `It has no span ${spanId.slice(0, 40)}, which the address names: it was not sent, or has not arrived yet.`;

function noLogs(): HTMLElement {
  return h(
    'p',
    { class: 'soft' },
    'The guide has no log line with the id of this trace. A log line has one if the logger writes it while a span is ' +
      'active, and if the SDK sends logs. The guide keeps only the newest log lines.',
  );
}
