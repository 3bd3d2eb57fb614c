// Shows one person, and what an instructor can do for them. The script fills it in.
import { CLASS_LIMITS } from '../../../../lab/class-limits.ts';
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';

/** A button that is a form of its own, so that each action is sent in the same way. */
const act = (action: string, text: string, kind = ''): Content =>
  html`<form data-action="${action}"><button class="${kind}">${text}</button></form>`;

const result = html`<p class="status" role="status"></p>`;

export const personDialog: Content = html`
      <dialog id="person" class="person" aria-labelledby="person-name">
        <div class="person-head"><h2 id="person-name" tabindex="-1"></h2>
          <form method="dialog"><button>Close</button></form></div>
        <p id="person-gone" class="note" hidden>This seat no longer exists.</p>
        <dl id="person-facts"></dl>
        <div id="person-acts">
          <div data-acts><h3>Help</h3>
            <blockquote id="person-help"></blockquote>
            <div class="actions">${act('take', 'Take', 'primary')}${act('resolve', 'Resolved')}</div>${result}
          </div>
          <div data-acts><h3>Look in</h3>
            <p id="person-visit" class="soft"></p>
            <div class="actions">${act('lookIn', 'Look in')}${act('askTakeover', 'Ask to take over')}${act(
              'endVisit',
              'End the visit',
            )}</div>${result}
            <p id="visit-link" hidden><a target="_blank" rel="noopener">Open the lab</a></p>
          </div>
          <div data-acts><h3>Hint</h3>
            <form data-action="hint">
              <label for="hint-one" class="sr">Hint to this person</label>
              <textarea id="hint-one" name="text" rows="2" required maxlength="${CLASS_LIMITS.words}"></textarea>
              <p class="actions"><button>Send the hint</button></p>
            </form>${result}
          </div>
          <div data-acts><h3>Seat</h3>
            <div class="actions">${act('link', 'Make a link to hand out')}${act('start', 'Start')}${act(
              'stop',
              'Stop …',
            )}${act('reset', 'Reset …')}${act('free', 'Free the seat …')}</div>
            <form data-action="move" class="actions">
              <label for="move-to">Move to the seat</label> <select id="move-to" name="to" required></select>
              <button>Move …</button>
            </form>
            ${result}
            <p id="hand-out" hidden><code></code> <span></span></p>
          </div>
        </div>
      </dialog>`;
