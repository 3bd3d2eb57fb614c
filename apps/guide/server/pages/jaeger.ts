// The page "Jaeger" for people who come through the class's portal, where Jaeger's own pages don't work.
import { html } from '../html.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';
import { jaegerElsewhere } from './parts.ts';

export interface JaegerPageOptions {
  readonly viewer: Viewer;
  /** Relative URL of the guide's root. */
  readonly root: string;
  /** Name of the guide's Service, and its namespace. */
  readonly service: string;
  readonly namespace: string;
}

export function jaegerPage({ viewer, root, service, namespace }: JaegerPageOptions): string {
  const command = `kubectl port-forward -n ${namespace} svc/${service} 8080:8080`;
  return layout({
    title: 'Jaeger',
    path: '/jaeger/',
    viewer,
    root,
    content: html`${jaegerElsewhere(root)}
      <p>Where a step says Jaeger, open <a href="${root}explore#traces">Explore → Traces</a>. It reads the traces from
        Jaeger, and finds them by service, duration or attribute.</p>
      <p>With kubectl, you can open Jaeger's own pages at <code>http://localhost:8080/jaeger/</code> while this runs:</p>
      <pre class="lines" tabindex="0" role="group" aria-label="Command">${command}</pre>`,
  });
}
