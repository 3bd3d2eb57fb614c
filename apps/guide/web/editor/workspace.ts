// The learner's files on the page: the texts in the lab, the learner's edits, and the conflicts between them. Only the
// learner can decide to drop an edit.
import { fileNames } from '../../contract.ts';
import type { FileName, Files, VersionedFiles } from '../../contract.ts';
import { tidy } from '../../tidy.ts';
import type { Store } from '../store.ts';

/** The text of a file that the learner has edited, and the text that this file had in the lab before the edit. */
interface Edit {
  base: string;
  text: string;
}

export class Workspace {
  #version = '';
  #saved: Files = { 'app.ts': '', 'settings.env': '', 'collector.yaml': '' };
  readonly #edits = new Map<FileName, Edit>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    for (const name of fileNames) {
      const edit = store.get<Edit>(keyOf(name));
      if (typeof edit?.base === 'string' && typeof edit.text === 'string') this.#edits.set(name, edit);
    }
  }

  get version(): string {
    return this.#version;
  }

  /** Returns the file's text in the lab. */
  saved(name: FileName): string {
    return this.#saved[name];
  }

  /** Returns the file's text in the editor. */
  text(name: FileName): string {
    return this.#edits.get(name)?.text ?? this.#saved[name];
  }

  all(): Files {
    return {
      'app.ts': this.text('app.ts'),
      'settings.env': this.text('settings.env'),
      'collector.yaml': this.text('collector.yaml'),
    };
  }

  unsaved(): FileName[] {
    return fileNames.filter((name) => this.#edits.has(name));
  }

  /** Returns the files that the learner has edited and that somebody else has changed in the lab meanwhile. */
  conflicts(): FileName[] {
    return fileNames.filter((name) => {
      const edit = this.#edits.get(name);
      return edit !== undefined && edit.base !== this.#saved[name];
    });
  }

  edit(name: FileName, text: string): void {
    const base = this.#edits.get(name)?.base ?? this.#saved[name];
    this.#set(name, { base, text });
  }

  /** Tidies the files that the learner has edited, as a save does. @returns the files whose text has changed */
  tidy(): FileName[] {
    const untidy = this.unsaved().filter((name) => this.text(name) !== tidy(this.text(name)));
    for (const name of untidy) this.edit(name, tidy(this.text(name)));
    return untidy;
  }

  /**
   * Records the files that the lab has now. The editor shows the lab's text for each file that the learner has not
   * edited.
   * @returns the files whose text in the editor has changed
   */
  take({ version, files }: VersionedFiles): FileName[] {
    const before = this.all();
    this.#version = version;
    this.#saved = { ...this.#saved, ...files };
    for (const [name, edit] of this.#edits) this.#set(name, edit);
    return fileNames.filter((name) => this.text(name) !== before[name]);
  }

  /** Records that the lab has saved the files `sent`. Edits that the learner made meanwhile stay unsaved. */
  wasSaved(version: string, sent: Files): void {
    this.#version = version;
    this.#saved = sent;
    for (const [name, { text }] of this.#edits) this.#set(name, { base: sent[name], text });
  }

  /** Resolves all conflicts by keeping the learner's text. */
  keepMine(): void {
    for (const name of this.conflicts()) this.#set(name, { base: this.#saved[name], text: this.text(name) });
  }

  /** Drops the learner's edits of these files. */
  drop(names: FileName[]): void {
    for (const name of names) this.#forget(name);
  }

  #set(name: FileName, edit: Edit): void {
    if (edit.text === this.#saved[name]) return this.#forget(name);
    this.#edits.set(name, edit);
    this.#store.set(keyOf(name), edit);
  }

  /**
   * Drops the edit of a file, also in the browser's storage. A different edit of this file that another tab has stored
   * stays there.
   */
  #forget(name: FileName): void {
    const known = this.#edits.get(name);
    this.#edits.delete(name);
    const kept = this.#store.get<Edit>(keyOf(name));
    if (kept && (kept.text === known?.text || kept.text === this.#saved[name])) this.#store.remove(keyOf(name));
  }
}

function keyOf(name: FileName): string {
  return `draft/${name}`;
}
