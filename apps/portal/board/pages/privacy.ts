// The page that says what is kept about the people of a class, where, and until when.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import { keptTable } from '../../pages/kept.ts';
import type { BoardState } from '../contract.ts';
import { render } from './layout.ts';
import type { Who } from './layout.ts';

type AfterExpiry = 'Delete' | 'Stop' | 'Keep';

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
      ${keptTable}
      <p>No program of ours sends any of it to us or to anybody else. Whoever may read Seats and Workshops in the
        cluster can read names and calls for help. Attendees can’t. They see their own.</p>`,
  });

const endOf = (expiresAt: string | undefined): Content =>
  expiresAt === undefined
    ? 'has no end.'
    : html`ends at <time datetime="${expiresAt}">${expiresAt.slice(0, 16).replace('T', ' ')} UTC</time>.`;
