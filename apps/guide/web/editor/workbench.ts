// Connects the editor with the learner's files in the lab. The browser stores the learner's edits, and only Run sends
// them to the lab.
import { ApiError, get, messageOf, send } from '../api.ts';
import type { FileName, Files, KeptFile, VersionedFiles } from '../../contract.ts';
import { mayOnlyLook } from '../class/look-in.ts';
import { confirmed } from '../dialog.ts';
import { button, byId, fill, h, whenPressed } from '../dom.ts';
import type { Runner } from '../run/runner.ts';
import type { Problem } from '../run/watch.ts';
import type { Store } from '../store.ts';
import type { Comparison } from './compare.ts';
import { showConflict } from './conflict.ts';
import type { Editor } from './editor.ts';
import { PlainEditor } from './editor.ts';
import { Tabs } from './tabs.ts';
import { Workspace } from './workspace.ts';

export class Workbench {
  readonly #workspace: Workspace;
  readonly #runner: Runner;
  readonly #tabs: Tabs;
  readonly #place = byId('editor');
  readonly #runButton = byId<HTMLButtonElement>('run');
  #editor: Editor | undefined;
  #loaded = false;
  #editing = !mayOnlyLook();
  #problems: Problem[] = [];
  /**
   * A counter that changes with each Run. If it has changed while the page was reading the files from the lab, these
   * files are out of date, and the page ignores them.
   */
  #runs = 0;

  /** Is called when the files in the editor or in the lab have changed. */
  onUpdate: () => void = () => {};

