// Help for a learner who is stuck, in stages: a hint, a plainer one, then the solution next to the learner's own files.
import type { Step } from '../../contract.ts';
import { CHANGE, mayOnlyLook } from '../class/look-in.ts';
import { button, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { prose } from './prose.ts';

export interface HelpActions {
  /** Records how many hints the learner has seen. */
  sawHints(count: number): unknown;
  compareWithSolution(): unknown;
}

/** Builds the section. The hints that the learner has seen before are there at once. */
export function helpSection({ hints, files, seen }: Step, actions: HelpActions): Child {
  if (hints.length === 0 && files.length === 0) return undefined;
  const list = h('ol', {});
  const next = button('', () => more(), {});
  const place = h('div', { class: 'actions' });
  const show = (): void => list.append(h('li', {}, prose(hints[list.childElementCount]?.html ?? '')));
  const offer = (): void => {
    const left = hints.length - list.childElementCount;
    next.textContent = list.childElementCount === 0 ? 'Show a hint' : 'Show another hint';
    if (left === 0) place.replaceChildren(...solutionButton(files.length > 0, actions));
  };
  const more = async (): Promise<void> => {
    show();
    if (!mayOnlyLook()) await actions.sawHints(list.childElementCount);
    const hadFocus = document.activeElement === next;
    offer();
    if (hadFocus) place.querySelector('button')?.focus();
  };
  place.append(next);
  for (let count = Math.min(seen?.hints ?? 0, hints.length); count > 0; count -= 1) show();
  offer();
  return h(
    'details',
    { class: 'commands' },
    h('summary', {}, 'If you are stuck'),
    h(
      'p',
      { class: 'soft', ...CHANGE },
      "The course records which hints and solutions you have seen. They don't change the result of a check.",
    ),
    h('div', { role: 'status' }, list),
    place,
  );
}

const solutionButton = (hasFiles: boolean, actions: HelpActions): HTMLElement[] =>
  hasFiles ? [button('Compare with the solution', () => actions.compareWithSolution(), CHANGE)] : [];
