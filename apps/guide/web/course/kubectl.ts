// The section of a step with the commands that do it in a terminal. Where commands differ between shells, the learner
// chooses a shell with tabs, and the browser remembers the choice.
import { shells } from '../../contract.ts';
import type { Shell } from '../../contract.ts';
import { h } from '../dom.ts';
import type { Child } from '../dom.ts';
import type { Store } from '../store.ts';
import { TabList } from '../tab-list.ts';
import { otherShellNote } from '../terminal/type-button.ts';
import { prose } from './prose.ts';

const titles: Record<Shell, string> = { bash: 'bash, zsh', powershell: 'PowerShell', cmd: 'cmd' };
const KEY = 'shell';

/** Builds the section. It is folded, because most learners use the page. */
export function kubectlSection(html: string, store: Store): HTMLElement {
  const commands = prose(html);
  commands.id = 'commands';
  return h(
    'details',
    { class: 'commands' },
    h('summary', {}, 'The same with kubectl'),
    shells.some((shell) => blocksOf(commands, shell).length > 0) && shellTabs(commands, store),
    commands,
  );
}

function shellTabs(commands: HTMLElement, store: Store): Child {
  const note = otherShellNote();
  const show = (shell: Shell): void => {
    showOnly(commands, shell);
    if (note) note.hidden = shell === 'bash';
  };
  const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Shell' });
  commands.setAttribute('role', 'tabpanel');
  const tabs = new TabList<Shell>({
    list,
    panel: commands,
    names: shells,
    open: shells.find((shell) => shell === store.get(KEY)) ?? 'bash',
    labelOf: (shell) => titles[shell],
    onOpen: (shell) => {
      store.set(KEY, shell);
      show(shell);
    },
  });
  show(tabs.current);
  return [list, note];
}

/** Shows the commands of one shell. A command that is the same in every shell stays. */
function showOnly(commands: HTMLElement, shell: Shell): void {
  for (const other of shells) for (const block of blocksOf(commands, other)) block.hidden = other !== shell;
}

function blocksOf(commands: HTMLElement, shell: Shell): HTMLElement[] {
  return [...commands.querySelectorAll<HTMLElement>(`.code-block:has(> pre > code.language-${shell})`)];
}
