// The page that says what is kept about the people of a class, where, and until when.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import type { BoardState } from '../contract.ts';
import { render } from './layout.ts';
import type { Who } from './layout.ts';

type AfterExpiry = 'Delete' | 'Stop' | 'Keep';

/** One kind of data. */
interface Kept {
  readonly what: Content;
  readonly where: Content;
  readonly until: Content;
}

const ENDS = 'the seat is deleted or reset, or the Workshop is deleted';

const kept: readonly Kept[] = [
  {
    what: 'The name that a person typed or chose, when they joined, and hashes of the browser’s id and the three words',
    where: html`the Seat, <code>spec.claim</code>; during a reset the Workshop, <code>status.reserved</code>`,
    until: 'you free the seat, or the Workshop is deleted. A reset keeps it',
  },
  {
    what: 'Names of attendees, if you listed them',
    where: html`the Workshop, <code>spec.attendees</code>; the names of Seats and namespaces, unless
        <code>seatNames</code> is <code>Opaque</code>`,
    until: 'you remove them, or the Workshop is deleted',
  },
  {
    what: 'A call for help with its text, the instructor who took it, the last hint, and who looks in',
    where: html`the Seat, <code>spec.help</code>, <code>hint</code> and <code>visit</code>`,
    until: `a call: it is resolved or withdrawn; the rest: the next one; all: you free the seat, or ${ENDS}`,
  },
  {
    what: 'Hints to all, and the open poll',
    where: html`the Workshop, <code>spec.announcement</code> and <code>poll</code>`,
    until: 'the next one, or the Workshop is deleted',
  },
  {
    what: `Answers to polls. Each has a hash of the person instead of a name. A name is there only if the person chose
        to give it.`,
    where: 'a ConfigMap for each poll, in the namespace of the release',
    until: 'the Workshop is deleted',
  },
  {
    what: 'Progress: steps passed and started, the last failed check, the hints seen, and the last activity',
    where: html`the ConfigMap <code>lab-progress</code> in the seat’s namespace, and the Seat’s status`,
    until: ENDS,
  },
  {
    what: 'How far each attendee got, and the last activity, when the class ended',
    where: html`the Workshop, <code>status.record</code>`,
    until: 'the Workshop is deleted',
  },
  {
    what: 'What people wrote: their files and settings',
    where: html`the ConfigMap <code>lab-dice</code> in the seat’s namespace; drafts in the person’s browser`,
    until: `${ENDS}; drafts: the person clears them`,
  },
  {
    what: 'Traces, metrics and logs of the lab, with what the person’s code puts into them',
    where: 'the lab’s own Jaeger, guide and, if it is on, Prometheus',
    until: 'these pods restart or stop',
  },
  {
    what: 'Telemetry of the class: it names seats, and no people',
    where: 'the Collector and the Jaeger of the release, or where you send it',
    until: 'Jaeger restarts; elsewhere, that system decides',
  },
  {
    what: 'Actions of instructors, with the instructor’s name',
    where: 'Events of the Workshop and its Seats',
    until: 'the cluster deletes Events: by default after one hour',
  },
  {
    what: 'Signed cookies: which seat a browser has; which instructor is logged in',
    where: 'the browser',
    until: 'the browser ends or the person leaves the seat',
  },
];

const ends: Readonly<Record<AfterExpiry, string>> = {
  Delete: 'When it ends, all seats are deleted. The Workshop stays, with the record and the answers to polls.',
  Stop: 'When it ends, the seats stop, and nothing is deleted.',
  Keep: 'When it ends, the seats go on, and nothing is deleted.',
};

/** @param afterExpiry what happens to the seats when the class ends */
export const privacyPage = (
  { name, title = name, expiresAt, afterExpiry }: BoardState['workshop'] & { readonly afterExpiry: AfterExpiry },
  who: Who,
): string =>
  render({
    title: 'What is kept, where, and until when',
    who,
    isWide: true,
    links: html`<a href="/board/${name}">Back to the class</a>`,
    content: html`<p>${title} ${endOf(expiresAt)} ${ends[afterExpiry]}</p>
      <p>To delete all of it, delete the Workshop: <code>kubectl delete workshop ${name}</code>. Backups and audit logs
        of your cluster are not ours: ask who runs it.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="What is kept">
        <table class="facts">
          <thead><tr><th scope="col">What</th><th scope="col">Where</th><th scope="col">Until</th></tr></thead>
          <tbody>${kept.map(rowOf)}
          </tbody>
        </table>
      </div>
      <p>No program of ours sends any of it to us or to anybody else. Whoever may read Seats and Workshops in the cluster
        can read names and calls for help. Attendees can’t. They see their own.</p>`,
  });

const endOf = (expiresAt: string | undefined): Content =>
  expiresAt === undefined
    ? 'has no end.'
    : html`ends at <time datetime="${expiresAt}">${expiresAt.slice(0, 16).replace('T', ' ')} UTC</time>.`;

const rowOf = ({ what, where, until }: Kept): Content => html`
            <tr><th scope="row">${what}</th><td>${where}</td><td>${until}</td></tr>`;
