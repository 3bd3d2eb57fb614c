// The pages with which a person comes back to a seat by three words.
import { html } from '../../guide/server/html.ts';
import type { Page } from './layout.ts';
import { paragraphs } from './layout.ts';

const keyForm = html`
      <form class="fields" action="/key" method="post">
        <label for="words">Your three words</label>
        <input id="words" name="words" required maxlength="100" autocomplete="off" autocapitalize="none"
          spellcheck="false" autofocus aria-describedby="words-help">
        <button class="primary">Go to my seat</button>
        <p id="words-help" class="soft">You saw them when you took your seat. The page of your seat shows them, too.</p>
      </form>
      <p>No seat yet? <a href="/">Join with the class code</a>. Words lost? Your instructor can free your seat, and you
        join again.</p>`;

/** @param text what was expected and found, above the form */
export const keyPage = (text?: string, status = 200): Page => ({
  title: 'Come back to your seat',
  status,
  content: [text === undefined ? '' : html`<p class="note" role="alert">${text}</p>`, keyForm],
});

export const wrongKey = (text: string): Page => keyPage(text, 403);

export const tooManyKeys = (): Page =>
  keyPage('The portal gets many wrong words now, so it checks none for some seconds. Try again then.', 429);

export const secretChanged = (): Page =>
  keyPage('The portal no longer knows this browser. Enter your three words, and you are back in your seat.', 401);

export const seatEnded = (): Page => ({
  title: 'This seat is no longer yours',
  status: 403,
  content: [
    paragraphs('Your instructor has freed it. Join the class again to get a seat.'),
    html`<p><a class="button primary" href="/">Join with the class code</a></p>
      <p>Was that your seat on another device, too? <a href="/key">Try your three words</a>.</p>`,
  ],
});

export const seatReset = (): Page => ({
  title: 'Your seat is being reset',
  status: 503,
  content: paragraphs('You get it back with a new lab. This usually takes a minute. This page goes on by itself.'),
  again: 2,
});
