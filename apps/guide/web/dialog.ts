// One question before something is replaced that the learner may have written.
import { byId } from './dom.ts';

export interface AppAnswer {
  title: string;
  text: string;
  yes: string;
}

/** @returns whether the learner agreed; Escape and Cancel are no */
export function confirmed({ title, text, yes }: AppAnswer): Promise<boolean> {
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
