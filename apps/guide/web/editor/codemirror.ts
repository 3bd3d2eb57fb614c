// The CodeMirror editor. It lives in a shadow root, where CodeMirror adds its styles as style sheet objects. In the
// page itself CodeMirror would add <style> elements, which the Content Security Policy forbids.
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, Prec } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import type { FileName } from '../../contract.ts';
import { mayOnlyLook } from '../class/look-in.ts';
import { h } from '../dom.ts';
import type { Problem } from '../run/watch.ts';
import { assist } from './assist.ts';
import { assistantOf } from './assistants.ts';
import { labelOf } from './editor.ts';
import type { Editor, EditorEvents } from './editor.ts';
import { problemMarks, setProblems } from './problem-marks.ts';
import { colours, look } from './theme.ts';

const languages: Record<FileName, Extension> = {
  'app.ts': javascript({ typescript: true }),
  'settings.env': [],
  'collector.yaml': yaml(),
};

export class CodeEditor implements Editor {
  readonly dom = h('div', { class: 'code-editor' });
  readonly #view: EditorView;
  readonly #events: EditorEvents;
  /** The undo history and cursor of each file, which are kept while the editor shows another file. */
  readonly #states = new Map<FileName, EditorState>();
  #name: FileName = 'app.ts';
  #problems: Problem[] = [];
  /** Whether the current change of the text comes from the page's own code, and not from the learner. */
  #quiet = false;

  constructor(events: EditorEvents) {
    this.#events = events;
    const root = this.dom.attachShadow({ mode: 'open' });
    this.#view = new EditorView({ parent: root, root, state: EditorState.create() });
  }

  open(name: FileName, text: string): void {
    if (this.#states.has(this.#name)) this.#states.set(this.#name, this.#view.state);
    const state = this.#states.get(name) ?? this.#stateOf(name, text);
    this.#states.set(name, state);
    this.#name = name;
    this.#view.setState(state);
    this.#showProblems();
  }

  replace(name: FileName, text: string): void {
    if (name === this.#name) {
      this.#quiet = true;
      this.#view.dispatch({
        changes: { from: 0, to: this.#view.state.doc.length, insert: text },
        ...this.#cursorIn(text),
      });
      this.#quiet = false;
      return;
    }
    const state = this.#states.get(name);
    if (state) this.#states.set(name, state.update({ changes: { from: 0, to: state.doc.length, insert: text } }).state);
  }

  /** Returns the selection that keeps the cursor on its line, at most at the end of that line. */
  #cursorIn(text: string): { selection: { anchor: number } } {
    const { doc, selection } = this.#view.state;
    const { number, from } = doc.lineAt(selection.main.head);
    const lines = text.split('\n');
    const above = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    const column = Math.min(selection.main.head - from, lines[number - 1]?.length ?? 0);
    return { selection: { anchor: Math.min(above + column, text.length) } };
  }

  mark(problems: Problem[]): void {
    this.#problems = problems;
    this.#showProblems();
  }

  goTo(line: number): void {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.max(1, Math.min(line, doc.lines)));
    this.#view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    this.#view.focus();
  }

  #showProblems(): void {
    if (!this.#states.has(this.#name)) return;
    this.#view.dispatch({ effects: setProblems.of(this.#problems.filter(({ file }) => file === this.#name)) });
  }

  #stateOf(name: FileName, text: string): EditorState {
    const run = () => {
      this.#events.onRun();
      return true;
    };
    return EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: 'Mod-Enter', run },
            { key: 'Mod-s', run, preventDefault: true },
          ]),
        ),
        lineNumbers(),
        history(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        indentUnit.of('  '),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: true }),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
        languages[name],
        syntaxHighlighting(colours),
        look,
        problemMarks,
        EditorState.readOnly.of(mayOnlyLook()),
        assist(assistantOf(name)),
        EditorView.contentAttributes.of({
          ...plainText(),
          tabindex: '0',
          'aria-label': mayOnlyLook()
            ? labelOf(name)
            : `${labelOf(name)}. Tab indents; Escape, then Tab, leaves the editor.`,
        }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && !this.#quiet) this.#events.onEdit(name, state.doc.toString());
        }),
      ],
    });
  }
}

/**
 * Makes the browser insert text without markup, where it can. CodeMirror handles a paste itself. But a browser that
 * inserts text with an editing command, such as from an input method or a password manager, would add elements with an
 * inline style, which the Content Security Policy forbids.
 * https://w3c.github.io/editing/docs/execCommand/#contenteditable
 */
function plainText(): Record<string, string> {
  try {
    h('div').contentEditable = 'plaintext-only';
    return { contenteditable: 'plaintext-only' };
  } catch {
    // Firefox knows it from version 136 on.
    return {};
  }
}
