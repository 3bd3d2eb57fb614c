// The page "Explore": charts, traces, what traces share, metrics and logs. The server renders only the frame, and the
// script apps/guide/web/explore.ts fills it.
import { html } from '../html.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';

/**
 * Renders the page.
 * @param lab the lab's namespace and release
 */
export function explorePage(lab: string, viewer: Viewer = {}): string {
  return layout({
    title: 'Explore',
    path: '/explore',
    script: 'explore.js',
    lab,
    viewer,
    wide: true,
    content: html`
      <noscript><p class="note">This page needs JavaScript. Without it you can still read
        <a href="traces">the latest traces</a>, and as JSON <a href="api/charts">the charts</a>,
        <a href="api/metrics?service=dice">the metrics of dice</a> and <a href="api/logs">the logs</a>.</p></noscript>
      <div class="card explore">
        <div id="explore-tabs" class="tabs" role="tablist" aria-label="Parts of this page"></div>
        <div id="explore-panel" class="explore-panel" role="tabpanel"></div>
      </div>`,
  });
}
