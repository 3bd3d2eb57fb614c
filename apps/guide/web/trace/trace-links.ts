// The id of a trace, with links to its pages.
import { h } from '../dom.ts';

/** Jaeger's own pages don't work below the portal's prefix. */
const comesThroughPortal = (): boolean => document.body.dataset['portal'] !== undefined;

export const traceLinks = (traceId: string): HTMLElement =>
  h(
    'p',
    { class: 'trace-links' },
    !comesThroughPortal() && h('a', { href: `jaeger/trace/${traceId}` }, 'Open this trace in Jaeger'),
    h('a', { href: `traces/${traceId}` }, 'Page of this trace'),
    h('code', {}, traceId),
  );
