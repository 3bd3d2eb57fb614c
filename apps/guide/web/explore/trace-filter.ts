// Which traces the list shows, and in which order. The filter is in the page's URL.
import type { Counted, Failure } from '../../../../otlp/failures.ts';
import type { TraceRow } from './trace-messages.ts';
import { clock } from './words.ts';

export interface TraceFilter {
  readonly service: string;
  /** Text in the operation, ignoring case. */
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

/** Reads a filter from the parameters of the page. */
export function filterOf(parameters: URLSearchParams): TraceFilter {
  const numbers = ['min', 'max', 'from', 'until'].flatMap((name) => {
    const text = parameters.get(name) ?? '';
    return text !== '' && Number.isFinite(Number(text)) ? [[name, Number(text)]] : [];
  });
  const service = parameters.get('service') ?? '';
  const status = /^([45](\d\d|xx)|error)$/.exec(parameters.get('status') ?? '')?.[0] ?? '';
  return {
    service,
    operation: parameters.get('operation') ?? '',
    isFailed: parameters.get('error') === 'true',
    status: service === '' ? '' : status,
    counted: parameters.get('spans') === 'internal' ? 'internal' : 'server',
    attribute: parameters.get('attribute') ?? '',
    ...(Object.fromEntries(numbers) as Pick<TraceFilter, 'min' | 'max' | 'from' | 'until'>),
  };
}

/** Returns the parameters from which `filterOf` reads the filter. */
export function parametersOf({ isFailed, counted, ...filter }: TraceFilter): Record<string, string> {
  const spans = filter.status === '' ? '' : counted;
  const given = Object.entries({ ...filter, spans, error: isFailed ? 'true' : '' });
  return Object.fromEntries(
    given.map(([name, value]) => [name, String(value)] as const).filter(([, value]) => value !== ''),
  );
}

/** Whether a trace fits all of the filter but its attribute. */
export function fits(filter: TraceFilter, row: TraceRow): boolean {
  const { service, operation, isFailed } = filter;
  return (
    (service === '' || row.services.includes(service)) &&
    row.operation.toLowerCase().includes(operation.toLowerCase()) &&
    (!isFailed || row.errors > 0) &&
    isWithin(filter, row)
  );
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
    operation && `of “${operation}”`,
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
