// The page for the projector. It names nobody, and needs nobody who operates it.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import type { ScreenState } from '../contract.ts';
import { dataBlock } from './layout.ts';
import { renderDocument, dataAttribute } from '../../../guide/server/pages/document.ts';
import { qrSvg } from './qr.ts';

/** Renders the projector's page. Its script follows /board/WORKSHOP/screen/events. It has no token for changes. */
export const screenPage = (workshop: string, state: ScreenState): string =>
  renderDocument({
    title: state.title,
    root: '/',
    style: 'board.css',
    script: 'screen.js',
    attributes: [html` class="screen"`, dataAttribute('workshop', workshop)],
    header: '',
    heading: html`<h1>${state.title}</h1>`,
    content: [
      state.isGuess && isOfThisMachine(state.joinUrl) ? NOBODY_ELSE : '',
      invitation(state),
      live,
      dataBlock('state', state),
    ],
  });

const invitation = ({ code, joinUrl }: ScreenState): Content => html`<section class="invitation" aria-label="Join">
        ${qrSvg(joinUrl, `QR code of ${joinUrl}`)}
        <div>
          <p class="join-url">${code === undefined ? shortened(joinUrl) : hostOf(joinUrl)}</p>
          ${code === undefined ? '' : html`<p class="code">${code}</p>`}
          <p id="seats"></p>
        </div>
      </section>`;

const isOfThisMachine = (url: string): boolean =>
  URL.canParse(url) && /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);

const NOBODY_ELSE = html`<p class="note">Only this machine reaches this address. Set <code>portal.url</code> to the
        address that people use.</p>`;

/** People type the address, and no scheme. */
const shortened = (url: string): string => url.replace(/^https?:\/\//, '');

/** The portal's first page asks for the code, so that an address without a path is enough. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : shortened(url));

const live = html`
      <section id="poll" class="poll" aria-label="Poll" hidden></section>
      <section id="progress" aria-label="The progress of the class"></section>
      <p id="connection" class="connection" role="status"></p>`;
