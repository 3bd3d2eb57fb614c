// The page that lists the classes.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import type { BoardState } from '../contract.ts';
import { render } from './layout.ts';
import type { Who } from './layout.ts';
import { stateInWords } from './words.ts';

/** Lists the classes, each with a link to /board/WORKSHOP. */
export const classListPage = (classes: readonly BoardState['workshop'][], who: Who): string =>
  render({
    title: 'Classes',
    who,
    data: { again: 10 },
    content:
      classes.length === 0
        ? none
        : html`<ul class="classes">${classes.map(classItem)}
      </ul>`,
  });

const none = html`<p>There is no class yet. Create a Workshop, for example from
        <code>examples/class-30.yaml</code>. This page goes on by itself.</p>`;

const classItem = ({ name, title, state, seats }: BoardState['workshop']): Content => html`
        <li><a href="/board/${name}">${title ?? name}</a>
          <span class="soft">${stateInWords[state]} · ${seats.claimed} of ${seats.most} seats taken</span></li>`;
