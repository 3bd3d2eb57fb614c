// The page "Lab": the apps, links to their telemetry, and which parts of the lab answer.
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';
import { jaegerElsewhere } from './parts.ts';

const levels: Record<string, string> = {
  none: 'Nothing is instrumented: the apps run, and no telemetry leaves them.',
  auto: 'Instrumentation libraries make the spans. Not a line of the apps was changed for it.',
  manual: 'Only hand-written spans: somebody wrote code for each span that you see.',
};

const apps = [
  { path: 'apps/dice/', text: 'dice', about: 'the hit counter' },
  { path: 'apps/dice/visit', text: 'dice/visit', about: 'counts, and thanks you' },
  { path: 'apps/dice/rolldice', text: 'dice/rolldice', about: 'one roll' },
  {
    path: 'apps/dice/server_request?param=hello',
    text: 'dice/server_request?param=hello',
    about: 'prints the parameter to the log',
  },
  { path: 'apps/arcade/play?player=you', text: 'arcade/play?player=you', about: 'a whole round, as JSON' },
  { path: 'apps/prizes/prizes/6', text: 'prizes/prizes/6', about: 'what a six wins' },
];

/**
 * Renders the page.
 * @param level how this lab's apps are instrumented: `none`, `auto` or `manual`
 */
export function labPage(level: string, viewer: Viewer = {}): string {
  return layout({
    title: 'This lab',
    path: '/lab',
    script: 'lab.js',
    viewer,
    content: html`
      <p>In a round of the game, the guide asks the arcade, which asks dice and then prizes.
        Play one, and follow it.</p>

      <section aria-labelledby="play" data-change>
        <h2 id="play">Play a round</h2>
        <p class="actions"><button type="button" id="round" class="primary">Roll the dice</button></p>
        <div id="outcome" role="status"></div>
      </section>

      <section aria-labelledby="level">
        <h2 id="level">Instrumentation: ${level}</h2>
        <p>${levels[level] ?? ''}</p>
        <p id="dice-level" role="status"></p>
      </section>

      <section aria-labelledby="apps" data-own>
        <h2 id="apps">The apps</h2>
        <ul class="links">${apps.map(link)}</ul>
      </section>

      <section aria-labelledby="look">
        <h2 id="look">Where the telemetry is</h2>
        <ul class="links">${[
          link({ path: 'explore', text: 'Explore', about: 'charts, traces, metrics and logs' }),
          link({ path: 'explore#traces', text: 'Traces', about: 'every trace, with a search' }),
          viewer.portal ? '' : link({ path: 'jaeger/', text: 'Jaeger', about: 'every trace, with search and graphs' }),
        ]}</ul>
        ${viewer.portal ? jaegerElsewhere('./') : ''}
      </section>

      <section aria-labelledby="status">
        <h2 id="status">Parts of this lab</h2>
        <ul id="parts" class="parts"><li>Asking each part…</li></ul>
        <noscript><p>See <a href="api/status">the status as JSON</a>.</p></noscript>
      </section>`,
  });
}

function link({ path, text, about }: { path: string; text: string; about: string }): Content {
  return html`
          <li><a href="${path}">${text}</a> <span>${about}</span></li>`;
}
