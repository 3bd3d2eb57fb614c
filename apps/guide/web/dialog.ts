// Asks for confirmation before an action replaces text that the learner may have written.
import { byId } from './dom.ts';

export interface Confirmation {
  title: string;
  text: string;
  yes: string;
}

/** Shows the confirmation dialog. @returns whether the learner agreed. Escape and Cancel mean no. */
export function confirmed({ title, text, yes }: Confirmation): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('confirm-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
