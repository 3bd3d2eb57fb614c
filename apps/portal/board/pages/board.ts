// The page of a class. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import type { BoardState } from '../contract.ts';
import { plainPage } from './layout.ts';
import type { Who } from './layout.ts';

/** Renders the board of a class with the state that it has now. Its script follows /board/WORKSHOP/events. */
export const boardPage = (state: BoardState, who: Who): string =>
  plainPage('The board', html`<pre>${JSON.stringify(state)}</pre>`, who);
