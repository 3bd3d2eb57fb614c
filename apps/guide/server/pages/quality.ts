// The panel "Telemetry quality" of the front page. The script apps/guide/web/quality/panel.ts fills it.
import { html } from '../html.ts';
import type { Content } from '../html.ts';

export const qualityPanel: Content = html`
          <section id="quality" class="card" aria-labelledby="quality-title" tabindex="-1">
            <div class="card-head">
              <h2 id="quality-title">Telemetry quality</h2>
              <button type="button" id="quality-look" class="quiet">Look again</button>
            </div>
            <p id="quality-status" class="status" role="status">Run your code and ask dice.
              Then advice on the telemetry that it sends is here.</p>
            <ul id="quality-findings" class="findings"></ul>
            <div id="quality-score"></div>
          </section>`;
