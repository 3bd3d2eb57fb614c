// The dialog that asks before something is lost. The script web/dialog.ts fills it.
import { html } from '../html.ts';
import type { Content } from '../html.ts';

export const confirmDialog: Content = html`
      <dialog id="confirm" aria-labelledby="confirm-title" aria-describedby="confirm-text">
        <form method="dialog">
          <h2 id="confirm-title"></h2>
          <p id="confirm-text"></p>
          <p class="actions">
            <button value="no">Cancel</button> <button value="yes" class="primary" id="confirm-yes">Yes</button>
          </p>
        </form>
      </dialog>`;
