// The page "Why is there no trace?": the state of each hop from the SDK to Jaeger.
import { html } from '../html.ts';
import { layout } from './layout.ts';

export function whyPage(): string {
  return layout({
    title: 'Why is there no trace?',
    path: '/why',
    script: 'why.js',
    content: html`
      <p>A span goes four hops before you can see it. Each is asked now what it has to say;
        the first that is broken is where to begin.</p>
      <p class="actions"><button type="button" id="again" class="primary">Look again</button></p>
      <p id="why-status" class="status" role="status"></p>
      <ol id="hops" class="hops"></ol>
      <noscript><p class="note">See <a href="/api/why">the same as JSON</a>.</p></noscript>`,
  });
}
