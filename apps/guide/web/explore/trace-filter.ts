// Which traces the list shows, and in which order. The filter is in the page's URL.
import type { Counted, Failure } from '../../../../otlp/failures.ts';
import type { TraceRow } from './trace-messages.ts';
import { clock } from './words.ts';

export interface TraceFilter {
  readonly service: string;
  /** Text in the name of a span, of the service if there is one, ignoring case. The worker finds these traces. */
  readonly operation: string;
  /** Milliseconds. */
  readonly min?: number;
  readonly max?: number;
  readonly isFailed: boolean;
  /** A span of the service failed with this status, such as `404`: see `failureIn`. Empty for traces of any status. */
  readonly status: string;
  /** Which spans have the status: those that this chart of the service counts. */
  readonly counted: Counted;
  /** See `wantedIn`. The worker finds these traces, because it has the attributes. */
  readonly attribute: string;
  /**
   * The trace was under way in this time, in milliseconds since the epoch. With a status: a span that failed with it
   * ended in this time.
   */
  readonly from?: number;
  readonly until?: number;
}

export const columns = ['start', 'service', 'operation', 'duration', 'spans', 'errors'] as const;
export type Column = (typeof columns)[number];
export interface Order {
  readonly column: Column;
  readonly isDescending: boolean;
}

const numeric = ['min', 'max', 'from', 'until'] as const;

/** Reads a number from 0 on. Undefined for any other text. */
function numberIn(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return number >= 0 && number < Infinity ? number : undefined;
}

const STATUS = /^([45](\d\d|xx)|error)$/;

/** Reads a filter from the parameters of the page. It ignores what `ignoredIn` names. */
export function filterOf(parameters: URLSearchParams): TraceFilter {
  const numbers = numeric.flatMap((name) => {
    const number = numberIn(parameters.get(name) ?? '');
    return number === undefined ? [] : [[name, number]];
  });
  const service = parameters.get('service') ?? '';
  const status = parameters.get('status') ?? '';
  return {
    service,
    operation: parameters.get('operation') ?? '',
    isFailed: parameters.get('error') === 'true',
    status: service !== '' && STATUS.test(status) ? status : '',
    counted: parameters.get('spans') === 'internal' ? 'internal' : 'server',
    attribute: parameters.get('attribute') ?? '',
    ...(Object.fromEntries(numbers) as Pick<TraceFilter, 'min' | 'max' | 'from' | 'until'>),
  };
}

/** Says which parameters of the page's address the filter ignores, and what they should be. Empty if there are none. */
export function ignoredIn(parameters: URLSearchParams): string[] {
  const expected: [name: string, isRight: (text: string) => boolean, form: string][] = [
    ...numeric.map((name): [string, (text: string) => boolean, string] => [
      name,
      (text) => numberIn(text) !== undefined,
      'milliseconds from 0 on',
    ]),
    ['status', (text) => STATUS.test(text), 'a status from 400 to 599, 4xx, 5xx or error'],
    ['spans', (text) => text === 'server' || text === 'internal', 'server or internal'],
    ['error', (text) => text === 'true' || text === 'false', 'true or false'],
  ];
  return expected.flatMap(([name, isRight, form]) => {
    const text = parameters.get(name) ?? '';
    const found = `${name}=${text.slice(0, 40)}`;
    return text === '' || isRight(text) ? [] : [`The address has ${found}, which is ignored: expected ${form}.`];
  });
}

/** Returns the filter without the parts that no field of the search shows. An error bar sets them. */
export function withoutBar(filter: TraceFilter): TraceFilter {
  const parameters = new URLSearchParams(parametersOf(filter));
  for (const name of ['status', 'spans', 'from', 'until']) parameters.delete(name);
  return filterOf(parameters);
}

/** Says what a filter asks for that no field of the search shows. Empty if it asks for nothing else. */
export function barInWords(filter: TraceFilter): string {
  const text = [filter.status !== '' && failureInWords(filter), timeInWords(filter)].filter(Boolean).join(' ');
  return text && `traces ${text}`;
}

/** Returns the parameters from which `filterOf` reads the filter. */
export function parametersOf({ isFailed, counted, ...filter }: TraceFilter): Record<string, string> {
  const spans = filter.status === '' ? '' : counted;
  const given = Object.entries({ ...filter, spans, error: isFailed ? 'true' : '' });
  return Object.fromEntries(
    given.map(([name, value]) => [name, String(value)] as const).filter(([, value]) => value !== ''),
  );
}

/** Whether a trace fits all of the filter but its attribute and its operation. */
export function fits(filter: TraceFilter, row: TraceRow): boolean {
  const { service, isFailed } = filter;
  return (service === '' || row.services.includes(service)) && (!isFailed || row.errors > 0) && isWithin(filter, row);
}

const isWithin = (filter: TraceFilter, { start, duration, failures }: TraceRow): boolean => {
  const { min = 0, max = Infinity, status } = filter;
  if (duration < min || duration > max) return false;
  if (status === '') return overlaps(filter, start, start + duration);
  return failures.some((failure) => isOf(filter, failure) && overlaps(filter, failure.first, failure.last));
};

const overlaps = ({ from = -Infinity, until = Infinity }: TraceFilter, first: number, last: number): boolean =>
  first <= until && last >= from;

const isOf = ({ service, status, counted }: TraceFilter, failure: Failure): boolean =>
  failure.service === service && failure.status === status && failure.counted === counted;

export function sorted(rows: readonly TraceRow[], { column, isDescending }: Order): TraceRow[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compared(a[column], b[column]) || b.start - a.start);
}

const compared = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));

/** Says which traces a filter chooses, such as `failed traces with prizes`. */
export function inWords(filter: TraceFilter): string {
  const { service, operation, min, max, isFailed, status, attribute } = filter;
  return [
    isFailed ? 'failed traces' : 'traces',
    service && (status === '' ? `with ${service}` : failureInWords(filter)),
    operation && `with a span${service && ` of ${service}`} named like “${operation}”`,
    min !== undefined && `of ${min} ms or more`,
    max !== undefined && `of ${max} ms or less`,
    attribute && `with ${attribute}`,
    timeInWords(filter),
  ]
    .filter(Boolean)
    .join(' ');
}

const kinds: Readonly<Record<Counted, string>> = { server: 'a server', internal: 'an internal' };

const failureInWords = ({ service, counted, status }: TraceFilter): string =>
  `with ${kinds[counted]} span of ${service} that ended with ${statusInWords(status)}`;

/** Names the status with which a request failed: see `failureIn`. */
function statusInWords(status: string): string {
  if (status === 'error') return 'status ERROR, without an HTTP status from 400';
  return status.endsWith('xx') ? `an HTTP status ${status} that has no name` : `HTTP status ${status}`;
}

const timeInWords = ({ from, until }: TraceFilter): string =>
  [from !== undefined && `from ${clock(from)}`, until !== undefined && `to ${clock(until)}`].filter(Boolean).join(' ');
