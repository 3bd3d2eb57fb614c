// The layout of the board's pages.
import { Html, html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import { dataAttribute, renderDocument } from '../../../guide/server/pages/document.ts';

/** The instructor who sees a page. */
export interface Who {
  readonly name: string;
  /** The token that each change needs, in `<meta name="csrf">` and in the field `csrf` of forms. */
  readonly csrf: string;
}

export interface BoardPage {
  readonly title: string;
  readonly content: Content;
  readonly who?: Who | undefined;
  /** Name of the page's script. Default: the one that lets a page go on by itself. */
  readonly script?: 'board.js' | 'screen.js' | 'portal.js';
  /** Attributes `data-<name>` of the body. */
  readonly data?: Readonly<Record<string, string | number>>;
  /** Whether the page uses the full width. */
  readonly isWide?: boolean;
  /** The heading of the content. Default: the title. */
  readonly heading?: Content;
  /** Links of the page's header. */
  readonly links?: Content;
}

/** Renders the whole HTML document of a page. */
export const render = (page: BoardPage): string =>
  renderDocument({
    title: page.title,
    root: '/',
    style: 'board.css',
    script: page.script ?? 'portal.js',
    head: page.who && html`<meta name="csrf" content="${page.who.csrf}">`,
    attributes: [
      page.isWide ? html` class="wide"` : '',
      ...Object.entries(page.data ?? {}).map(([name, value]) => dataAttribute(name, value)),
    ],
    header: html`
      <a class="name" href="/board">intro-otel board</a>
      ${page.links && html`<nav aria-label="Pages">${page.links}</nav>`}
      ${page.who && logout(page.who)}
    `,
    heading: page.heading,
    content: page.content,
  });

const logout = ({ name, csrf }: Who): Content => html`<form class="logout" action="/logout" method="post">
        <input type="hidden" name="csrf" value="${csrf}"><span class="soft owner">${name}</span>
        <button class="quiet">Log out</button>
      </form>`;

/**
 * A block of JSON that a script reads. It is data and no code, so the policy allows it. `<` is escaped, because the
 * block would end at `</script`.
 * @see https://html.spec.whatwg.org/multipage/scripting.html#data-block
 */
export const dataBlock = (id: string, data: unknown): Content => {
  const json = new Html(JSON.stringify(data).replaceAll('<', '\\u003c'));
  return html`<script type="application/json" id="${id}">${json}</script>`;
};
