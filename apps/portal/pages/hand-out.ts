// The pages of a link with which an instructor hands a seat out to its person.
import { html } from '../../guide/server/html.ts';
import type { Page } from './layout.ts';
import { paragraphs } from './layout.ts';

/** @param name what the pages call the person of the seat */
export const handOutPage = (name: string): Page => ({
  title: 'Come back to your seat',
  content: html`<p>Your instructor has made this link for ${name}. It works once.</p>
      <form class="fields" method="post"><button class="primary">I am ${name}: go to my seat</button></form>`,
});

export const handOutVoid = (): Page => ({
  title: 'This link works no longer',
  status: 410,
  content: [
    paragraphs('Somebody has used it, or it is older than ten minutes. Ask your instructor for another one.'),
    html`<p>You know your three words? <a href="/key">Come back with them</a>.</p>`,
  ],
});
