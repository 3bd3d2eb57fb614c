// The layout of the board's pages. This is a placeholder.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';

/** The instructor who sees a page. */
export interface Who {
  readonly name: string;
  /** The token that each change needs, in `<meta name="csrf">` and in the field `csrf` of forms. */
  readonly csrf: string;
}

export const plainPage = (title: string, content: Content, who?: Who): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">${who && html`<meta name="csrf" content="${who.csrf}">`}
<title>${title}</title></head><body><h1>${title}</h1>${content}</body></html>
`.text;
