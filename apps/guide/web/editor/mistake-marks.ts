// Marks mistakes that were found without running a file: a wavy line below the text, and below its line what to do.
import { StateEffect, StateField } from '@codemirror/state';
import type { EditorState, Extension, Range, Text } from '@codemirror/state';
import { Decoration, EditorView, WidgetType } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { h } from '../dom.ts';
import { withCode } from './with-code.ts';
import type { Mistake } from './language/messages.ts';
import { problemMarks } from './problem-marks.ts';

export const setMistakes = StateEffect.define<readonly Mistake[]>();

const mistakes = StateField.define<readonly Mistake[]>({
  create: () => [],
  update(found, { effects, changes, docChanged, newDoc }) {
    const change = effects.findLast((effect) => effect.is(setMistakes));
    if (change) return change.value.map((one) => ({ ...one, ...within(one, newDoc) }));
    if (!docChanged) return found;
    return found.map((one) => ({ ...one, from: changes.mapPos(one.from, 1), to: changes.mapPos(one.to, -1) }));
  },
});

class Message extends WidgetType {
  readonly #mistake: Mistake;

  constructor(mistake: Mistake) {
    super();
    this.#mistake = mistake;
  }

  override eq(other: Message): boolean {
    return other.#mistake.message === this.#mistake.message && other.#mistake.stops === this.#mistake.stops;
  }

  override toDOM(): HTMLElement {
    return h('div', { class: `cm-mistake-message ${kindOf(this.#mistake)}` }, withCode(this.#mistake.message));
  }
}

const kindOf = ({ stops }: Mistake): string => (stops ? 'cm-stops' : 'cm-advice');

function decorations(state: EditorState): DecorationSet {
  const { doc } = state;
  const run = state.field(problemMarks, false) ?? Decoration.none;
  const ranges = state.field(mistakes).flatMap((one): Range<Decoration>[] => {
    const { from, to } = one;
    const line = doc.lineAt(from);
    const marks = [...(to > from ? [Decoration.mark({ class: `cm-mistake ${kindOf(one)}` }).range(from, to)] : [])];
    // What a Run says about a line is certain, and says the same.
    return hasMark(run, line.from) ? marks : [...marks, below(one, line.to)];
  });
  return Decoration.set(ranges, true);
}

const below = (one: Mistake, at: number): Range<Decoration> =>
  Decoration.widget({ widget: new Message(one), block: true, side: 2 }).range(at);

/** Returns the place of a mistake in a text. What is missing at the end of a file is behind it. */
function within({ from, to }: Mistake, { length }: Text): { from: number; to: number } {
  return { from: Math.min(from, length), to: Math.min(to, length) };
}

function hasMark(marks: DecorationSet, at: number): boolean {
  let found = false;
  marks.between(at, at, () => {
    found = true;
    return false;
  });
  return found;
}

export const mistakeMarks: Extension = [
  mistakes,
  EditorView.decorations.compute([mistakes, problemMarks, 'doc'], decorations),
];

/** Returns the mistakes at a position. */
export const mistakesAt = (state: EditorState, at: number): readonly Mistake[] =>
  state.field(mistakes).filter(({ from, to }) => from <= at && at <= to);

/** Returns what to tell a screen reader: the first mistake whose words are not on the page yet, and its line. */
export function newMistakes(state: EditorState, found: readonly Mistake[]): string {
  const known = new Set(state.field(mistakes).map(({ message }) => message));
  const first = found.find(({ message }) => !known.has(message));
  return first ? `Line ${state.doc.lineAt(Math.min(first.from, state.doc.length)).number}: ${first.message}` : '';
}
