// The page that says why something is not possible. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import { plainPage } from './layout.ts';

export interface Message {
  readonly title: string;
  readonly text: string;
  readonly status: number;
  /** Where the page's link leads. Default: the board. */
  readonly link?: { readonly href: string; readonly text: string };
  /** Seconds after which the page asks whether something has changed, by the script portal.js. */
  readonly again?: number;
}

export const messagePage = ({ title, text }: Message): string => plainPage(title, html`<p>${text}</p>`);
