// The page "Why is there no telemetry?": the state of each hop of traces, metrics and logs.
import { html } from '../html.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';

export function whyPage(viewer: Viewer = {}): string {
  return layout({
    title: 'Why is there no telemetry?',
    path: '/why',
    script: 'why.js',
    viewer,
    content: html`
      <p>Traces, metrics, logs and charts each pass several hops before you can see them. This page tests all of them
        now. Begin with the first one that is broken.</p>
      <p class="actions"><button type="button" id="again" class="primary">Look again</button></p>
      <p id="why-status" class="status" role="status"></p>
      <div id="hops"></div>
      <noscript><p class="note">See <a href="api/why">the same as JSON</a>.</p></noscript>`,
  });
}
