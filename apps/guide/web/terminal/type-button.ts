// The button beside a command that types it in the terminal.
import { h } from '../dom.ts';

/** Name of the event that asks for a command to be typed. */
export const TYPE_COMMAND = 'type-command';

/** Whether the page has a terminal. */
const hasTerminal = (): boolean => document.getElementById('terminal') !== null;

/** Whether a block of code is a command for the terminal. Its shell is a POSIX shell, such as bash. */
const isCommand = (block: Element): boolean => block.querySelector('code.language-sh, code.language-bash') !== null;

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
