// Draws the traces of a request that falls apart next to each other, on one time axis, with what is missing between
// them.
import type { TraceOfPage } from '../../contract.ts';
import { h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { gapBefore, united } from './pieces.ts';
import type { Gap } from './pieces.ts';
import { waterfall } from './waterfall.ts';
import type { Marks } from './waterfall.ts';

export interface PiecesOptions {
  /** The services that the request should join, in the order in which one calls the next. */
  readonly joins: readonly string[];
  /** Ids of the spans whose rows are open. */
  readonly open: ReadonlySet<string>;
  readonly marks?: Marks;
}

/** Draws two or more pieces. */
export function piecesView(
  pieces: readonly [TraceOfPage, ...TraceOfPage[]],
  { joins, open, marks }: PiecesOptions,
): HTMLElement {
  const { start, duration } = united(pieces);
  return h(
    'ol',
    { class: 'pieces', 'aria-label': `One request, ${pieces.length} traces` },
    pieces.map((piece, index) =>
      h(
        'li',
        {},
        index > 0 && gap(gapBefore(piece, pieces, joins)),
        h(
          'p',
          { class: 'piece-head' },
          h('strong', {}, `Trace ${index + 1}: ${piece.services.join(', ')}`),
          h('a', { href: `traces/${piece.traceId}` }, 'Page of this trace'),
        ),
        waterfall({ roots: piece.roots, start, duration }, open, undefined, marks),
      ),
    ),
  );
}

function gap({ service, caller, parent, isSent }: Gap): Child {
  const called = parent ? [caller, ' ', parent.name, ' (', h('code', {}, parent.spanId), ')'] : [caller];
  return h(
    'p',
    { class: 'gap' },
    h('strong', {}, 'Missing: '),
    `the parent of ${service}. Its caller is `,
    called,
    '. ',
    isSent
      ? [`The guide has sent `, h('code', {}, 'traceparent'), `, and ${service} does not extract it.`]
      : [`The request of ${caller} to ${service} carries no valid `, h('code', {}, 'traceparent'), '.'],
  );
}
