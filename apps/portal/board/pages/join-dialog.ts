// Shows how people join: the link, the code and the QR code.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import type { BoardState } from '../contract.ts';
import { qrSvg } from './qr.ts';

const GUESS = html`<p class="note">This address is a guess from that of the board. A port-forward may have
          another port. Try it from another machine, or set <code>portal.url</code> to what people use.</p>`;

export const joinDialog = ({ code, joinUrl, isGuess }: BoardState['workshop']): Content => html`
      <dialog id="join" class="join" aria-labelledby="join-title">
        <h2 id="join-title">How people join</h2>
        ${qrSvg(joinUrl, `QR code of ${joinUrl}`)}
        <p><a id="join-url" href="${joinUrl}" target="_blank" rel="noopener noreferrer">${joinUrl}</a>
          <span id="join-copy"></span></p>
        ${isGuess ? GUESS : ''}
        ${code === undefined ? '' : html`<p>Class code: <b class="code">${code}</b></p>`}
        <form method="dialog" class="actions"><button class="primary">Close</button></form>
      </dialog>`;
