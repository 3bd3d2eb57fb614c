// The page "Why is there no trace?": the state of each hop from the SDK to Jaeger.
import { html } from '../html.ts';
import { layout } from './layout.ts';

export function whyPage(): string {
  return layout({
    title: 'Why is there no trace?',
    path: '/why',
    script: 'why.js',
    content: html`
      <p>A span passes four hops before you can see it. This page tests each of them now.
        Begin with the first one that is broken.</p>
      <p class="actions"><button type="button" id="again" class="primary">Look again</button></p>
      <p id="why-status" class="status" role="status"></p>
      <ol id="hops" class="hops"></ol>
      <noscript><p class="note">See <a href="/api/why">the same as JSON</a>.</p></noscript>`,
  });
}
