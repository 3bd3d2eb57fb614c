// The pages with which people get a seat: the class code, and then their name.
import { html } from '../../guide/server/html.ts';
import type { Content } from '../../guide/server/html.ts';
import { PORTAL } from '../../../lab/names.ts';
import type { RosterEntry } from '../class-state.ts';
import { LONGEST_NAME } from '../person-name.ts';
import type { Page } from './layout.ts';
import { paragraphs } from './layout.ts';

const { length } = PORTAL.code;

const codeForm = (code = ''): Content => html`
      <form class="fields" action="/join" method="get">
        <label for="code">Class code</label>
        <input id="code" name="code" value="${code}" required maxlength="20" size="${length}" autocomplete="off"
          autocapitalize="none" spellcheck="false" autofocus aria-describedby="code-help">
        <button class="primary">Join</button>
        <p id="code-help" class="soft">${length} letters and digits. Your instructor shows them.</p>
      </form>`;

const keyHint = html`<p>You had a seat already? <a href="/key">Come back with your three words</a>.</p>`;

const ownSeat = html`<p class="note">This browser has a seat. <a href="/seat">Go to your seat</a></p>`;

export const codePage = (hasSeat: boolean): Page => ({
  title: 'Join a class',
  content: html`${hasSeat ? ownSeat : ''}${codeForm()}
      ${keyHint}`,
});

/** @param tooMany whether the portal has had too many wrong codes lately */
export function wrongCodePage(code: string, tooMany: boolean): Page {
  const text = tooMany
    ? 'No class has this code, and the portal gets many wrong codes now. Wait a few seconds before you try again.'
    : `No class has the code “${code.slice(0, 20)}”. Compare it with the one that your instructor shows.`;
  return { title: 'Wrong class code', status: tooMany ? 429 : 404, content: [paragraphs(text), codeForm(), keyHint] };
}

export interface ClaimForm {
  readonly code: string;
  /** The random id that makes a repeated claim get the same seat. */
  readonly claimId: string;
}

interface Entered {
  readonly name?: string;
  readonly problem?: string;
}

const problemText = (problem: string | undefined): Content =>
  problem === undefined ? '' : html`<p id="problem" class="bad" role="alert">${problem}</p>`;

/** The form that takes a seat: its field, and the button's text. */
const claimForm = ({ code, claimId }: ClaimForm, field: Content, button: string): Content => html`
      <form class="fields" action="/join/${code}" method="post">
        <input type="hidden" name="claim" value="${claimId}">
        ${field}
        <button class="primary">${button}</button>
      </form>`;

/** Asks what to call the person. */
export const namePage = (form: ClaimForm, { name = '', problem }: Entered = {}): Page => ({
  title: 'What shall we call you?',
  status: problem === undefined ? 200 : 400,
  content: html`${problemText(problem)}${claimForm(
    form,
    html`<label for="name">Your name</label>
        <p id="name-help" class="soft">Your instructor and your lab's pages show it. Any name will do.
          <a href="/kept">What is kept</a></p>
        <input id="name" name="name" value="${name}" required maxlength="${2 * LONGEST_NAME}" autocomplete="nickname"
          autofocus aria-describedby="name-help"${problem === undefined ? '' : html` aria-invalid="true"`}>`,
    'Take a seat',
  )}
      ${keyHint}`,
});

/** Lets the person choose a name of the class. */
export const rosterPage = (form: ClaimForm, roster: readonly RosterEntry[], problem?: string): Page => ({
  title: 'Who are you?',
  status: problem === undefined ? 200 : 409,
  content: html`${problemText(problem)}${claimForm(
    form,
    html`<label for="attendee">Your name</label>
        <select id="attendee" name="attendee" required autofocus>
          <option value="">Choose your name</option>${roster.map(rosterOption)}
        </select>`,
    'Take your seat',
  )}
      <p class="soft">Is your name taken? If it was you, come back with your three words. Otherwise tell your
        instructor.</p>
      ${keyHint}`,
});

const rosterOption = ({ attendee, name, isTaken }: RosterEntry): Content => html`
          <option value="${attendee}"${isTaken ? html` disabled` : ''}>${name}${isTaken ? ' (taken)' : ''}</option>`;

/** What the form has sent, so that it can be sent again. */
export type SentFields = Readonly<Record<string, string>>;

/** Says that a claim could not be written yet. The page sends it again by itself. */
export const repeatPage = (code: string, fields: SentFields, text: string): Page => ({
  title: 'One moment',
  status: 503,
  content: html`${paragraphs(text, 'This page tries again by itself. You keep your place, however often it tries.')}
      <form action="/join/${code}" method="post" data-again="3">
        ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <button class="primary">Try again now</button>
      </form>`,
});
