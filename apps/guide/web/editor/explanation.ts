// The documentation of what stands at a position: in a tooltip under the mouse, or at the cursor when a key asks for
// it.
import { StateEffect, StateField } from '@codemirror/state';
import type { EditorState } from '@codemirror/state';
import { EditorView, showTooltip } from '@codemirror/view';
import type { Tooltip } from '@codemirror/view';
import { h } from '../dom.ts';
import type { Assistant } from './assistant.ts';
import type { Explanation } from './language/messages.ts';
import { mistakesAt } from './mistake-marks.ts';
import { withCode } from './with-code.ts';

const setExplanation = StateEffect.define<Tooltip | null>();

/** A tooltip, and the effects that show it at the cursor and read it to a screen reader. */
export interface ShownExplanation extends Tooltip {
  readonly show: StateEffect<unknown>[];
}

export const explanationField = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    const change = transaction.effects.findLast((effect) => effect.is(setExplanation));
    if (change) return change.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** Hides the explanation at the cursor. @returns whether there was one */
export function hideExplanation(view: EditorView): boolean {
  if (!view.state.field(explanationField)) return false;
  view.dispatch({ effects: setExplanation.of(null) });
  return true;
}

/** Explains a position: the mistakes there, and what the assistant knows of it. */
export async function explanationAt(
  assistant: Assistant | undefined,
  state: EditorState,
  at: number,
): Promise<ShownExplanation | null> {
  const mistakes = mistakesAt(state, at).map(({ message }) => message);
  const found = await assistant?.explain(state.doc.toString(), at);
  if (!found && mistakes.length === 0) return null;
  const { from = at, to = at, code = '', text = [] } = found ?? {};
  const all = { code, text: [...mistakes, ...text] };
  const tooltip: Tooltip = { pos: from, end: to, above: true, create: () => ({ dom: explanationOf(all) }) };
  const said = EditorView.announce.of([...mistakes, code, ...text].join(' '));
  return { ...tooltip, show: [setExplanation.of(tooltip), said] };
}

export function explanationOf({ code, text }: Pick<Explanation, 'code' | 'text'>): HTMLElement {
  return h(
    'div',
    { class: 'cm-explanation' },
    code !== '' && h('pre', {}, code),
    text.map((one) => h('p', {}, withCode(one))),
  );
}
