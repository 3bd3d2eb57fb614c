// What the page needs of an editor, and the plainest one there is: for browsers that CodeMirror does not load in.
import type { FileName } from '../../contract.ts';
import { h } from '../dom.ts';
import type { Problem } from '../run/watch.ts';

export interface Editor {
  readonly dom: HTMLElement;
  /** Shows this file, whose text is `text` unless it was shown before. */
  open(name: FileName, text: string): void;
  /** Another text for a file, as a change that can be undone. */
  replace(name: FileName, text: string): void;
  /** Marks where the problems of all files are; what was marked before is no longer. */
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
    // A text area has no lines to mark; the problem is said above it.
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
