// Formats a trace as a small tree: service, span, duration, and a bar that shows when the span ran.
import { coloured } from '../support/output.ts';
import type { Colour } from '../support/output.ts';

export interface TreeSpan {
  readonly spanId: string;
  /** The id of the parent span. A span without a known parent is a root. */
  readonly parentSpanId?: string | undefined;
  readonly service: string;
  readonly name: string;
  /** The start in milliseconds, counted from any time that is the same for all spans. */
  readonly start: number;
  /** The duration in milliseconds. */
  readonly duration: number;
  readonly failed: boolean;
}

interface Row {
  readonly span: TreeSpan;
  /** The tree lines before the span's name, such as `│ └ `. */
  readonly lead: string;
}

const COLOURS: readonly Colour[] = ['cyan', 'green', 'yellow', 'magenta', 'blue'];
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const NARROWEST_BAR = 10;

/** Lists the services in a trace, starting with the root span's service. */
export function servicesOf(spans: readonly TreeSpan[]): string[] {
  return [...new Set(rowsOf(spans).map((row) => row.span.service))];
}

/**
 * Returns the lines of the tree, at most `width` columns wide. Lines have colours only if the terminal supports them.
 */
export function traceTree(spans: readonly TreeSpan[], width: number): string[] {
  const rows = rowsOf(spans);
  const services = servicesOf(spans);
  const began = Math.min(...spans.map((span) => span.start));
  const took = Math.max(...spans.map((span) => span.start + span.duration)) - began;
  const serviceWidth = Math.max(...services.map((service) => service.length));
  const room = width - serviceWidth - '  '.length * 3 - '99999.9 ms'.length - NARROWEST_BAR;
  const nameWidth = Math.max(8, Math.min(room, Math.max(...rows.map(({ lead, span }) => label(lead, span).length))));
  const barWidth = NARROWEST_BAR + room - nameWidth;
  return rows.map(({ span, lead }) => {
    const colour = COLOURS[services.indexOf(span.service) % COLOURS.length] ?? 'cyan';
    const name = fit(label(lead, span), nameWidth);
    const bar = barOf({ from: (span.start - began) / took, length: span.duration / took }, barWidth);
    return [
      coloured(colour, span.service.padEnd(serviceWidth)),
      span.failed ? coloured('red', name) : name,
      `${span.duration.toFixed(1)} ms`.padStart('99999.9 ms'.length),
      coloured(colour, bar),
    ]
      .join('  ')
      .trimEnd();
  });
}

function label(lead: string, span: TreeSpan): string {
  return `${lead}${span.name}${span.failed ? ' ✗' : ''}`;
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}

/**
 * Lists the spans of the tree from top to bottom. A span's children follow it, in the order of their start. A span
 * whose parent is missing counts as a root, so that no span is left out.
 */
function rowsOf(spans: readonly TreeSpan[]): Row[] {
  const known = new Set(spans.map((span) => span.spanId));
  const parentOf = (span: TreeSpan): string | undefined =>
    span.parentSpanId !== undefined && known.has(span.parentSpanId) ? span.parentSpanId : undefined;
  const children = Map.groupBy(spans, parentOf);
  const below = (parent: string | undefined, trunk: string): Row[] => {
    const siblings = (children.get(parent) ?? []).toSorted((a, b) => a.start - b.start);
    return siblings.flatMap((span, index) => {
      const last = index === siblings.length - 1;
      const lead = parent === undefined ? '' : trunk + (last ? '└ ' : '├ ');
      return [{ span, lead }, ...below(span.spanId, parent === undefined ? '' : trunk + (last ? '  ' : '│ '))];
    });
  };
  return below(undefined, '');
}

/**
 * Draws a span's bar. `share` says where the bar starts and how long it is, both as fractions of `width`. The bar is at
 * least an eighth of a column long, so that every span is visible.
 */
function barOf(share: { from: number; length: number }, width: number): string {
  const from = Math.min(Math.floor(finite(share.from) * width), width - 1);
  const eighths = Math.max(1, Math.min(Math.round(finite(share.length) * width * 8), (width - from) * 8));
  return `${' '.repeat(from)}${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ''}`;
}

/**
 * Returns the fraction `share`, or 0 if it is not a number. It is not a number if the whole trace has a duration of 0.
 */
function finite(share: number): number {
  return Number.isFinite(share) ? share : 0;
}
