// What an instructor who looks into a lab can't do. The guide refuses it, so the page doesn't offer it. Controls that
// change something in the lab have the attribute `data-change`, and what only the learner gets has `data-own`. The
// style sheet look-in.css hides them.

/** Attributes of a control that changes something in the lab. */
export const CHANGE = { 'data-change': true } as const;

/** Attributes of what only the learner gets: the export, and pages of the apps. */
export const OWN = { 'data-own': true } as const;

/** Whether the page is for an instructor who may read everything, and change nothing. */
export const mayOnlyLook = (): boolean => document.body.dataset['portal'] === 'instructor';

/** Name of the channel on which the board tells the windows of its origin that a visit has ended: the Seat's name. */
export const ENDED_VISITS = 'ended-visits';