  constructor(store: Store, runner: Runner) {
    this.#workspace = new Workspace(store);
    this.#runner = runner;
    this.#tabs = new Tabs(byId('tabs'), this.#place, (name) => {
      this.#editor?.open(name, this.#workspace.text(name));
      void this.#showLanes(name);
    });
    whenPressed(this.#runButton, () => this.run());
    whenPressed(byId<HTMLButtonElement>('discard'), () => this.#discard());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#loaded) void this.reload();
    });
    const earlier = byId<HTMLDetailsElement>('earlier');
    earlier.addEventListener('toggle', () => {
      if (earlier.open) void this.#showEarlier();
    });
    runner.onProblems = (problems) => this.#mark(problems);
  }

  /** Loads the CodeMirror editor, or the simple editor if CodeMirror can't be loaded. */
  async start(): Promise<void> {
    const events = {
      onEdit: (name: FileName, text: string) => this.#edited(name, text),
      onRun: () => this.#runButton.click(),
    };
    const files = this.reload();
    const editor = await import('./codemirror.ts').then(
      ({ CodeEditor }) => new CodeEditor(events),
      () => new PlainEditor(events),
    );
    await files;
    if (!this.#loaded) return;
    this.#editor = editor;
    this.#place.replaceChildren(editor.dom);
    this.#show();
  }

  /** Turns editing off if the guide can't change its lab, because then there are no files to show. */
  off(): void {
    this.#editing = false;
    this.#runButton.hidden = true;
    byId('log-part').hidden = true;
    fill(
      this.#place,
      h(
        'p',
        { class: 'soft' },
        'Editing is off: this guide does not run in a cluster, so there is no lab whose files it could change.',
      ),
    );
    this.#runner.say({ tone: 'quiet', text: 'Nothing can be run from here.' });
  }

  hasUnsaved(): boolean {
    return this.#workspace.unsaved().length > 0;
  }

  /** Returns the version of the files in the lab. It is empty while the page does not know them. */
  get version(): string {
    return this.#workspace.version;
  }

  open(name: FileName): void {
    this.#tabs.open(name);
  }

  /**
   * Shows how texts differ from the files in the editor.
   * @param title what the texts are
   */
  async compare(title: string, texts: Comparison['texts']): Promise<void> {
    const { showComparison } = await import('./compare.ts');
    const put = (file: FileName, text: string): void => this.#put(file, text);
    showComparison(byId('compare'), { title, texts, mine: this.#workspace.all(), put });
  }

  /** Replaces the text of a file in the editor, as an edit of the learner that Undo takes back. */
  #put(file: FileName, text: string): void {
    this.open(file);
    this.#workspace.edit(file, text);
    this.#editor?.replace(file, text);
    this.#update();
    byId(`tab-${file}`).focus();
  }

  /** Lists the texts that steps and resets have replaced, each with a button that compares it with the editor. */
  async #showEarlier(): Promise<void> {
    const place = byId('earlier-list');
    try {
      const { kept } = await get<{ kept: KeptFile[] }>('api/files/kept');
      fill(place, kept.length === 0 ? h('li', { class: 'soft' }, 'none yet') : kept.map((one) => this.#earlier(one)));
    } catch (error) {
      fill(place, h('li', { class: 'bad' }, messageOf(error)));
    }
  }

  #earlier({ from, file, text }: KeptFile): HTMLElement {
    const title = `${file} ${keptInWords(from)}`;
    return h(
      'li',
      {},
      `${title} `,
      button('Compare', () => this.compare(title, [{ file, text }]), { class: 'quiet' }),
    );
  }

  /** Loads the files from the lab. @param anew drop the learner's unsaved edits, as the learner has agreed to */
  async reload(anew = false): Promise<void> {
    const runs = this.#runs;
    try {
      const files = await get<VersionedFiles>('api/files');
      if (runs !== this.#runs) return;
      const before = this.#workspace.all();
      if (anew) this.#workspace.drop(this.#workspace.unsaved());
      this.#take(files, before);
      this.#loaded = true;
    } catch (error) {
      if (!this.#loaded)
        fill(
          this.#place,
          h('p', { class: 'bad' }, messageOf(error)),
          h(
            'p',
            {},
            button('Try again', () => this.start()),
          ),
        );
    }
  }

  /** Saves the files in the editor, and starts a Run with them. */
  async run(): Promise<void> {
    if (!this.#loaded || !this.#editing) return;
    if (this.#workspace.conflicts().length > 0) return this.#update();
    for (const name of this.#workspace.tidy()) this.#editor?.replace(name, this.#workspace.text(name));
    const sent = this.#workspace.all();
    this.#runs += 1;
    this.#runner.prepare();
    try {
      const { version, restarted } = await send<{ version: string; restarted: string[] }>('PUT', 'api/files', {
        version: this.#workspace.version,
        files: sent,
      });
      this.#runs += 1;
      this.#workspace.wasSaved(version, sent);
      this.#runner.begin(restarted);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await this.#refused(error.body as VersionedFiles);
      else this.#runner.cancel(`Not saved. ${messageOf(error)}`);
    }
    this.#update();
  }

  /**
   * Handles a save that the guide refused because somebody else has changed the files. If the learner and the other
   * person changed different files, it saves again. If both changed the same file, it shows the conflict.
   */
  async #refused(theirs: VersionedFiles): Promise<void> {
    this.#take(theirs, this.#workspace.all());
    if (this.#workspace.conflicts().length === 0) return this.run();
    this.#runner.cancel(
      `Not saved: ${this.#workspace.conflicts().join(' and ')} was changed elsewhere. Choose above which text to keep.`,
    );
  }

  #take(files: VersionedFiles, before: Files): void {
    if (this.#loaded && files.version !== this.version) this.#runner.forget();
    this.#workspace.take(files);
    for (const name of Object.keys(before) as FileName[]) {
      if (this.#workspace.text(name) !== before[name]) this.#editor?.replace(name, this.#workspace.text(name));
    }
    this.#update();
  }

  #edited(name: FileName, text: string): void {
    this.#workspace.edit(name, text);
    this.#update();
  }

  async #discard(): Promise<void> {
    const names = this.#workspace.unsaved();
    const agreed = await confirmed({
      title: 'Discard your changes?',
      text: `${names.join(' and ')} will be as the lab has it now.`,
      yes: 'Discard',
    });
    if (agreed) this.#drop(names);
  }

  #drop(names: FileName[]): void {
    this.#workspace.drop(names);
    for (const name of names) this.#editor?.replace(name, this.#workspace.text(name));
    this.#update();
    // What Run has said about these files no longer holds, such as “Not saved”.
    this.#runner.restate();
  }

  #mark(problems: Problem[]): void {
    this.#problems = problems;
    this.#editor?.mark(problems);
    this.#update();
  }

  /** Moves the cursor to the file and line of a problem. */
  goTo({ file, line }: Problem): void {
    this.#tabs.open(file);
    if (line !== undefined) this.#editor?.goTo(line);
  }

  #show(): void {
    this.#editor?.open(this.#tabs.current, this.#workspace.text(this.#tabs.current));
    this.#editor?.mark(this.#problems);
    this.#update();
  }

  #update(): void {
    const unsaved = this.#workspace.unsaved();
    this.#tabs.markFiles(
      unsaved,
      this.#problems.map(({ file }) => file),
    );
    byId('unsaved').textContent = unsaved.length > 0 ? `Not saved: ${unsaved.join(', ')}` : '';
    byId('discard').hidden = unsaved.length === 0;
    void this.#showLanes(this.#tabs.current);
    showConflict(byId('conflict'), this.#workspace, {
      keepMine: () => {
        this.#workspace.keepMine();
        return this.run();
      },
      takeTheirs: () => this.#drop(this.#workspace.conflicts()),
    });
    this.onUpdate();
  }

  /** Draws the Collector's pipelines while collector.yaml is open. */
  async #showLanes(name: FileName): Promise<void> {
    const isOpen = name === 'collector.yaml';
    if (!this.#editor || (!isOpen && document.getElementById('lanes') === null)) return;
    const lanes = await import('./collector/lanes.ts').catch(() => undefined);
    await lanes?.showLanes(this.#place, isOpen ? this.#workspace.text('collector.yaml') : undefined);
  }
}

/** Says in words why a copy was kept, such as `before-08-context`. */
function keptInWords(from: string): string {
  if (from === 'before-reset') return 'before the last reset or skip';
  const step = /^before-0?(\d+)-/.exec(from)?.[1];
  return step === undefined ? `(${from})` : `before step ${step}`;
}
