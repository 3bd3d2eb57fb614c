// The page for the projector. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import type { ScreenState } from '../contract.ts';
import { plainPage } from './layout.ts';

/** Renders the projector's page. Its script follows /board/WORKSHOP/screen/events. It has no token for changes. */
export const screenPage = (workshop: string, state: ScreenState): string =>
  plainPage(workshop, html`<pre>${JSON.stringify(state)}</pre>`);
