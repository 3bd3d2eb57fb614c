// What the portal says when it passes a request on to no guide.
import { html } from '../../guide/server/html.ts';
import { prefixOf } from '../proxy.ts';
import type { ProxyFailure } from '../proxy.ts';
import type { Page } from './layout.ts';
import { paragraphs } from './layout.ts';

export const notYourSeat = (own: string): Page => ({
  title: 'This is another person’s seat',
  status: 403,
  content: html`<p>Only the person who has it can open it.</p>
      <p><a class="button primary" href="${prefixOf(own)}/">Open your own lab</a></p>`,
});

/** @param url the portal's page of the own seat */
export const linkUsed = (url: string): Page => ({
  title: 'This link is used up',
  status: 403,
  content: html`<p>It leads to a lab once, within a minute, and only in the browser that asked for it. If this comes
        again and again, this browser keeps no cookies of this address.</p>
      <p><a class="button primary" href="${url}">Open your lab</a></p>`,
});

export const seatNeeded = (): Page => ({
  title: 'Whose seat is this?',
  status: 401,
  content: [
    paragraphs('This browser has no seat.'),
    html`<p><a class="button primary" href="/">Join with the class code</a>
        <a class="button" href="/key">Come back with your three words</a></p>`,
  ],
});

export const apiSilent = (): Page => ({
  title: 'The cluster does not answer',
  status: 503,
  content: paragraphs(
    'The portal can’t ask the cluster about your seat now. Nothing is lost. This page tries again by itself.',
  ),
  again: 3,
});

export const foreignRequest = (): Page => ({
  title: 'This request comes from another site',
  status: 403,
  content: html`<p>The portal changes things only for its own pages. If this is the portal's own page, the address in
        the browser is not the portal's: your instructor sets <code>portal.url</code> to it.</p>
      <p><a href="/">Go to the portal</a></p>`,
});

const failures: Readonly<Record<ProxyFailure, Page>> = {
  starting: {
    title: 'Your lab is starting',
    status: 503,
    content: paragraphs('Its page is not ready yet. This page goes on by itself.'),
    again: 2,
  },
  unreachable: {
    title: 'Your lab does not answer',
    status: 502,
    content: paragraphs(
      'The page of your lab was there, but takes no connection now. It may be restarting. This page tries again.',
    ),
    again: 2,
  },
  refused: {
    title: 'Your lab is starting',
    status: 503,
    content: paragraphs(
      'The portal has a new key, and your lab does not know it yet. It gets it within two minutes. ' +
        'This page goes on by itself.',
      'If it takes longer, tell your instructor: the clocks of two nodes may differ by more than 30 seconds.',
    ),
    again: 2,
    error: 'Your lab is starting: it gets the portal’s new key within two minutes. Try again.',
  },
  slow: {
    title: 'Your lab is slow',
    status: 504,
    content: paragraphs('It did not begin to answer within two minutes. Load the page again.'),
  },
  invalid: {
    title: 'Your lab’s answer can’t be shown',
    status: 502,
    content: paragraphs(
      'It is not valid HTTP, or leads to another site. Load the page again, or tell your instructor.',
    ),
  },
  unknown: apiSilent(),
};

export const failurePage = (failure: ProxyFailure): Page => failures[failure];

export const notFound = (): Page => ({
  title: 'No such page',
  status: 404,
  content: html`<p>Check the address, or <a href="/">join a class</a>.</p>`,
});

export const badPath = (): Page => ({
  title: 'This address is not valid',
  status: 400,
  content: html`<p>Expected a path such as <code>/s/SEAT/</code>. <a href="/">Go to the portal</a></p>`,
});
