// The interface of an editor, and a simple text editor for browsers that can't load CodeMirror.
import type { FileName } from '../../contract.ts';
import { mayOnlyLook } from '../class/look-in.ts';
import { h } from '../dom.ts';
import type { Problem } from '../run/watch.ts';

export interface Editor {
  readonly dom: HTMLElement;
  /**
   * Shows a file. The text in `text` is used only the first time. Later, the editor shows the text that it already has
   * for this file.
   */
  open(name: FileName, text: string): void;
  /** Replaces a file's text. The learner can undo the change. */
  replace(name: FileName, text: string): void;
  /** Marks the lines with problems in all files, and removes earlier marks. */
  mark(problems: Problem[]): void;
  goTo(line: number): void;
}

export interface EditorEvents {
  onEdit(name: FileName, text: string): void;
  onRun(): void;
}

export function labelOf(name: FileName): string {
  return `${name}, text of the file`;
}

export class PlainEditor implements Editor {
  readonly dom = h('textarea', {
    class: 'plain-editor',
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    rows: 22,
    readonly: mayOnlyLook(),
  });
  readonly #texts = new Map<FileName, string>();
  #name: FileName = 'app.ts';

  constructor(events: EditorEvents) {
    this.dom.addEventListener('input', () => {
      this.#texts.set(this.#name, this.dom.value);
      events.onEdit(this.#name, this.dom.value);
    });
  }

  open(name: FileName, text: string): void {
    this.#name = name;
    this.dom.setAttribute('aria-label', labelOf(name));
    this.dom.value = this.#texts.get(name) ?? text;
  }

  replace(name: FileName, text: string): void {
    this.#texts.set(name, text);
    if (name === this.#name) this.dom.value = text;
  }

  mark(): void {
    // A text area can't mark lines. The page reports the problem above it.
  }

  goTo(line: number): void {
    const start =
      this.dom.value
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0);
    this.dom.focus();
    this.dom.setSelectionRange(start, start);
  }
}
