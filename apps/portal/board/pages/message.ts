// The page that says why something is not possible, and what to do.
import { html } from '../../../guide/server/html.ts';
import { render } from './layout.ts';

export interface Message {
  readonly title: string;
  readonly text: string;
  readonly status: number;
  /** Where the page's link leads. Default: the board. */
  readonly link?: { readonly href: string; readonly text: string };
  /** Seconds after which the page asks whether something has changed, by the script portal.js. */
  readonly again?: number;
}

const BOARD = { href: '/board', text: 'Go to the board' };

export const messagePage = ({ title, text, link = BOARD, again }: Message): string =>
  render({
    title,
    content: html`<p>${text}</p>
      <p><a class="button primary" href="${link.href}">${link.text}</a></p>`,
    ...(again !== undefined && { data: { again } }),
  });
