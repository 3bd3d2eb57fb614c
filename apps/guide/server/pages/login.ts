// The page that asks for the lab's key.
import { LOGIN_PATH } from '../../../../lab/names.ts';
import { html } from '../html.ts';
import { layout } from './layout.ts';

/** Renders a form for the key, and above it what the guide expected and found. */
export function loginPage(explanation: string): string {
  const lines = explanation.split('\n').map((line) => html`<p>${line}</p>`);
  return layout({
    title: 'Log in',
    path: LOGIN_PATH,
    content: html`${lines}
      <form action="${LOGIN_PATH}">
        <label for="key">The lab's key</label>
        <input id="key" name="key" type="password" autocomplete="off" required>
        <button>Log in</button>
      </form>`,
  });
}
