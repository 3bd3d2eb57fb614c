// The page of one trace: a tree of its spans, with their times and attributes.
import { hueOf } from '../../web/trace/hue.ts';
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { Span, SpanEvent, Trace } from '../../../../otlp/traces.ts';
import { endMark, tookInWords } from '../../end-words.ts';
import { failureMark } from '../../failure-words.ts';
import { layout } from './layout.ts';
import type { Page } from './layout.ts';
import { clock, counted, inMilliseconds, jaegerElsewhere, noJaegerUi } from './parts.ts';
import type { JaegerPages } from './parts.ts';

/** Where a page of a trace is: relative URL of the guide's root, and who looks at it. */
export type TracePageOptions = Pick<Page, 'viewer'> & { readonly root: string };

export function tracePage(trace: Trace, jaeger: JaegerPages, options: TracePageOptions): string {
  const { traceId, roots, spans, services, start, duration } = trace;
  return layout({
    title: 'One trace',
    path: '/explore',
    ...options,
    content: html`
      <p><code>${traceId}</code></p>
      <p>${counted(spans.length, 'span')} in ${counted(services.length, 'service')} (${services.join(', ')}),
        ${inMilliseconds(duration)}, started ${clock(start)} UTC.</p>
      ${jaegerNote(traceId, jaeger, options.root)}
      ${roots.length > 1 ? incomplete : ''}
      ${traceTree(trace)}`,
  });
}

/** Draws a trace as a tree, whose spans open. It needs no script. */
export const traceTree = (trace: Trace): Content =>
  html`<ul class="tree">${trace.roots.map((root) => branch(root, trace))}</ul>`;

function jaegerNote(traceId: string, jaeger: JaegerPages, root: string): Content {
  if (jaeger === 'none') return noJaegerUi;
  if (jaeger === 'elsewhere') return jaegerElsewhere(root);
  return html`<p><a href="${root}jaeger/trace/${traceId}">Open it in Jaeger</a></p>`;
}

const incomplete = html`<p class="note">Some spans are still missing, or were never sent:
        load the page again in a moment.</p>`;

/** Renders the page for a trace that has not arrived yet. The page reloads itself. */
export function missingTracePage(traceId: string, options: TracePageOptions): string {
  return layout({
    title: 'No such trace',
    path: '/explore',
    ...options,
    refresh: 2,
    content: html`
      <p>Jaeger has no trace <code>${traceId}</code>. If the request was made just now, wait: spans take a second or
        two to arrive, and this page asks again every two seconds.</p>
      <p>If it was made minutes ago, its spans were sampled out, or were not sent:
        <a href="${options.root}why">Why no telemetry?</a> If it is older: Jaeger keeps only the newest traces, in
        memory, and a restart of Jaeger deletes them all. Choose one of
        <a href="${options.root}explore#traces">the traces of the lab</a>, or play a round to make a new one.</p>`,
  });
}

/** Renders the page for an address with something else than a trace id, such as one that was cut when it was copied. */
export function noTraceIdPage(text: string, options: TracePageOptions): string {
  return layout({
    title: 'This is not a trace id',
    path: '/explore',
    ...options,
    content: html`
      <p>The address ends with <code>${text.slice(0, 100)}</code>. A trace id has 32 characters, each 0 to 9 or a to f.
        Was it cut when you copied it? Copy it again, or choose one of
        <a href="${options.root}explore#traces">the traces of the lab</a>.</p>`,
  });
}

function branch(span: Span, trace: Trace): Content {
  const marks = [failureMark(span), endMark(span)].filter((mark) => mark !== '');
  return html`
        <li>
          <details>
            <summary class="hue-${hueOf(span.service)}">
              <span><b>${span.service}</b> ${span.name}
                <span class="kind">${span.kind}</span>${marks.map(markOf)}</span>
              <span class="took">${tookInWords(span, inMilliseconds)}</span>
              ${bar(span, trace)}
            </summary>
            ${span.orphan ? html`<p>Its parent, <code>${span.parentSpanId}</code>, is missing.</p>` : ''}
            ${span.status.message ? html`<p class="error">${span.status.message}</p>` : ''}
            ${list('Attributes', span.attributes)}
            ${span.events.map((event) => list(titleOf(event, span), event.attributes))}
            ${list('Resource and instrumentation scope', madeBy(span))}
          </details>
          ${span.children.length > 0 ? html`<ul>${span.children.map((child) => branch(child, trace))}</ul>` : ''}
        </li>`;
}

const markOf = (mark: string): Content => html` <strong class="error">${mark}</strong>`;

const madeBy = ({ scope, spanId, resource }: Span): Attributes => ({
  'otel.scope.name': scope,
  span_id: spanId,
  ...resource,
});

const titleOf = ({ name, time }: SpanEvent, { start }: Span): string =>
  `Event “${name}”, after ${inMilliseconds(time - start)}`;

/**
 * Draws a bar that shows when the span ran within the trace. It is an SVG, because the page's Content Security Policy
 * allows no inline style.
 */
function bar(span: Span, { start, duration }: Trace): Content {
  const scale = duration > 0 ? 1000 / duration : 0;
  const from = ((span.start - start) * scale).toFixed(1);
  const width = Math.max(span.duration * scale, 4).toFixed(1);
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <rect x="${from}" width="${width}" height="10"/>
              </svg>`;
}

/** Shows a value as JSON. A text of several lines, such as a stack trace, keeps its lines. */
const shown = (value: Attributes[string]): Content =>
  typeof value === 'string' && value.includes('\n')
    ? html`<pre class="lines" tabindex="0" role="group" aria-label="Text of several lines">${value}</pre>`
    : JSON.stringify(value);

function list(title: string, attributes: Attributes): Content {
  const rows = Object.entries(attributes).map(
    ([key, value]) => html`<div><dt>${key}</dt><dd>${shown(value)}</dd></div>`,
  );
  return html`<h2>${title}</h2>
            ${rows.length === 0 ? html`<p>none</p>` : html`<dl>${rows}</dl>`}`;
}
