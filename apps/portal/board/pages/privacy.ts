// The page that says what is kept about the people of a class, where, and until when.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import { keptTable } from '../../pages/kept.ts';
import type { BoardState } from '../contract.ts';
import { render } from './layout.ts';
import type { Who } from './layout.ts';

type Class = BoardState['workshop'];

const ends: Readonly<Record<Class['afterExpiry'], string>> = {
  Delete:
    'Then all seats are deleted, with the names and the work in them. The Workshop stays, with its list of names and ' +
    'the record.',
  Stop: 'Then the seats stop. Names and work stay in them.',
  Keep: 'Then the seats go on. Names and work stay in them.',
};

export const privacyPage = ({ name, title = name, expiresAt, afterExpiry }: Class, who: Who): string =>
  render({
    title: 'What is kept, where, and until when',
    who,
    isWide: true,
    links: html`<a href="/board/${name}">Back to the class</a>`,
    content: html`<p>${title} ${endOf(expiresAt)} ${ends[afterExpiry]} The portal deletes calls for help, hints,
        polls and their answers an hour after the end. Export before that what you want to keep:
        <a href="/board/${name}/progress.csv" download>progress</a>,
        <a href="/board/${name}/answers.csv" download>answers</a>.</p>
      <p>To delete all of it, delete the Workshop: <code>kubectl delete workshop ${name}</code>. Backups and audit logs
        of your cluster are not ours: ask who runs it.</p>
      ${keptTable}
      <p>No program of ours sends any of it to us or to anybody else. Whoever may read Seats and Workshops in the
        cluster can read names and calls for help. Attendees can’t. They see their own.</p>`,
  });

const endOf = (expiresAt: string | undefined): Content =>
  expiresAt === undefined
    ? 'has no end. It ends when you end it.'
    : html`ends at <time datetime="${expiresAt}">${expiresAt.slice(0, 16).replace('T', ' ')} UTC</time>.`;
