// The page that lists the classes. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import type { BoardState } from '../contract.ts';
import { plainPage } from './layout.ts';
import type { Who } from './layout.ts';

/** Lists the classes, each with a link to /board/WORKSHOP. */
export const classListPage = (classes: readonly BoardState['workshop'][], who: Who): string =>
  plainPage(
    'Classes',
    classes.map(({ name }) => html`<a href="/board/${name}">${name}</a>`),
    who,
  );
