// What the parts of the page "Explore" know of the page, and the form of its URL: the hash names the open part, such as
// `#logs&service=dice`, or a trace, `#trace=ID&span=SPAN`. So a reload and the back button show the same again.
import type { Failure } from '../../../../otlp/failures.ts';

/** The parts, in the order of their tabs. */
export const partNames = ['charts', 'traces', 'compare', 'metrics', 'logs'] as const;
export type PartName = (typeof partNames)[number];

export const titles: Readonly<Record<PartName, string>> = {
  charts: 'Charts',
  traces: 'Traces',
  compare: 'What do they share?',
  metrics: 'Metrics',
  logs: 'Logs',
};

/** A part of the page: the content of a tab. */
export interface Part {
  /** Is called when the part becomes visible, and again if the parameters in the URL change while it is. */
  show(parameters: URLSearchParams): void;
  /** Is called when another part is opened. The part must stop its requests. */
  hide(): void;
}

export type Parameters = Readonly<Record<string, string | undefined>>;

/** What a part may ask of the page. */
export interface Page {
  /** Opens a trace. The back button returns to the part that was open before. */
  openTrace(traceId: string, spanId?: string): void;
  open(part: PartName, parameters?: Parameters): void;
  /** Writes the parameters of the open part into the URL, without a new entry in the history. */
  remember(parameters: Parameters): void;
}

/** What the page shows: a part, or a trace. */
export interface View {
  readonly name: PartName | 'trace';
  readonly parameters: URLSearchParams;
  /** What the hash names instead of a part. */
  readonly unknown?: string;
}

const isPart = (name: string): name is PartName => (partNames as readonly string[]).includes(name);

/**
 * Reads what the page shows from its hash. Returns the charts for a hash that names nothing of this page. The id of a
 * trace may be no id: see `traceIdIn`.
 */
export function viewOf(hash: string): View {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const [name = ''] = parameters.keys();
  if (name === 'trace') return { name, parameters };
  if (!isPart(name))
    return { name: 'charts', parameters: new URLSearchParams(), ...(name !== '' && { unknown: name }) };
  parameters.delete(name);
  return { name, parameters };
}

export function partHref(part: PartName, parameters: Parameters = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given as [string, string][]).toString();
  return `#${part}${text && `&${text}`}`;
}

export function traceHref(traceId: string, spanId?: string): string {
  return `#trace=${traceId}${spanId === undefined ? '' : `&span=${spanId}`}`;
}

/** Returns the id of a trace in a text. Undefined if the text is none: 32 hexadecimal digits. */
export const traceIdIn = (text: string): string | undefined => /^\s*([0-9a-f]{32})\s*$/i.exec(text)?.[1]?.toLowerCase();

/** What a part of an error bar stands for. The times are in milliseconds since the epoch. */
export interface ErrorBar extends Pick<Failure, 'service' | 'counted' | 'status'> {
  readonly from: number;
  readonly until: number;
}

/** Opens the comparison of the traces that a part of an error bar stands for with all others. */
export const failedHref = ({ counted, from, until, ...bar }: ErrorBar): string =>
  partHref('compare', { ...bar, spans: counted, from: String(from), until: String(until) });
