// The page that asks for the instructor key.
import { CLASS_LIMITS } from '../../../../lab/class-limits.ts';
import { html } from '../../../guide/server/html.ts';
import { render } from './layout.ts';

export interface LoginFields {
  /** What was wrong with the last try. */
  readonly problem?: string | undefined;
  readonly name?: string | undefined;
  /** Path of the page to go to. */
  readonly to?: string;
}

/** Asks for the key and the instructor's name: POST /login with the fields `key`, `name` and `to`. */
export const loginPage = ({ problem, name = '', to = '/board' }: LoginFields = {}): string =>
  render({
    title: 'Open the board',
    content: html`${problem === undefined ? '' : html`<p id="problem" class="bad" role="alert">${problem}</p>`}
      <form class="fields" action="/login" method="post">
        <input type="hidden" name="to" value="${to}">
        <label for="key">Instructor key</label>
        <p id="key-help" class="soft">The notes that <code>helm install</code> prints have the command
          that shows it.</p>
        <input id="key" name="key" type="password" required maxlength="200" autocomplete="current-password"
          aria-describedby="key-help"${problem === undefined ? '' : html` aria-invalid="true"`}>
        <label for="name">Your name</label>
        <p id="name-help" class="soft">Other instructors see it when you take a question, and learners when you look
          in.</p>
        <input id="name" name="name" value="${name}" required maxlength="${CLASS_LIMITS.name}" autocomplete="name"
          aria-describedby="name-help">
        <button class="primary">Open the board</button>
      </form>
      <p>Do you attend the class? Then you need no key. Your instructor shows you where to join.</p>`,
  });
