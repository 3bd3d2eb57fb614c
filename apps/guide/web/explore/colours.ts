// The colours of tokens.css for a canvas, which can't read variables of CSS.
import { h } from '../dom.ts';
import type { Colour } from './chart-content.ts';

const probe = h('span', { hidden: true });

/** Returns a colour as the browser's current scheme, light or dark, has it. */
export function canvasColour(name: Colour | 'line' | 'ink' | 'paper'): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** Calls `redraw` when the browser changes between light and dark. */
export function onSchemeChange(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}
