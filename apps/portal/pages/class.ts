// The pages of a class that seats nobody now.
import { html } from '../../guide/server/html.ts';
import type { ClassState } from '../class-state.ts';
import type { Workshop } from '../kinds.ts';
import type { Page } from './layout.ts';
import { paragraphs } from './layout.ts';

const AGAIN = 3;
const byItself = 'This page goes on by itself.';
const inUtc = (time: string): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const pages: Readonly<Record<Exclude<ClassState, 'Open'>, (workshop: Workshop) => Page>> = {
  NotStarted: ({ spec }) => ({
    title: 'The class has not started yet',
    content: [
      html`<p>It starts at <time datetime="${spec.schedule?.startsAt}">${inUtc(spec.schedule?.startsAt ?? '')}</time>.
        Keep this page open. ${byItself}</p>`,
    ],
    again: AGAIN,
  }),
  Over: ({ metadata }) => ({
    title: 'The class is over',
    content: metadata.deletionTimestamp
      ? paragraphs('Nobody can join it any more. It is being removed, with all seats.')
      : paragraphs('Nobody can join it any more. If that is a mistake, your instructor can extend it.', byItself),
    again: 4 * AGAIN,
  }),
  Full: () => ({
    title: 'The class is full',
    content: [
      paragraphs(`Every seat is taken. Your instructor can add one, or free one. ${byItself}`),
      html`<p>Do you have a seat already? <a href="/key">Come back with your three words</a>.</p>`,
    ],
    again: AGAIN,
  }),
  Paused: () => ({
    title: 'The class is paused',
    content: paragraphs(`No seat is free, and your instructor has paused the making of new ones. ${byItself}`),
    again: AGAIN,
  }),
  Preparing: () => ({
    title: 'Your seat is being made',
    content: paragraphs(`No seat is free yet. The next one usually takes less than a minute. ${byItself}`),
    again: 2,
  }),
};

/** The page that says why a class seats nobody, and what to do. */
export const closedPage = (state: Exclude<ClassState, 'Open'>, workshop: Workshop): Page => pages[state](workshop);
