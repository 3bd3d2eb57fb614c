// The page "Traces", which lists the latest rounds: one line per round, with a link to its trace. It is for browsers
// without JavaScript. All others have the part "Traces" of the page "Explore".
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import { failureOf } from '../../../../otlp/failures.ts';
import type { Trace } from '../../../../otlp/traces.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';
import { clock, counted, failedMark, inMilliseconds, jaegerElsewhere, noJaegerUi } from './parts.ts';
import type { JaegerPages } from './parts.ts';

export function tracesPage(traces: Trace[], jaeger: JaegerPages, viewer: Viewer = {}): string {
  return layout({
    title: 'The latest traces',
    path: '/explore',
    viewer,
    content: html`
      <p>This list works without JavaScript. <a href="explore#traces">Explore</a> has all traces, with a search.</p>
      ${jaeger === 'none' ? noJaegerUi : ''}${jaeger === 'elsewhere' ? jaegerElsewhere('./') : ''}
      ${traces.length === 0 ? noTraces : list(traces)}`,
  });
}

const noTraces = html`<p>There are none yet. <a href="lab">Play a round</a>, or wait for a visitor.</p>`;

function list(traces: Trace[]): Content {
  return html`<ul class="traces">${traces.map(item)}</ul>`;
}

function item({ traceId, roots, spans, services, start, duration }: Trace): Content {
  const failed = spans.some((span) => failureOf(span) !== undefined);
  return html`
          <li>
            <a href="traces/${traceId}">${roots[0]?.service}: ${roots[0]?.name}</a>${failed ? failedMark : ''}
            <span>${clock(start)} UTC, ${inMilliseconds(duration)},
              ${counted(spans.length, 'span')} in ${services.join(', ')}</span>
          </li>`;
}
