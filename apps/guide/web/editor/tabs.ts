// The editor's tabs, one for each file. They show which files are not saved, and which have an error.
import { fileNames } from '../../contract.ts';
import type { FileName } from '../../contract.ts';
import { fill, h } from '../dom.ts';
import { TabList } from '../tab-list.ts';

export class Tabs {
  readonly #tabs: TabList<FileName>;

  constructor(list: HTMLElement, panel: HTMLElement, onOpen: (name: FileName) => void) {
    this.#tabs = new TabList({ list, panel, names: fileNames, open: 'app.ts', onOpen });
  }

  get current(): FileName {
    return this.#tabs.current;
  }

  open(name: FileName): void {
    this.#tabs.open(name);
  }

  /** Marks the tabs of files that have unsaved changes, and the tabs of files that have a problem. */
  markFiles(unsaved: FileName[], wrong: FileName[]): void {
    for (const [name, tab] of this.#tabs.tabs) {
      const notes = [unsaved.includes(name) ? 'not saved' : '', wrong.includes(name) ? 'has an error' : ''].filter(
        Boolean,
      );
      tab.classList.toggle('unsaved', unsaved.includes(name));
      tab.classList.toggle('wrong', wrong.includes(name));
      fill(tab, name, notes.length > 0 && h('span', { class: 'sr' }, ` (${notes.join(', ')})`));
    }
  }
}
