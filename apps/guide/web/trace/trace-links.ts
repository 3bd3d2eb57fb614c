// The id of a trace, with links to its pages.
import { h } from '../dom.ts';

export const traceLinks = (traceId: string): HTMLElement =>
  h(
    'p',
    { class: 'trace-links' },
    h('a', { href: `/jaeger/trace/${traceId}` }, 'Open this trace in Jaeger'),
    h('a', { href: `/traces/${traceId}` }, 'Page of this trace'),
    h('code', {}, traceId),
  );
