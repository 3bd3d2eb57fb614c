// What the front page shows of its parts in a step: a step that edits nothing shows no editor and leads with the trace.
import type { Step } from '../../contract.ts';
import { byId } from '../dom.ts';

export class StepLayout {
  readonly #code = byId('code');
  readonly #links = document.querySelectorAll<HTMLElement>('.parts-of-page [href="#code"]');
  #step = '';

  /** Arranges the page for a step. What the learner has shown in it stays. */
  apply({ id, files, faults = false }: Step): void {
    if (id === this.#step) return;
    this.#step = id;
    this.#showCode(files.length > 0);
    // Beside the editor, the trace needs the room.
    byId<HTMLDetailsElement>('map').open = files.length === 0;
    this.#placeFaults(faults);
  }

  /** In the step about them, the faults are in sight too. */
  #placeFaults(isFirst: boolean): void {
    const settings = byId('settings');
    if (isFirst) byId<HTMLDetailsElement>('faults-part').open = true;
    if (isFirst) byId('trace').before(settings);
    else if (settings.nextElementSibling) byId('results').append(settings);
  }

  /** Shows the learner's files, also in a step that edits none. */
  showFiles(): void {
    this.#showCode(true);
  }

  #showCode(isShown: boolean): void {
    this.#code.hidden = !isShown;
    byId('bench').classList.toggle('no-editor', !isShown);
    for (const link of this.#links) link.hidden = !isShown;
  }
}
