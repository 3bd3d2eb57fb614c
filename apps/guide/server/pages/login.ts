// The page that asks for the lab's key.
import { LOGIN_PATH } from '../../../../lab/names.ts';
import { html } from '../html.ts';
import { layout } from './layout.ts';

/**
 * Renders a form for the key, and above it what the guide expected and found.
 * @param root relative URL of the guide's root
 * @param step id of the step of the course that the person wanted to open
 */
export function loginPage(explanation: string, root: string, step?: string): string {
  const lines = explanation.split('\n').map((line) => html`<p>${line}</p>`);
  return layout({
    title: 'Log in',
    path: LOGIN_PATH,
    root,
    content: html`${lines}
      <form action="${root + LOGIN_PATH.slice(1)}">
        <label for="key">The lab's key</label>
        <input id="key" name="key" type="password" autocomplete="off" required>
        ${step === undefined ? '' : html`<input type="hidden" name="step" value="${step}">`}
        <button>Log in</button>
      </form>`,
  });
}
