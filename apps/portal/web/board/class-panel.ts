// The parts of "The whole class" that depend on the state. Forms send the actions.
import type { BoardState } from '../../board/contract.ts';
import { byId } from '../../../guide/web/dom.ts';

export class ClassPanel {
  #faults: string | undefined;

  show({ workshop }: BoardState): void {
    byId('pause').textContent = workshop.paused ? 'Go on' : 'Pause';
    const { announcement } = workshop;
    byId('announcement').textContent = announcement ? `Last hint, by ${announcement.by}: ${announcement.text}` : '';
    this.#showFaults(workshop.faults);
    showUnknown(workshop.unknownFaults);
    showExtension(workshop.expiresAt !== undefined);
  }

  /** Boxes change only when the class does, so that nobody's choice is lost before it is applied. */
  #showFaults(faults: readonly string[]): void {
    const key = faults.join();
    if (key === this.#faults) return;
    this.#faults = key;
    for (const box of document.querySelectorAll<HTMLInputElement>('input[name="names"]'))
      box.checked = faults.includes(box.value);
  }
}

/** The label may come from kubectl. A word in it that names no fault has no effect. */
function showUnknown(words: readonly string[]): void {
  const note = byId('unknown-faults');
  note.hidden = words.length === 0;
  note.textContent = `The label of the class names no fault that exists: ${words.join(', ')}. Apply sets it anew.`;
}

/** Shows the form that extends the class, or that it has no end. The form stays while it has the focus. */
function showExtension(hasEnd: boolean): void {
  byId('no-end').hidden = hasEnd;
  const form = document.querySelector<HTMLFormElement>('form[data-action="extend"]');
  if (form) form.hidden = !hasEnd && !form.contains(document.activeElement);
}
