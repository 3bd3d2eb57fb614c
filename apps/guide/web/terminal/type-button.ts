// The button beside a command that types it in the terminal.
import { h } from '../dom.ts';

/** Name of the event that asks for a command to be typed. */
export const TYPE_COMMAND = 'type-command';

/** Whether the page has a terminal. */
const hasTerminal = (): boolean => document.getElementById('terminal') !== null;

/**
 * Whether a block of code is a command that can be typed in the terminal: its shell is a POSIX shell, and what is typed
 * is one line, which the person runs.
 */
const isCommand = (block: Element): boolean =>
  block.querySelector('code.language-sh, code.language-bash') !== null && !block.textContent.trim().includes('\n');

/** Says that the terminal doesn't take the commands of another shell. Undefined if the page has no terminal. */
export const otherShellNote = (): HTMLElement | undefined =>
  hasTerminal()
    ? h(
        'p',
        { class: 'soft' },
        'The terminal on this page is a POSIX shell, and takes the commands for bash. Those of another shell are for ' +
          'your own machine.',
      )
    : undefined;

/** Returns the button for a block of code, if it is a command and the page has a terminal. */
export function typeButton(block: Element): HTMLButtonElement | undefined {
  if (!hasTerminal() || !isCommand(block)) return undefined;
  const text = block.textContent;
  const button = h('button', { type: 'button', class: 'quiet type' }, 'Type it in the terminal');
  button.addEventListener('click', () => {
    button.dispatchEvent(new CustomEvent(TYPE_COMMAND, { detail: text, bubbles: true }));
  });
  return button;
}
