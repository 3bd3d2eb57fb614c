// Marks lines that have an error, and shows the error message below each of these lines. CodeMirror's own lint package
// uses data: images, which the Content Security Policy forbids.
import { StateEffect, StateField } from '@codemirror/state';
import type { EditorState, Range } from '@codemirror/state';
import { Decoration, EditorView, WidgetType } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { h } from '../dom.ts';
import type { Problem } from '../run/watch.ts';

export const setProblems = StateEffect.define<Problem[]>();

class Message extends WidgetType {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override eq(other: Message): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    return h('div', { class: 'cm-problem-message' }, this.text);
  }
}

const markedLine = Decoration.line({ class: 'cm-problem' });

function decorations(state: EditorState, problems: Problem[]): DecorationSet {
  const ranges = problems.flatMap(({ line, message }): Range<Decoration>[] => {
    if (line === undefined || line < 1 || line > state.doc.lines) return [];
    const { from, to } = state.doc.line(line);
    return [
      markedLine.range(from),
      Decoration.widget({ widget: new Message(message), block: true, side: 1 }).range(to),
    ];
  });
  return Decoration.set(ranges, true);
}

/**
 * The marks on lines with a problem, in the file that the editor shows. A mark moves with its line while the learner
 * edits. The next Run replaces all marks.
 */
export const problemMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const change = transaction.effects.findLast((effect) => effect.is(setProblems));
    return change ? decorations(transaction.state, change.value) : marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});
