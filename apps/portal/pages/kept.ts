// What is kept about the people of a class, where, and until when. The portal tells attendees, and the board tells
// instructors.
import { html } from '../../guide/server/html.ts';
import type { Content } from '../../guide/server/html.ts';
import type { Page } from './layout.ts';

/** One kind of data. */
interface Kept {
  readonly what: Content;
  readonly where: Content;
  readonly until: Content;
}

const ENDS = 'the seat is deleted or reset, or the Workshop is deleted';
const HOUR = 'an hour after the class has ended';

const kept: readonly Kept[] = [
  {
    what: 'The name that a person typed or chose, when they joined, and hashes of the browser’s id and the three words',
    where: html`the Seat, <code>spec.claim</code>; during a reset the Workshop, <code>status.reserved</code>`,
    until: 'the instructor frees the seat, or the Workshop is deleted. A reset keeps it',
  },
  {
    what: 'Names of attendees, if the instructor listed them',
    where: html`the Workshop, <code>spec.attendees</code>; the names of Seats and namespaces, unless
        <code>seatNames</code> is <code>Opaque</code>`,
    until: 'the instructor removes them, or the Workshop is deleted',
  },
  {
    what: 'A call for help with its text, the instructor who took it, the last hint, and who looks in',
    where: html`the Seat, <code>spec.help</code>, <code>hint</code> and <code>visit</code>`,
    until: `a call: it is resolved or withdrawn; the rest: the next one; all: ${HOUR}, the seat is freed, or ${ENDS}`,
  },
  {
    what: 'Hints to all, and the open poll',
    where: html`the Workshop, <code>spec.announcement</code> and <code>poll</code>`,
    until: `the next one, ${HOUR}, or the Workshop is deleted`,
  },
  {
    what: `Answers to polls. Each has a hash of the person instead of a name. A name is there only if the person chose
        to give it.`,
    where: 'a ConfigMap for each poll, in the namespace of the release',
    until: `${HOUR}, or the Workshop is deleted`,
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
    what: 'Names of seats and namespaces, in log lines of the operator and the portal',
    where: 'the logs of their pods',
    until: 'the pods are deleted; a log collector of the cluster may keep them longer',
  },
  {
    what: 'Telemetry of the class: it has the uids of seats, and no names',
    where: 'the Collector and the Jaeger of the release, or where the instructor sends it',
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

/** The table of all that is kept. */
export const keptTable: Content = html`<div class="scroll" tabindex="0" role="region" aria-label="What is kept">
        <table class="facts">
          <thead><tr><th scope="col">What</th><th scope="col">Where</th><th scope="col">Until</th></tr></thead>
          <tbody>${kept.map(
            ({ what, where, until }) => html`
            <tr><th scope="row">${what}</th><td>${where}</td><td>${until}</td></tr>`,
          )}
          </tbody>
        </table>
      </div>`;

/** Tells people who join a class. */
export const keptPage = (): Page => ({
  title: 'What is kept, where, and until when',
  content: html`<p>Any name will do when you join. Your instructor sees it, with your progress and your calls for help.
        Other attendees don’t. Your instructor can look into your lab. Your lab’s page says so while it happens.</p>
      <p>All of it is in the cluster of your class. Calls for help, hints and answers to polls are gone an hour after
        the class has ended. All is gone when your instructor deletes the class, the Workshop. Backups and audit logs of
        the cluster are up to whoever runs it.</p>
      ${keptTable}
      <p><a href="/">Back</a></p>`,
});
