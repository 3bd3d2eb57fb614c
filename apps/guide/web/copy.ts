// Copies text to the clipboard. On pages over HTTPS or from localhost, it uses the Clipboard API. Browsers don't offer
// this API to other pages, so there it copies the text through a selection.
import { h } from './dom.ts';

export function copyButton(text: () => string, what: string): HTMLButtonElement {
  const element = h('button', { type: 'button', class: 'quiet copy', 'aria-label': `Copy ${what}` }, 'Copy');
  element.addEventListener('click', () => {
    void copied(text()).then((done) => {
      element.textContent = done ? 'Copied' : 'Select and copy it';
      setTimeout(() => {
        element.textContent = 'Copy';
      }, 2_000);
    });
  });
  return element;
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

function copiedBySelection(text: string): boolean {
  const area = h('textarea', { class: 'sr', 'aria-hidden': 'true', tabindex: '-1' });
  area.value = text;
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  // Deprecated, but the only way on a page without TLS.
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
