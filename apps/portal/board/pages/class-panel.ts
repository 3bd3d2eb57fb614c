// What an instructor can do to a whole class. The script sends the forms, and shows the result next to them.
import { CLASS_LIMITS } from '../../../../lab/class-limits.ts';
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import { FAULTS } from '../../../../lab/faults.ts';
import type { FaultName } from '../../../../lab/faults.ts';
import type { BoardState } from '../contract.ts';

/** Where the result of an action is shown. */
const result = html`<p class="status" role="status"></p>`;

export const classPanel = ({
  name,
  hasNames,
  expiresAt,
}: BoardState['workshop']): Content => html`<h2>The whole class</h2>
          ${hintPanel}
          ${faultsPanel}
          ${timePanel(expiresAt !== undefined)}
          ${seatsPanel(hasNames)}
          <details><summary>Export</summary>
            <p>Progress: <a href="/board/${name}/progress.csv" download>CSV</a>,
              <a href="/board/${name}/progress.md" download>Markdown</a></p>
            <p>Answers to polls: <a href="/board/${name}/answers.csv" download>CSV</a>,
              <a href="/board/${name}/answers.md" download>Markdown</a></p>
          </details>`;

const hintPanel = html`<details data-acts><summary>Hint to all</summary>
            <p id="announcement" class="soft"></p>
            <form data-action="hintAll">
              <label for="hint-all">Every learner’s page shows it</label>
              <textarea id="hint-all" name="text" rows="3" required maxlength="${CLASS_LIMITS.words}"></textarea>
              <p class="actions"><button class="primary">Send to all</button></p>
            </form>${result}
          </details>`;

const faultTexts: Readonly<Record<FaultName, string>> = {
  spike: 'spike: some requests fail with 400 and 500',
  timeouts: 'timeouts: some requests take over 500 ms',
};

const faultsPanel = html`<details data-acts><summary>Faults in every lab</summary>
            <p id="unknown-faults" class="note" hidden></p>
            <form data-action="faults">
              <fieldset class="plain"><legend class="sr">Faults</legend>${FAULTS.map(
                (fault) => html`
                <label class="group"><input type="checkbox" name="names" value="${fault}">
                  ${faultTexts[fault]}</label>`,
              )}
              </fieldset>
              <p class="actions"><button>Apply</button></p>
            </form>${result}
          </details>`;

/** A class without an end has nothing to extend. */
const timePanel = (hasEnd: boolean): Content => html`<details data-acts><summary>Extend or end</summary>
            <p id="no-end"${hasEnd ? html` hidden` : ''}>This class has no end. It goes on until you end it.</p>
            <form data-action="extend"${hasEnd ? '' : html` hidden`}>
              <label for="minutes">Extend by</label>
              <select id="minutes" name="minutes">
                <option value="15">15 minutes</option><option value="30" selected>30 minutes</option>
                <option value="60">1 hour</option><option value="240">4 hours</option>
              </select>
              <button>Extend</button>
            </form>
            <form data-action="end"><button>End the class …</button></form>${result}
          </details>`;

const seatsPanel = (hasNames: boolean): Content => html`<details data-acts><summary>Seats: pause or add</summary>
            <form data-action="pause"><button id="pause">Pause</button>
              <span class="soft">New seats and changes of seats wait.</span></form>
            <form data-action="addSeat">${
              hasNames
                ? html`<label for="seat-name">Name</label>
              <input id="seat-name" name="name" required maxlength="${CLASS_LIMITS.name}" autocomplete="off">`
                : ''
            }
              <button>Add a seat</button></form>${result}
          </details>`;
