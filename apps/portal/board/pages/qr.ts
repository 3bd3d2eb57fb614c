// Draws a QR code as an SVG element: no image, no request. Only the board and the projector show one.
import { generate } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';
import { html } from '../../../guide/server/html.ts';
import type { Html } from '../../../guide/server/html.ts';

/** Modules of free space around the code. ISO/IEC 18004 asks for four. */
const QUIET = 4;

/**
 * Draws the QR code of a text. It is black on white in both themes, because many readers fail on inverted codes.
 * @param label what the code means, for people who can't see it
 */
export function qrSvg(text: string, label: string): Html {
  const code = generate(text);
  const side = code.size + 2 * QUIET;
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="${-QUIET} ${-QUIET} ${side} ${side}"
        shape-rendering="crispEdges">
        <rect x="${-QUIET}" y="${-QUIET}" width="${side}" height="${side}" fill="#fff"/>
        <path d="${toSvgPath(code)}" fill="#000"/>
      </svg>`;
}
