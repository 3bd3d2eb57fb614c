// The learner's files as this page has them: what the lab has, what was typed since, and where the two have parted. Nothing
// here is ever thrown away unless the learner chose so.
import { fileNames } from '../../contract.ts';
import type { FileName, Files, VersionedFiles } from '../../contract.ts';
import type { Store } from '../store.ts';

/** A text that was typed, and the text of the lab that it was typed over. */
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

  /** What the lab has. */
  saved(name: FileName): string {
    return this.#saved[name];
  }

  /** What the editor shows. */
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

  /** Files that were changed in the lab since the learner began to change them here. */
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

  /**
   * Takes what the lab has now: at the start, or because it refused ours. Files not changed here follow it.
   * @returns the files whose text in the editor is another now
   */
  take({ version, files }: VersionedFiles): FileName[] {
    const before = this.all();
    this.#version = version;
    this.#saved = { ...this.#saved, ...files };
    for (const [name, edit] of this.#edits) this.#set(name, edit);
    return fileNames.filter((name) => this.text(name) !== before[name]);
  }

  /** The lab has taken `sent`; what was typed meanwhile stays unsaved. */
  wasSaved(version: string, sent: Files): void {
    this.#version = version;
    this.#saved = sent;
    for (const [name, { text }] of this.#edits) this.#set(name, { base: sent[name], text });
  }

  /** The learner has seen the lab's text and wants their own all the same. */
  keepMine(): void {
    for (const name of this.conflicts()) this.#set(name, { base: this.#saved[name], text: this.text(name) });
  }

  /** Drops what was typed in these files. */
  drop(names: FileName[]): void {
    for (const name of names) this.#forget(name);
  }

  #set(name: FileName, edit: Edit): void {
    if (edit.text === this.#saved[name]) return this.#forget(name);
    this.#edits.set(name, edit);
    this.#store.set(keyOf(name), edit);
  }

  /** Another tab may keep a draft of its own by now, which is not ours to remove. */
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
