// Which traces the list shows, and in which order. The filter is in the page's URL.
import type { TraceRow } from './trace-messages.ts';

export interface TraceFilter {
  readonly service: string;
  /** Text in the operation, ignoring case. */
  readonly operation: string;
  /** Milliseconds. */
  readonly min?: number;
  readonly max?: number;
  readonly isFailed: boolean;
  /** See `wantedIn`. The worker finds these traces, because it has the attributes. */
  readonly attribute: string;
  /** The trace was under way in this time, in milliseconds since the epoch. */
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
  return {
    service: parameters.get('service') ?? '',
    operation: parameters.get('operation') ?? '',
    isFailed: parameters.get('error') === 'true',
    attribute: parameters.get('attribute') ?? '',
    ...(Object.fromEntries(numbers) as Pick<TraceFilter, 'min' | 'max' | 'from' | 'until'>),
  };
}

/** Returns the parameters from which `filterOf` reads the filter. */
export function parametersOf({ isFailed, ...filter }: TraceFilter): Record<string, string> {
  const given = Object.entries({ ...filter, error: isFailed ? 'true' : '' });
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

const isWithin = (
  { min = 0, max = Infinity, from = -Infinity, until = Infinity }: TraceFilter,
  { start, duration }: TraceRow,
): boolean => duration >= min && duration <= max && start <= until && start + duration >= from;

export function sorted(rows: readonly TraceRow[], { column, isDescending }: Order): TraceRow[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compared(a[column], b[column]) || b.start - a.start);
}

const compared = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));

/** Says which traces a filter chooses, such as `failed traces with prizes`. */
export function inWords({ service, operation, min, max, isFailed, attribute, from, until }: TraceFilter): string {
  return [
    isFailed ? 'failed traces' : 'traces',
    service && `with ${service}`,
    operation && `of “${operation}”`,
    min !== undefined && `of ${min} ms or more`,
    max !== undefined && `of ${max} ms or less`,
    attribute && `with ${attribute}`,
    (from ?? until) !== undefined && 'at the time that you chose',
  ]
    .filter(Boolean)
    .join(' ');
}
