// The page that asks for the instructor key. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import { plainPage } from './layout.ts';

/** Asks for the key and the instructor's name: POST /login with the fields `key` and `name`. */
export const loginPage = ({ problem, name = '' }: { readonly problem?: string; readonly name?: string } = {}): string =>
  plainPage(
    'The instructor key',
    html`<p>${problem}</p>
      <form method="post" action="/login"><input name="key"><input name="name" value="${name}"></form>`,
  );
