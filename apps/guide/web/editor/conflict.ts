// The notice about a conflict: another tab or kubectl has changed a file that the learner is editing. The notice shows
// the text that is in the lab, and lets the learner choose which text to keep.
import type { FileName } from '../../contract.ts';
import { button, byId, fill, h } from '../dom.ts';
import type { Workspace } from './workspace.ts';

export interface Choice {
  keepMine(): unknown;
  takeTheirs(): unknown;
}

/**
 * Shows a notice that names the files which both the learner and somebody else have changed. It hides the notice if
 * there are no such files.
 */
export function showConflict(place: HTMLElement, workspace: Workspace, choice: Choice): void {
  const names = workspace.conflicts();
  const shown = names.length === 0 ? '' : [workspace.version, ...names].join(' ');
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  const wasHidden = place.hidden;
  if (shown === '') return leave(place);
  place.hidden = false;
  const title = h(
    'h3',
    { tabindex: '-1' },
    `${names.join(' and ')} ${names.length > 1 ? 'were' : 'was'} changed elsewhere`,
  );
  fill(
    place,
    title,
    h(
      'p',
      {},
      'Another tab, a reset or kubectl has saved another text since you began to change it here. ' +
        'Nothing of yours is saved, and nothing is lost: choose.',
    ),
    names.map((name) => theirs(name, workspace.saved(name))),
    h(
      'p',
      { class: 'actions' },
      button('Keep mine', () => choice.keepMine(), {
        'aria-description': 'Runs your text; theirs is replaced in the lab.',
      }),
      button('Take theirs', () => choice.takeTheirs(), {
        'aria-description': 'Your text is replaced here; Undo in the editor brings it back.',
      }),
    ),
    h(
      'p',
      { class: 'soft' },
      'Keep mine runs your text instead of theirs. ' +
        'Take theirs replaces yours in the editor, where Undo brings it back.',
    ),
  );
  if (wasHidden) title.focus();
}

/**
 * Hides the notice. It first moves the focus to the Run button, because hiding a focused button would lose the focus.
 */
function leave(place: HTMLElement): void {
  if (place.contains(document.activeElement)) byId('run').focus();
  place.hidden = true;
  fill(place);
}

function theirs(name: FileName, text: string): HTMLElement {
  return h(
    'details',
    {},
    h('summary', {}, `Their ${name}`),
    h('pre', { tabindex: '0', role: 'group', 'aria-label': `Their ${name}` }, text),
  );
}
