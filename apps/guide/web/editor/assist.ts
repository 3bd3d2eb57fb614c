// Completion, documentation and marks for mistakes in CodeMirror, from the assistant of the open file. Everything that
// an assistant says is put into the page as text.
import { autocompletion, closeCompletion, selectedCompletion } from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { Prec } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, ViewPlugin } from '@codemirror/view';
import type { ViewUpdate } from '@codemirror/view';
import type { Assistant } from './assistant.ts';
import { explanationAt, explanationField, explanationOf, hideExplanation } from './explanation.ts';
import type { Suggestion } from './language/messages.ts';
import { mistakeMarks, newMistakes, setMistakes } from './mistake-marks.ts';

/** Milliseconds without typing after which the file is checked. */
const REST = 500;

/** Returns the assistant of a file, or undefined if it can't be loaded. */
export type FindAssistant = () => Promise<Assistant | undefined>;

export function assist(find: FindAssistant): Extension {
  return [
    Prec.highest(keymap.of([{ key: 'Enter', run: closeIfWritten }])),
    autocompletion({
      override: [(context) => complete(context, find)],
      icons: false,
      maxRenderedOptions: 60,
      // Enter takes the first suggestion, so it must be one that begins with what is typed.
      filterStrict: true,
    }),
    mistakeMarks,
    checkWhileTyping(find),
    hoverTooltip(async (view, at) => explanationAt(await find(), view.state, at)),
    explanationField,
    Prec.high(
      keymap.of([
        { key: 'Mod-k Mod-i', run: (view) => explainAtCursor(view, find) },
        { key: 'Escape', run: hideExplanation },
      ]),
    ),
  ];
}

/** Lets Enter make a new line if the chosen suggestion is on the page already. */
function closeIfWritten(view: EditorView): boolean {
  const chosen = selectedCompletion(view.state);
  const { head } = view.state.selection.main;
  if (chosen && view.state.sliceDoc(head - chosen.label.length, head) === chosen.label) closeCompletion(view);
  return false;
}

async function complete(context: CompletionContext, find: FindAssistant): Promise<CompletionResult | null> {
  const assistant = await find();
  const { state, pos } = context;
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from);
  if (!assistant || context.aborted || !(context.explicit || assistant.opens.test(before))) return null;
  const found = await assistant.suggest(state.doc.toString(), pos);
  if (!found || context.aborted) return null;
  return {
    from: found.from,
    options: found.items.map((item) => optionOf(item, { assistant, text: state.doc.toString(), at: pos })),
    validFor: assistant.keeps,
  };
}

interface Asked {
  readonly assistant: Assistant;
  readonly text: string;
  readonly at: number;
}

function optionOf({ label, type, boost, insert }: Suggestion, { assistant, text, at }: Asked): Completion {
  return {
    label,
    type,
    boost,
    ...(insert && { apply: (view, _option, _from, to) => write(view, insert, to) }),
    info: async () => {
      const found = await assistant.describe(text, at, label);
      return found ? explanationOf(found) : null;
    },
  };
}

function write(view: EditorView, { text, from }: NonNullable<Suggestion['insert']>, to: number): void {
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + text.length },
    userEvent: 'input.complete',
    scrollIntoView: true,
  });
}

function explainAtCursor(view: EditorView, find: FindAssistant): boolean {
  const { state } = view;
  void find()
    .then((assistant) => explanationAt(assistant, state, state.selection.main.head))
    .then((tooltip) => {
      if (tooltip && view.state.doc === state.doc) view.dispatch({ effects: tooltip.show });
    });
  return true;
}

/** Checks a file when it is opened, and whenever typing rests. */
function checkWhileTyping(find: FindAssistant): Extension {
  return ViewPlugin.fromClass(
    class {
      readonly #view: EditorView;
      #timer: ReturnType<typeof setTimeout> | undefined;

      constructor(view: EditorView) {
        this.#view = view;
        this.#checkAfter(0);
      }

      update({ docChanged }: ViewUpdate): void {
        if (docChanged) this.#checkAfter(REST);
      }

      destroy(): void {
        clearTimeout(this.#timer);
        this.#timer = undefined;
      }

      #checkAfter(delay: number): void {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#check(), delay);
      }

      async #check(): Promise<void> {
        const { doc } = this.#view.state;
        const mistakes = await (await find())?.check(doc.toString());
        // The text or the open file may have changed meanwhile. Then a later check answers.
        if (!mistakes || this.#timer === undefined || this.#view.state.doc !== doc) return;
        const said = newMistakes(this.#view.state, mistakes);
        this.#view.dispatch({
          effects: [setMistakes.of(mistakes), ...(said === '' ? [] : [EditorView.announce.of(said)])],
        });
      }
    },
  );
}
