// The latest rounds: a line for each trace, that leads to the whole of it.
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import type { Trace } from '../traces.ts';
import { layout } from './layout.ts';
import { clock, inMilliseconds, noJaegerUi } from './parts.ts';

export function tracesPage(traces: Trace[], jaegerHasUi: boolean): string {
  return layout({
    title: 'The latest traces',
    path: '/traces',
    content: html`
      ${jaegerHasUi ? '' : noJaegerUi}
      ${traces.length === 0 ? html`<p>There are none yet. <a href="/">Play a round</a>, or wait for a visitor.</p>` : table(traces)}`,
  });
}

function table(traces: Trace[]): Content {
  return html`<div class="wide" role="region" aria-label="Traces" tabindex="0"><table>
        <thead><tr><th scope="col">Trace</th><th scope="col">Started</th><th scope="col">Took</th><th scope="col">Spans</th><th scope="col">Services</th></tr></thead>
        <tbody>${traces.map(row)}</tbody>
      </table></div>`;
}

function row({ traceId, roots, spans, services, start, duration }: Trace): Content {
  const failed = spans.some(({ status }) => status.code === 'error');
  return html`
          <tr>
            <th scope="row"><a href="/traces/${traceId}">${roots[0]?.service}: ${roots[0]?.name}</a>${failed ? html` <strong class="error">error</strong>` : ''}</th>
            <td>${clock(start)}</td><td>${inMilliseconds(duration)}</td><td>${spans.length}</td><td>${services.join(', ')}</td>
          </tr>`;
}
