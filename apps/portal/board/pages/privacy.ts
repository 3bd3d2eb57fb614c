// The page that says what is kept about the people of a class. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import type { BoardState } from '../contract.ts';
import { plainPage } from './layout.ts';
import type { Who } from './layout.ts';

/** @param afterExpiry what happens to the seats when the class ends */
export const privacyPage = (
  workshop: BoardState['workshop'] & { readonly afterExpiry: 'Delete' | 'Stop' | 'Keep' },
  who: Who,
): string => plainPage('What is kept', html`<p>${workshop.afterExpiry}</p>`, who);
