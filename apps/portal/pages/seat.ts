// The pages of a person who has a seat.
import { html } from '../../guide/server/html.ts';
import type { Content } from '../../guide/server/html.ts';
import type { SeatState } from '../class-state.ts';
import { prefixOf } from '../proxy.ts';
import type { Page } from './layout.ts';

export interface OwnSeat {
  /** Name of the Seat. */
  readonly seat: string;
  /** What the page calls the person. */
  readonly name: string;
  readonly state: SeatState;
  /** What the seat waits for, in the operator's words. */
  readonly reason?: string | undefined;
  /** The person's three words. Undefined if they can't be shown again. */
  readonly words?: string | undefined;
  /** The query with which the lab opens, such as `?step=06-manual`. */
  readonly query?: string;
}

const titles: Readonly<Record<SeatState, string>> = {
  Ready: 'Your seat is ready',
  Starting: 'Your lab is starting',
  Waiting: 'Your seat waits for room',
  Failed: 'Your lab does not start',
  Stopped: 'Your seat is stopped',
  Ending: 'Your seat is being removed',
};

const texts: Readonly<Record<SeatState, string>> = {
  Ready: '',
  Starting: 'It usually takes less than a minute. This page says when it is ready.',
  Waiting: 'The cluster has no room for it yet. Tell your instructor. This page goes on by itself.',
  Failed: 'Tell your instructor. This page goes on by itself when the lab is mended.',
  Stopped: 'Your work is kept. Your instructor can start the seat again. This page goes on by itself.',
  Ending:
    'Your instructor resets or removes it. This page goes on by itself. After a reset it leads back to your seat. ' +
    'If nothing happens for some minutes, tell your instructor.',
};

const leaveForm = html`<form action="/logout" method="post">
        <button class="quiet">Leave this seat on this browser</button></form>
      <p class="soft">The seat stays yours. Its three words lead back to it.</p>`;

export const seatPage = (own: OwnSeat): Page => ({
  title: titles[own.state],
  content: html`<p>Hello, ${own.name}.</p>
      ${own.state === 'Ready' ? openLink(own) : progress(own)}
      ${wordsText(own.words)}
      ${leaveForm}`,
  ...(own.state !== 'Ready' && { again: 2 }),
});

/** For a browser that opens the class's link again. */
export const hasSeatPage = (): Page => ({
  title: 'You have a seat in this class',
  content: html`<p><a class="button primary" href="/seat">Go to your seat</a></p>
      <p>Does somebody else use this browser now? Leave the seat first, and keep its three words.</p>
      ${leaveForm}`,
});

/** Goes on to the host of the seat, which forgets the session, too. */
export const leavingPage = (next: string): Page => ({
  title: 'You leave this seat',
  content: html`<p>This takes a moment.</p>
      <p><a class="button primary" href="${next}">Go on</a></p>`,
  next,
});

const openLink = ({ seat, query = '' }: OwnSeat): Content =>
  html`<p><a class="button primary" href="${prefixOf(seat)}/${query}">Open your lab</a></p>`;

const progress = ({ state, reason }: OwnSeat): Content => html`<p role="status">${texts[state]}</p>
      ${reason === undefined ? '' : html`<p class="note">${reason}</p>`}`;

const wordsText = (words: string | undefined): Content =>
  words === undefined
    ? html`<p class="soft">Your three words can't be shown any more. To use another device, ask your
        instructor.</p>`
    : html`<h2>Your three words</h2>
      <p class="words">${words}</p>
      <p class="soft">Write them down. With them you get to this seat from another browser or device.</p>`;
