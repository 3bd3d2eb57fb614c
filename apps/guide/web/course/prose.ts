// Shows the HTML of a step's text.
import { copyButton } from '../copy.ts';
import { fill, h } from '../dom.ts';
import { typeButton } from '../terminal/type-button.ts';

/** Shows HTML from the step's text. The reader can copy its code, and scroll wide code with the keyboard. */
export function prose(html: string): HTMLElement {
  const made = h('div', { class: 'prose' });
  made.innerHTML = html;
  made.querySelectorAll('table').forEach(frameTable);
  for (const link of made.querySelectorAll<HTMLAnchorElement>('a[href^="http"]'))
    Object.assign(link, { target: '_blank', rel: 'noopener noreferrer' });
  for (const block of made.querySelectorAll('pre')) {
    const text = block.textContent;
    const frame = h('div', { class: 'code-block' });
    block.replaceWith(frame);
    block.tabIndex = 0;
    block.setAttribute('role', 'group');
    block.setAttribute('aria-label', 'Code');
    frame.append(
      block,
      copyButton(() => text, 'this code'),
      typeButton(block) ?? '',
    );
  }
  return made;
}

/**
 * Makes code and tables fit a narrow column. Code may wrap at readable places. A table that is still too wide scrolls,
 * with the keyboard too.
 */
function frameTable(table: HTMLTableElement): void {
  const frame = h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table' });
  table.replaceWith(frame);
  frame.append(table);
  for (const code of table.querySelectorAll('code')) {
    const parts = code.textContent.split(/(?<=[.,_(])(?!\))/);
    fill(
      code,
      parts.map((part, index) => [index > 0 && h('wbr'), part]),
    );
  }
}
